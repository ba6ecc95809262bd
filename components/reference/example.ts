import { BASE, isRecord, type Operation, resolve, type Schema } from './document.ts';

/** A request to start from, with the fields that are required. */
export function exampleRequest(operation: Operation, site: string): string {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const required = operation.parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const query = required.map(({ name, schema }) => `${name}=${String(exampleOf(schema))}`).join('&');
  const lines = [`curl "${site}${BASE}${path}${query && `?${query}`}"`];
  if (operation.method !== 'GET') lines.push(`-X ${operation.method}`);
  if (operation.right !== 'public') lines.push('-H "Authorization: Bearer $PHILOTES_API_KEY"');
  if (operation.body) {
    lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(exampleOf(operation.body), null, 2)}'`);
  }
  return lines.join(' \\\n  ');
}

function exampleOf(schema: Schema, depth = 0): unknown {
  const found = resolve(schema);
  if ('default' in found) return found.default;
  if ('const' in found) return found.const;
  if (Array.isArray(found.enum)) return found.enum[0];
  const [choice] = [found.anyOf, found.oneOf].flatMap((choices) => (Array.isArray(choices) ? choices : []));
  if (isRecord(choice)) return exampleOf(choice, depth + 1);
  switch (found.type) {
    case 'object':
      return depth > 4 ? {} : objectOf(found, depth);
    case 'array':
      return isRecord(found.items) && Number(found.minItems ?? 0) > 0 ? [exampleOf(found.items, depth + 1)] : [];
    case 'integer':
    case 'number':
      return typeof found.minimum === 'number' && found.minimum > 0 ? found.minimum : 1;
    case 'boolean':
      return false;
    default:
      return 'text';
  }
}

function objectOf(schema: Schema, depth: number): Record<string, unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return Object.fromEntries(
    required.map((name) => {
      const property = properties[name];
      return [name, isRecord(property) ? exampleOf(property, depth + 1) : null];
    }),
  );
}
