import { requireValid } from './commit-error.ts';
import type { Schema, Type } from './schema.ts';
import { nestedFields } from './schema-fields.ts';

/**
 * Checks that a schema is sound and that the format version has its types (spec: Schemas and Data Types, Identifier
 * Field IDs, Default values). Throws CommitError (`invalid`).
 */
export function checkSchema(schema: Schema, formatVersion: number): void {
  const byId = new Map<number, string>();
  const names = new Set<string>();
  for (const { id, path, type, hasDefault } of nestedFields(schema)) {
    requireValid(Number.isInteger(id) && id > 0, `Invalid field id for ${path}: ${id}`);
    // Ids from 2147483447 up are reserved (spec: Reserved Field IDs).
    requireValid(id <= 2_147_483_447, `Invalid field id for ${path}: ${id} is reserved`);
    requireValid(!byId.has(id), `Multiple entries with same key: ${id}=${byId.get(id)} and ${id}=${path}`);
    requireValid(!names.has(path), `Invalid schema: multiple fields for name ${path}: ${id}`);
    byId.set(id, path);
    names.add(path);
    checkType(path, type, formatVersion);
    const reason = 'non-null default is not supported until v3';
    requireValid(!hasDefault || formatVersion >= 3, `Invalid initial default for ${path}: ${reason}`);
  }
  checkIdentifier(schema);
}

function checkType(path: string, type: Type, formatVersion: number): void {
  const text = typeof type === 'string' ? type : type.type;
  const since = TYPES.find(({ pattern }) => pattern.test(text))?.since;
  requireValid(since !== undefined, `Cannot parse type string to primitive: ${text}`);
  const reason = `${text} is not supported until v${since}`;
  requireValid(since <= formatVersion, `Invalid schema for v${formatVersion}:\n- Invalid type for ${path}: ${reason}`);
}

const TYPES = [
  { since: 1, pattern: /^(boolean|int|long|float|double|date|time|timestamp|timestamptz|string|uuid|binary)$/ },
  { since: 1, pattern: /^(struct|list|map)$/ },
  { since: 1, pattern: /^decimal\(\s*([1-9]|[12]\d|3[0-8])\s*,\s*([0-9]|[12]\d|3[0-8])\s*\)$/ },
  { since: 1, pattern: /^fixed\[\s*\d+\s*\]$/ },
  { since: 3, pattern: /^(timestamp_ns|timestamptz_ns|unknown|variant|geometry(\(.*\))?|geography(\(.*\))?)$/ },
];

function checkIdentifier(schema: Schema): void {
  const fields = new Map([...nestedFields(schema)].map((field) => [field.id, field]));
  for (const id of schema['identifier-field-ids'] ?? []) {
    const field = fields.get(id);
    requireValid(field !== undefined, `Cannot add fieldId ${id} as an identifier field: field does not exist`);
    const cannot = `Cannot add field ${field.path} as an identifier field`;
    requireValid(typeof field.type === 'string', `${cannot}: not a primitive type field`);
    requireValid(field.required, `${cannot}: not a required field`);
    const approximate = field.type === 'float' || field.type === 'double';
    requireValid(!approximate, `${cannot}: must not be float or double field`);
    requireValid(
      field.inStructs && field.parentsRequired,
      `${cannot}: must not be nested in an optional field, list or map`,
    );
  }
}
