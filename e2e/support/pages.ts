import type { Product } from './product.ts';

type ConsolePage = { readonly name: string; readonly path: string };

const FIXED: readonly ConsolePage[] = [
  { name: 'overview', path: '/' },
  { name: 'pipelines', path: '/pipelines' },
  { name: 'sources', path: '/sources' },
  { name: 'destinations', path: '/destinations' },
  { name: 'lake', path: '/lake' },
  { name: 'activity', path: '/activity' },
  { name: 'new-source', path: '/sources/new' },
  { name: 'new-destination', path: '/destinations/new' },
  { name: 'new-pipeline', path: '/pipelines/new' },
  { name: 'members', path: '/settings/members' },
  { name: 'api-keys', path: '/settings/api-keys' },
  { name: 'sign-in-settings', path: '/settings/sign-in' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'profile', path: '/settings/profile' },
  { name: 'queues', path: '/settings/queues' },
  { name: 'system', path: '/settings/system' },
  { name: 'error-codes', path: '/docs/errors' },
  { name: 'error-code', path: '/docs/errors/SOURCE_UNREACHABLE' },
  { name: 'reference', path: '/docs/api' },
];

/** Every page, with those of one pipeline, by default any; on an empty installation only those that need none. */
export async function everyPage(product: Product, pipelineId: string | null = null): Promise<ConsolePage[]> {
  const [found] = await product.metadata<{ id: string; source_id: string; destination_id: string; table_id: string }>(
    `select p.id, p.source_id, p.destination_id, min(t.id)::text as table_id
       from pipeline p join pipeline_table t on t.pipeline_id = p.id
      where $1::text is null or p.id = $1 group by p.id`,
    [pipelineId],
  );
  if (!found) return [...FIXED];
  const pipeline = `/pipelines/${found.id}`;
  const lake = `/lake/${found.destination_id}/shop/orders`;
  return [
    ...FIXED,
    { name: 'pipeline', path: pipeline },
    { name: 'pipeline-tables', path: `${pipeline}/tables` },
    { name: 'pipeline-table', path: `${pipeline}/tables?table=${found.table_id}` },
    { name: 'pipeline-add-tables', path: `${pipeline}/tables?adding=yes` },
    { name: 'pipeline-commits', path: `${pipeline}/commits` },
    { name: 'pipeline-schema', path: `${pipeline}/schema` },
    { name: 'pipeline-dead-letters', path: `${pipeline}/dead-letters` },
    { name: 'pipeline-configuration', path: `${pipeline}/configuration` },
    { name: 'pipeline-activity', path: `${pipeline}/activity` },
    { name: 'source', path: `/sources/${found.source_id}` },
    { name: 'source-tables', path: `/sources/${found.source_id}/tables` },
    { name: 'source-configuration', path: `/sources/${found.source_id}/configuration` },
    { name: 'destination', path: `/destinations/${found.destination_id}` },
    { name: 'destination-configuration', path: `/destinations/${found.destination_id}/configuration` },
    { name: 'lake-table', path: lake },
    { name: 'lake-snapshots', path: `${lake}?view=snapshots` },
    { name: 'lake-files', path: `${lake}?view=files` },
    { name: 'lake-read', path: `${lake}?view=read` },
    { name: 'lake-preview', path: `${lake}?view=preview` },
  ];
}
