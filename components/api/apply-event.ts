import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { EventData, EventName } from '@/server/events/event.ts';

/** Whether a cached answer is to be read again. */
export type Wanted = (path: string, input: Record<string, unknown>, answer: unknown) => boolean;

/** Reads what was asked for; what a page does not show is only marked. `seldom`: asking costs a lake something each time. */
export type Reread = (wanted: Wanted, pace?: 'seldom') => void;

/** Asking these again costs a source or a lake something, so only people do, or what changed them. */
const COSTLY = /^(sources\.(tables|preflight)|lake\.)/;
/** Younger answers came after what a new stream has missed. */
const FRESH_MS = 1_500;

/**
 * Brings the query cache up to date with an event: figures are merged where they are shown, everything else is read again
 * by `reread`. Lists may be ordered or filtered by what changed, so they are read again, too, but not for mere figures.
 */
export function applyEvent<Name extends EventName>(
  queryClient: QueryClient,
  { name, data }: { name: Name; data: EventData[Name] },
  reread: Reread,
): void {
  const event = { name, data } as { [Each in EventName]: { name: Each; data: EventData[Each] } }[EventName];
  switch (event.name) {
    case 'ready':
      if (!event.data.resumed) rereadAll(queryClient);
      return;
    case 'bye':
      // Somebody who is signed out learns it from the next answer.
      if (event.data.reason === 'signed-out') reread(() => true);
      return;
    case 'pipeline':
      return applyPipeline(queryClient, event.data, reread);
    case 'table':
      return applyTable(queryClient, event.data, reread);
    case 'commit': {
      const { pipelineId } = event.data;
      return reread((path, input) => COMMIT_PATHS.has(path) && isOf(input, pipelineId));
    }
    case 'dead-letter': {
      const { pipelineId } = event.data;
      return reread(
        (path, input) => path.startsWith('deadLetters.') && (input.pipelineId ?? pipelineId) === pipelineId,
      );
    }
    case 'source':
      return reread((path) => path.startsWith('sources.') && !COSTLY.test(path));
    case 'destination':
      return reread((path) => path.startsWith('destinations.'));
    case 'connection-test': {
      const { id } = event.data;
      return reread((path, input) => path.endsWith('.testResult') && input.testId === id);
    }
    case 'beat':
      return;
  }
}

const COMMIT_PATHS = new Set(['pipelines.commits', 'pipelines.schemaChanges', 'pipelines.status']);
/** Lists that say what the pipelines of each row do. */
const USERS_PATHS = new Set(['sources.list', 'destinations.list']);
/** A pipeline that is new comes with all of its fields. */
const LISTED = ['state', 'name', 'error', 'desiredState'];
/** What a list of pipelines to look at is made of, besides errors. */
const mayNeedLook = ({ tables, deadLettersOpen, slot }: EventData['pipeline']['changed']): boolean =>
  (tables?.needAttention ?? 0) > 0 ||
  (tables?.inDoubt ?? 0) > 0 ||
  (deadLettersOpen ?? 0) > 0 ||
  slot?.walStatus === 'unreserved';

function applyPipeline(
  queryClient: QueryClient,
  { id, changed, removed }: EventData['pipeline'],
  reread: Reread,
): void {
  const merge = (item: Item): Item => (item.id === id ? merged(item, changed) : item);
  update(queryClient, 'pipelines.list', (items) =>
    removed ? items.filter((item) => item.id !== id) : items.map(merge),
  );
  queryClient.setQueriesData<Item>({ predicate: at('pipelines.status') }, (status) => status && merge(status));
  if (removed || LISTED.some((field) => field in changed)) reread((path) => path === 'pipelines.list');
  else if (mayNeedLook(changed)) reread((path, input) => path === 'pipelines.list' && input.attention !== undefined);
  if (removed) reread((path) => path === 'pipelines.deletions');
  if (removed || 'state' in changed) reread((path) => USERS_PATHS.has(path));
  if (removed || 'version' in changed || 'state' in changed) {
    reread((path, input) => path === 'pipelines.get' && input.id === id);
  }
}

function applyTable(queryClient: QueryClient, event: EventData['table'], reread: Reread): void {
  const { pipelineId, id, changed, removed } = event;
  let isKnown = false;
  const apply = (items: readonly Item[]): Item[] => {
    isKnown ||= items.some((item) => item.id === id);
    return removed
      ? items.filter((item) => item.id !== id)
      : items.map((item) => (item.id === id ? merged(item, changed) : item));
  };
  update(queryClient, 'tables.list', apply);
  queryClient.setQueriesData<Item>({ predicate: at('pipelines.status') }, (status) =>
    status?.id === pipelineId && isItems(status.tableList) ? { ...status, tableList: apply(status.tableList) } : status,
  );
  if (removed || 'state' in changed || LAKE_FIELDS.some((field) => field in changed)) {
    reread((path, _input, answer) => path === 'lake.table' && isWrittenBy(answer, id), 'seldom');
  }
  if (removed || !isKnown || 'state' in changed || 'error' in changed) {
    reread((path, input) => TABLE_PATHS.has(path) && isOf(input, pipelineId));
  }
}

/** The last tells of repairs, which are copies of parts. */
const TABLE_PATHS = new Set(['tables.list', 'tables.get', 'pipelines.status', 'verifications.list']);

/** What changes of a table when something of it reaches the lake. */
const LAKE_FIELDS = ['markerLsn', 'markerAt', 'rowsCommitted'];

const isWrittenBy = (answer: unknown, tableId: number): boolean =>
  isRecord(answer) && isRecord(answer.owner) && answer.owner.tableId === tableId;

type Item = Readonly<Record<string, unknown>>;

/** Only fields that the cached thing has: views of the same thing differ. */
const merged = (item: Item, changed: object): Item => ({
  ...item,
  ...Object.fromEntries(Object.entries(changed).filter(([name]) => name in item)),
});

type Listed = { readonly items: readonly Item[] };

/** Changes the items of a list's answers, whether the list is paged endlessly or not. */
function update(queryClient: QueryClient, path: string, change: (items: readonly Item[]) => Item[]): void {
  const page = <Page extends Listed>(found: Page): Page => ({ ...found, items: change(found.items) });
  queryClient.setQueriesData<Listed | { readonly pages: readonly Listed[] }>({ predicate: at(path) }, (found) => {
    if (!found) return found;
    return 'pages' in found ? { ...found, pages: found.pages.map(page) } : page(found);
  });
}

const at = (path: string) => (query: { queryKey: QueryKey }) => pathOf(query.queryKey) === path;

/** tRPC's keys are `[['pipelines', 'list'], { input, type }]`. */
export function pathOf([path]: QueryKey): string {
  return Array.isArray(path) ? path.join('.') : '';
}

export function inputOf([, details]: QueryKey): Record<string, unknown> {
  const input = isRecord(details) ? details.input : null;
  return isRecord(input) ? input : {};
}

/** Procedures name a pipeline `id` or `pipelineId`. */
const isOf = (input: Record<string, unknown>, pipelineId: string): boolean =>
  input.pipelineId === pipelineId || input.id === pipelineId;

const isItems = (value: unknown): value is readonly Item[] => Array.isArray(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function rereadAll(queryClient: QueryClient): void {
  const oldest = Date.now() - FRESH_MS;
  void queryClient.invalidateQueries({
    predicate: ({ queryKey, state }) => state.dataUpdatedAt < oldest && !COSTLY.test(pathOf(queryKey)),
  });
}
