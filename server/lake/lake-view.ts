import * as z from 'zod';
import { pageOf } from '@/server/paging/page.ts';

/** What a pipeline of ours has to do with a lake table; null for a table that somebody else writes. */
export const LakeOwnerView = z
  .object({
    pipelineId: z.string(),
    pipelineName: z.string(),
    tableId: z.number().int(),
    mode: z.enum(['mirror', 'changelog']),
    state: z.string().describe('State of the pipeline’s table'),
    source: z.string().describe('schema.table'),
  })
  .meta({ id: 'LakeOwner' });
export type LakeOwner = z.output<typeof LakeOwnerView>;

/** A namespace of a destination; levels joined by dots. */
export const LakeNamespaceView = z
  .object({ namespace: z.string(), tables: z.number().int() })
  .meta({ id: 'LakeNamespace' });

export const LakeNamespacesView = z.object({ items: z.array(LakeNamespaceView) }).meta({ id: 'LakeNamespaces' });
export type LakeNamespaces = z.output<typeof LakeNamespacesView>;

/** A table as the lists show it. */
export const LakeTableEntryView = z
  .object({ namespace: z.string(), name: z.string(), owner: LakeOwnerView.nullable() })
  .meta({ id: 'LakeTableEntry' });

export const LakeTablePageView = pageOf(LakeTableEntryView).meta({ id: 'LakeTablePage' });
export type LakeTablePage = z.output<typeof LakeTablePageView>;

const schemaFields = {
  id: z.number().int(),
  fields: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      type: z.string().describe('As Iceberg writes it: decimal(12, 2), list<string>'),
      required: z.boolean(),
      key: z.boolean().describe('Whether it is an identifier field'),
      doc: z.string().nullable(),
    }),
  ),
};
export const LakeSchemaView = z.object(schemaFields).meta({ id: 'LakeSchema' });
export type LakeSchema = z.output<typeof LakeSchemaView>;

/** A schema the table had or has, with what it changed. */
export const LakeSchemaVersionView = z
  .object({
    ...schemaFields,
    current: z.boolean(),
    firstUsedAt: z.iso.datetime().nullable().describe('Of the oldest snapshot that is still known to use it'),
    changes: z.array(
      z.object({
        kind: z.enum(['added', 'removed', 'renamed', 'type', 'required', 'optional']),
        column: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'LakeSchemaVersion' });
export type LakeSchemaVersion = z.output<typeof LakeSchemaVersionView>;

const amount = z.number().nullable().describe('Null when the writer did not say');

export const LakeSnapshotView = z
  .object({
    id: z.string().describe('63-bit number'),
    parentId: z.string().nullable(),
    at: z.iso.datetime(),
    operation: z.string(),
    schemaId: z.number().int().nullable(),
    current: z.boolean(),
    addedRows: amount,
    deletedRows: amount,
    addedFiles: amount,
    deletedFiles: amount,
    addedBytes: amount,
    totalRows: amount,
    totalFiles: amount,
    batchId: z.string().nullable().describe('Batch of ours that made it'),
    position: z.string().nullable().describe('LSN up to which it holds the source’s changes'),
    summary: z.record(z.string(), z.string()),
  })
  .meta({ id: 'LakeSnapshot' });
export type LakeSnapshot = z.output<typeof LakeSnapshotView>;

/** The files of the current snapshot. */
export const LakeFilesSummaryView = z
  .object({
    data: z.number().int(),
    dataRows: z.number(),
    dataBytes: z.number(),
    small: z.number().int().describe('Data files below 8 MiB, when there are several'),
    positionDeletes: z.number().int(),
    equalityDeletes: z.number().int(),
    deleteBytes: z.number(),
    deletedRows: z.number(),
    manifests: z.number().int(),
    largestBytes: z.number(),
    averageBytes: z.number(),
    health: z.object({ level: z.enum(['good', 'fair', 'poor']), reason: z.string() }),
  })
  .meta({ id: 'LakeFilesSummary' });
export type LakeFilesSummary = z.output<typeof LakeFilesSummaryView>;

const described = {
  uuid: z.string(),
  location: z.string(),
  formatVersion: z.number().int(),
  metadataLocation: z.string().nullable(),
  lastUpdatedAt: z.iso.datetime(),
  schema: LakeSchemaView,
  schemas: z.array(LakeSchemaVersionView).describe('Newest first'),
  snapshots: z.array(LakeSnapshotView).describe('Newest first; at most 500'),
  snapshotCount: z.number().int(),
  partitions: z.array(
    z.object({
      specId: z.number().int(),
      current: z.boolean(),
      fields: z.array(z.object({ name: z.string(), transform: z.string(), column: z.string() })),
    }),
  ),
  properties: z.record(z.string(), z.string()),
  files: LakeFilesSummaryView.nullable().describe('Null before the first snapshot, or when filesProblem says why'),
  filesProblem: z.string().nullable(),
};
/** What a worker says of a table. */
export const DescribedTable = z.object(described);
export type DescribedTable = z.output<typeof DescribedTable>;

export const LakeTableView = z
  .object({ namespace: z.string(), name: z.string(), owner: LakeOwnerView.nullable(), ...described })
  .meta({ id: 'LakeTable' });
export type LakeTable = z.output<typeof LakeTableView>;

export const LakeFileView = z
  .object({
    path: z.string(),
    content: z.enum(['data', 'position-deletes', 'equality-deletes']),
    rows: z.number(),
    bytes: z.number(),
    sequence: z.string().describe('Data sequence number: decides which deletes apply to which data'),
  })
  .meta({ id: 'LakeFile' });

const snapshotId = z.string().nullable().describe('Snapshot that has these files; null before the first one');
/** What a worker says of a snapshot's files. */
export const ListedFiles = z.object({ snapshotId, files: z.array(LakeFileView) });
export type ListedFiles = z.output<typeof ListedFiles>;

export const LakeFilePageView = pageOf(LakeFileView).extend({ snapshotId }).meta({ id: 'LakeFilePage' });
export type LakeFilePage = z.output<typeof LakeFilePageView>;

/** Some rows of a table, as texts. */
export const LakePreviewView = z
  .object({
    snapshotId: z.string().nullable(),
    at: z.iso.datetime().nullable().describe('When that snapshot was committed'),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.string().nullable())),
    truncated: z.boolean().describe('Whether long values were cut or rows left out to keep the answer small'),
    readMs: z.number(),
    files: z
      .object({ read: z.number().int(), all: z.number().int() })
      .describe('How many data files were read, of those that can hold such rows: the smallest come first'),
  })
  .meta({ id: 'LakePreview' });
export type LakePreview = z.output<typeof LakePreviewView>;

export const ReaderSnippetsView = z
  .object({
    items: z.array(
      z.object({
        engine: z.enum(['duckdb', 'pyiceberg', 'spark', 'trino', 'icebird']),
        title: z.string(),
        language: z.enum(['sql', 'python', 'javascript', 'properties']),
        text: z.string().describe('Holds `phl_your_read_only_key` where the reader’s own API key belongs'),
      }),
    ),
  })
  .meta({ id: 'ReaderSnippets' });
export type ReaderSnippets = z.output<typeof ReaderSnippetsView>;
