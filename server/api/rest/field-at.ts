/** The value at a dotted path; undefined where there is none. */
export const fieldAt = (value: unknown, path: string): unknown => path.split('.').reduce<unknown>(fieldOf, value);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
