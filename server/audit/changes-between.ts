/** A field that an update changed, as the log keeps it. */
export type FieldChange = { readonly field: string; readonly before: unknown; readonly after: unknown };

type View = Readonly<Record<string, unknown>>;

/** Every update moves these. */
const NOT_TOLD = new Set(['version', 'updatedAt']);
/** Views hold no secrets; should one ever slip in, the log names the field and not its value. */
const SECRET = /password|secret|token|sealed|credential|private/i;

/** What differs between two views of one thing. A field that looks like a secret is told without its values. */
export function changesBetween(before: View, after: View): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((field) => !NOT_TOLD.has(field));
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ field, before: shown(field, before[field]), after: shown(field, after[field]) }));
}

const shown = (field: string, value: unknown): unknown =>
  SECRET.test(field) && typeof value !== 'boolean' && value !== null && value !== undefined
    ? '(hidden)'
    : (value ?? null);
