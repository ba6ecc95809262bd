import type { TableMetadata } from './metadata.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Table metadata while updates are applied to it. Collections are replaced, never changed in place. */
export type MetadataDraft = Mutable<TableMetadata> & {
  /** What this request added, by kind; `-1` in later updates means the last one. */
  readonly added: { schemas: number[]; specs: number[]; orders: number[]; snapshots: Set<bigint> };
  /** Snapshots that main was set to, in order. */
  readonly mainHistory: bigint[];
  removedSnapshots: boolean;
  changed: boolean;
  /** When the change happened: the time of the snapshot it adds, else the clock. */
  updatedAtMs: bigint | null;
  readonly nowMs: bigint;
};

/** Starts from the present metadata, or for a table being created from nothing. */
export function startDraft(base: TableMetadata | null, nowMs: bigint): MetadataDraft {
  return {
    ...(base ?? NOTHING),
    added: { schemas: [], specs: [], orders: [], snapshots: new Set() },
    mainHistory: [],
    removedSnapshots: false,
    changed: false,
    updatedAtMs: null,
    nowMs,
  };
}

/** The metadata without the draft's own notes. */
export function endDraft(draft: MetadataDraft): TableMetadata {
  const {
    added: _a,
    mainHistory: _m,
    removedSnapshots: _r,
    changed: _c,
    updatedAtMs: _u,
    nowMs: _n,
    ...metadata
  } = draft;
  return metadata;
}

const NOT_SET = -1;

const NOTHING: TableMetadata = {
  'format-version': 2,
  'table-uuid': '',
  location: '',
  'last-sequence-number': 0n,
  'last-updated-ms': 0n,
  'last-column-id': 0,
  schemas: [],
  'current-schema-id': NOT_SET,
  'partition-specs': [],
  'default-spec-id': NOT_SET,
  // Partition field ids start at 1000 (spec: Partition Specs).
  'last-partition-id': 999,
  'sort-orders': [],
  'default-sort-order-id': NOT_SET,
  properties: {},
  'current-snapshot-id': null,
  snapshots: [],
  'snapshot-log': [],
  'metadata-log': [],
  refs: {},
  statistics: [],
  'partition-statistics': [],
};
