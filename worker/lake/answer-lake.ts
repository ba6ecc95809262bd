import { namespaceText } from '@/server/domain/iceberg/identifier.ts';
import { currentSnapshot, snapshotById } from '@/server/domain/iceberg/metadata.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { LakeQuestion } from '@/server/inquiries/questions.ts';
import type { DescribedTable, ListedFiles } from '@/server/lake/lake-view.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import { type Lake, openLake } from '@/worker/pipeline/lake.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { describeTable } from './describe-table.ts';
import { dropLeftTable } from './drop-left-table.ts';
import { previewRows } from './preview-rows.ts';
import { standingTables } from './standing-tables.ts';
import { summarizeFiles } from './summarize-files.ts';

type Asked = { readonly destinationId: string; readonly question: LakeQuestion; readonly signal: AbortSignal };
type Deps = Pick<WorkerDeps, 'database' | 'sealer' | 'config' | 'secrets' | 'columnar'>;

/** Catalogs with more are browsed with their own tools. */
const NAMESPACES_MAX = 500;
const FILES_MAX = 20_000;

/** Looks into a lake, or drops a table there. Throws what its catalog and its storage throw. */
export async function answerLake(deps: Deps, { destinationId, question, signal }: Asked): Promise<unknown> {
  await using lake = await openLake(deps, { destinationId, signal });
  switch (question.ask) {
    case 'namespaces':
      return {
        items: (await listTables(lake, { signal })).map(({ namespace, names }) => ({
          namespace,
          tables: names.length,
        })),
      };
    case 'tables':
      return await listTables(lake, { signal, only: question.namespace });
  }
  const namespace = question.namespace.split('.');
  if (question.ask === 'standing') {
    return await standingTables(lake.catalog, { namespace, tables: question.tables, signal });
  }
  if (question.ask === 'drop') {
    const identifier = { namespace, name: question.table };
    await dropLeftTable({ pool: deps.database.pool, catalog: lake.catalog }, { identifier, signal });
    return null;
  }
  const loaded = await lake.catalog.loadTable({ namespace, name: question.table }, { signal });
  switch (question.ask) {
    case 'table':
      return { ...describeTable(loaded), ...(await filesOf(lake, loaded)) };
    case 'files':
      return await listFiles(lake, loaded, question.snapshotId);
    case 'preview': {
      const { limit, condition } = question;
      const { columnar, config } = deps;
      return await previewRows({ columnar, lake, workDir: config.workDir, loaded, limit, condition, signal });
    }
  }
}

type Listed = { namespace: string; names: readonly string[] };

async function listTables(
  lake: Lake,
  { signal, only }: { signal: AbortSignal; only?: string | undefined },
): Promise<Listed[]> {
  const found =
    only === undefined ? await lake.catalog.listNamespaces({ signal, atMost: NAMESPACES_MAX }) : [only.split('.')];
  const listed: Listed[] = [];
  for (const namespace of found) {
    listed.push({ namespace: namespaceText(namespace), names: await lake.catalog.listTables(namespace, { signal }) });
  }
  return listed;
}

/** A table whose manifests another writer made in a way we cannot read still has a schema and a history to show. */
async function filesOf(lake: Lake, { metadata }: LoadedTable): Promise<Pick<DescribedTable, 'files' | 'filesProblem'>> {
  if (metadata['current-snapshot-id'] === null) return { files: null, filesProblem: null };
  try {
    const snapshot = metadata.snapshots.find((each) => each['snapshot-id'] === metadata['current-snapshot-id']);
    const manifests = snapshot ? await lake.manifests.manifests(snapshot['manifest-list']) : [];
    const { data, deletes } = await liveFiles({ metadata, reader: lake.manifests });
    const files = summarizeFiles({
      data: data.map(({ file }) => file),
      deletes: deletes.map(({ file }) => file),
      manifests: manifests.length,
    });
    return { files, filesProblem: null };
  } catch (error) {
    if (!(error instanceof AppError) || policyOf(error).retry === 'automatic') throw error;
    return { files: null, filesProblem: error.message };
  }
}

/** Throws NOT_FOUND for a snapshot that the table does not have any more. */
async function listFiles(lake: Lake, { metadata }: LoadedTable, snapshotId: string | undefined): Promise<ListedFiles> {
  const snapshot = snapshotId === undefined ? currentSnapshot(metadata) : snapshotById(metadata, BigInt(snapshotId));
  if (snapshotId !== undefined && !snapshot) {
    throw new AppError('NOT_FOUND', `the table has no snapshot ${snapshotId} any more; ask for its newest one`);
  }
  const { data, deletes } = await liveFiles({ metadata, reader: lake.manifests, snapshot });
  return {
    snapshotId: snapshot ? String(snapshot['snapshot-id']) : null,
    files: [...data, ...deletes].slice(0, FILES_MAX).map(({ file, sequenceNumber }) => ({
      path: file.path,
      content: file.content,
      rows: file.rows,
      bytes: file.bytes,
      sequence: String(sequenceNumber),
    })),
  };
}
