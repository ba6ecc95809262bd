import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { currentSchema, currentSnapshot } from '@/server/domain/iceberg/metadata.ts';
import type { Field } from '@/server/domain/iceberg/schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { LakePreview } from '@/server/lake/lake-view.ts';
import type { ColumnarSession } from '@/worker/columnar/columnar-session.ts';
import type { Columnar } from '@/worker/columnar/open-columnar.ts';
import { readLiveRows } from '@/worker/columnar/read-lake-files.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { type LiveFile, liveFiles } from '@/worker/iceberg/live-files.ts';
import type { Lake } from '@/worker/pipeline/lake.ts';
import { localFile } from '@/worker/pipeline/local-files.ts';
import { canRead } from './can-read.ts';
import { type PreviewCondition, previewCondition } from './preview-condition.ts';
import { typeText } from './schema-history.ts';

const FILES_MAX = 8;
/** Rows that meet a condition are farther apart. */
const SEARCHED_FILES_MAX = 64;
const BYTES_MAX = 256 * 1024 * 1024;
const COLUMNS_MAX = 200;
const VALUE_CHARACTERS_MAX = 500;
const ANSWER_CHARACTERS_MAX = 1_000_000;

type Options = {
  readonly columnar: Columnar;
  readonly lake: Pick<Lake, 'storage' | 'manifests'>;
  readonly workDir: string;
  readonly loaded: LoadedTable;
  readonly limit: number;
  /** Only rows that meet it. */
  readonly condition?: RowCondition | undefined;
  readonly signal: AbortSignal;
};

/**
 * Some live rows of a table as texts, from its smallest files, so that little has to be fetched. Throws
 * LAKE_TABLE_UNSUPPORTED where its deletes cannot be applied: rows that no reader would see are never shown.
 */
export async function previewRows(options: Options): Promise<LakePreview> {
  const { loaded, limit, signal, columnar, lake, workDir } = options;
  const startedAt = performance.now();
  const { metadata } = loaded;
  const fields = currentSchema(metadata).fields;
  const shown = fields.slice(0, COLUMNS_MAX);
  const { data, deletes } = await liveFiles({ metadata, reader: lake.manifests });
  if (deletes.some(({ file }) => file.content === 'equality-deletes')) {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', 'the table has equality deletes, which the preview does not apply');
  }
  await using session = await columnar.openSession(signal);
  const condition = options.condition && (await previewCondition(session, { condition: options.condition, fields }));
  const possible = condition ? possibleFiles(data, condition) : data;
  const chosen = chooseFiles(
    possible,
    condition ? { rowsWanted: Infinity, filesMax: SEARCHED_FILES_MAX } : { rowsWanted: limit, filesMax: FILES_MAX },
  );
  const toLocal = async ({ file: { path } }: LiveFile) => ({
    path,
    localPath: await localFile(lake.storage, { uri: path, workDir }),
  });
  const files = await Promise.all(chosen.map(toLocal));
  const applied = await Promise.all(deletesOf(chosen, deletes).map(toLocal));
  signal.throwIfAborted();
  const texts =
    files.length === 0 ? [] : await readTexts(session, { files, deletes: applied, fields: shown, limit, condition });
  const snapshot = currentSnapshot(metadata);
  const { rows, truncated } = withinLimits(texts);
  return {
    snapshotId: snapshot ? String(snapshot['snapshot-id']) : null,
    at: snapshot ? new Date(Number(snapshot['timestamp-ms'])).toISOString() : null,
    columns: shown.map(({ name, type }) => ({ name, type: typeText(type) })),
    rows,
    truncated: truncated || shown.length < fields.length,
    readMs: Math.round(performance.now() - startedAt),
    files: { read: files.length, all: possible.length },
  };
}

/** Those that the statistics do not rule out. */
function possibleFiles(data: readonly LiveFile[], condition: PreviewCondition): LiveFile[] {
  const kept = new Set(condition.prune(data.map(({ file }) => file)));
  return data.filter(({ file }) => kept.has(file));
}

type Enough = { readonly rowsWanted: number; readonly filesMax: number };

/** The smallest files that hold enough rows; at least one. */
function chooseFiles(data: readonly LiveFile[], { rowsWanted, filesMax }: Enough): LiveFile[] {
  const chosen: LiveFile[] = [];
  let rows = 0;
  let bytes = 0;
  for (const file of [...data].sort((a, b) => a.file.bytes - b.file.bytes)) {
    bytes += file.file.bytes;
    if (chosen.length > 0 && (rows >= rowsWanted || chosen.length === filesMax || bytes > BYTES_MAX)) break;
    chosen.push(file);
    rows += file.file.rows;
  }
  return chosen;
}

/** Position deletes that may name rows of these files (spec: Scan Planning). */
function deletesOf(chosen: readonly LiveFile[], deletes: readonly LiveFile[]): LiveFile[] {
  const paths = new Set(chosen.map(({ file }) => file.path));
  return deletes.filter(({ file }) => file.referencedDataFile === undefined || paths.has(file.referencedDataFile));
}

type Read = {
  readonly files: readonly { path: string; localPath: string }[];
  readonly deletes: readonly { localPath: string }[];
  readonly fields: readonly Field[];
  readonly limit: number;
  readonly condition: PreviewCondition | undefined;
};

async function readTexts(session: ColumnarSession, { files, deletes, fields, limit, condition }: Read): Promise<Texts> {
  const readable = fields.flatMap((field, index) =>
    canRead(field.type) ? [{ column: { fieldId: field.id, type: field.type }, as: `c${index}` }] : [],
  );
  // Its column may be one that is not shown.
  const asked = condition && { column: { fieldId: condition.field.id, type: condition.field.type }, as: 'asked' };
  const isShown = readable.find(({ column }) => column.fieldId === condition?.field.id);
  const from = readLiveRows({ files, columns: [...readable, ...(asked && !isShown ? [asked] : [])], deletes });
  const where = condition ? `WHERE ${condition.sql(`r.${isShown?.as ?? 'asked'}`)}` : '';
  const columns = readable.map(({ as }) => `left(CAST(r.${as} AS VARCHAR), ${VALUE_CHARACTERS_MAX + 1}) AS ${as}`);
  const rows = await session.rows(
    `SELECT ${[...columns, 'r.pos AS pos'].join(', ')} FROM ${from} r ${where} LIMIT ${limit}`,
    condition?.values,
  );
  return rows.map((row) =>
    fields.map((field, index) => {
      if (!canRead(field.type)) return `(${typeText(field.type)})`;
      const value = row[`c${index}`];
      return value === null || value === undefined ? null : String(value);
    }),
  );
}

type Texts = (string | null)[][];

/** Cuts long values, and leaves out rows once the answer is large. */
function withinLimits(texts: Texts): { rows: Texts; truncated: boolean } {
  let truncated = false;
  let characters = 0;
  const rows: Texts = [];
  for (const row of texts) {
    const cut = row.map((text) => {
      if (text === null || text.length <= VALUE_CHARACTERS_MAX) return text;
      truncated = true;
      return `${text.slice(0, VALUE_CHARACTERS_MAX)}…`;
    });
    characters += cut.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (characters > ANSWER_CHARACTERS_MAX) return { rows, truncated: true };
    rows.push(cut);
  }
  return { rows, truncated };
}
