import { parseJson, stringifyJson } from './lossless-json.ts';
import { MAIN_BRANCH, type TableMetadata } from './metadata.ts';

/** Parses the text of a `*.metadata.json` file. Throws SyntaxError or TypeError when it is not one we can handle. */
export const parseMetadata = (text: string): TableMetadata => metadataFromJson(parseJson(text));

/** The text of a `*.metadata.json` file. */
export const stringifyMetadata = (metadata: TableMetadata): string => stringifyJson(metadataToJson(metadata));

/**
 * Completes metadata that came out of parseJson, alone or inside a catalog's answer: optional collections become empty
 * and "no current snapshot" (absent, null or -1) becomes null. Fields we do not know are kept.
 */
export function metadataFromJson(value: unknown): TableMetadata {
  if (!isRecord(value)) throw new TypeError('table metadata is not a JSON object');
  const version = value['format-version'];
  if (version !== 2 && version !== 3) throw new TypeError(`unsupported table format version: ${String(version)}`);
  for (const [name, type] of REQUIRED) {
    if (!isOfType(value[name], type)) throw new TypeError(`table metadata: ${name} is missing or not ${type}`);
  }
  const current = value['current-snapshot-id'];
  const currentId = typeof current === 'bigint' && current >= 0n ? current : null;
  const metadata = {
    ...EMPTY_COLLECTIONS,
    ...withoutNulls(value),
    'current-snapshot-id': currentId,
    location: String(value.location).replace(/\/+$/, ''),
  } as unknown as TableMetadata;
  if (currentId === null || metadata.refs[MAIN_BRANCH]) return metadata;
  // Files from before refs existed have only the current snapshot (spec: Snapshot References).
  return { ...metadata, refs: { ...metadata.refs, [MAIN_BRANCH]: { 'snapshot-id': currentId, type: 'branch' } } };
}

/** The form that goes into files and answers, for stringifyJson. */
export function metadataToJson(metadata: TableMetadata): Record<string, unknown> {
  const none = metadata['format-version'] < 3 ? -1n : null;
  return { ...metadata, 'current-snapshot-id': metadata['current-snapshot-id'] ?? none };
}

const REQUIRED = [
  ['table-uuid', 'string'],
  ['location', 'string'],
  ['last-sequence-number', 'bigint'],
  ['last-updated-ms', 'bigint'],
  ['last-column-id', 'number'],
  ['schemas', 'array'],
  ['current-schema-id', 'number'],
  ['partition-specs', 'array'],
  ['default-spec-id', 'number'],
  ['last-partition-id', 'number'],
  ['sort-orders', 'array'],
  ['default-sort-order-id', 'number'],
] as const;

const EMPTY_COLLECTIONS = {
  properties: {},
  snapshots: [],
  'snapshot-log': [],
  'metadata-log': [],
  refs: {},
  statistics: [],
  'partition-statistics': [],
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOfType = (value: unknown, type: string): boolean =>
  type === 'array' ? Array.isArray(value) : typeof value === type;

const withoutNulls = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
