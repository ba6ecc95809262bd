import type { Command } from 'commander';
import type { DeadLetter, DeadLetterGroup } from '@/packages/client/client.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { counted, timeText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId, findTable } from './find-id.ts';
import { numberFrom } from './read-secret.ts';

const COLUMNS: readonly Column<DeadLetter>[] = [
  ['ID', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['TABLE', ({ source }) => source],
  ['COLUMN', ({ column }) => column],
  ['SINCE', ({ createdAt }) => timeText(createdAt)],
  ['REASON', ({ reason }) => reason],
];
const GROUP_COLUMNS: readonly Column<DeadLetterGroup>[] = [
  ['PIPELINE', ({ pipelineName }) => pipelineName],
  ['TABLE', ({ source }) => source],
  ['COLUMN', ({ column }) => column],
  ['OPEN', ({ open }) => open],
  ['ALL', ({ total }) => total],
  ['LAST', ({ lastAt }) => timeText(lastAt)],
  ['REASON', ({ reason }) => reason],
];
const LOOK_MS = 500;
const REPLAY_WAIT_MS = 60_000;
const STATES = ['open', 'replay_requested', 'replayed', 'discarded', 'superseded'] as const;
type State = (typeof STATES)[number];
type AllOptions = { readonly all?: boolean; readonly table?: string; readonly column?: string };
type ListOptions = { readonly state: State; readonly limit: string };

/** `philotes dead-letter ...` */
export function addDeadLetterCommands(program: Command, io: CliIo): void {
  const letter = program
    .command('dead-letter')
    .summary('Rows that could not be carried')
    .description('Rows that could not be carried, kept with the reason.');
  const pathsOf = async ({ philotes }: Context, [pipeline = '', ...ids]: readonly string[]) => {
    const pipelineId = await findId(philotes, 'pipeline', pipeline);
    return ids.map((id) => ({ path: { pipelineId, id: letterId(id) } }));
  };

  verb<ListOptions>(letter, io, {
    usage: 'list <pipeline>',
    summary: 'List dead letters, the newest first',
    options: (command) =>
      command.option('--state <state>', STATES.join(', '), 'open').option('--limit <n>', 'how many at most', '100'),
    async run({ philotes, format }, [pipeline = ''], { state, limit }) {
      const path = { pipelineId: await findId(philotes, 'pipeline', pipeline) };
      const letters = philotes.all('/pipelines/{pipelineId}/dead-letters', { path, query: { state } });
      const rows = await collect(letters, numberFrom('--limit', limit));
      printList(io, format, { rows, columns: COLUMNS, none: `no ${state} dead letters` });
    },
  });
  verb(letter, io, {
    usage: 'inspect <pipeline> <id>',
    summary: 'Show a dead letter with its values; this is put on record',
    async run(context, args) {
      const [params] = await pathsOf(context, args);
      if (!params) return;
      const { data } = await context.philotes.POST('/pipelines/{pipelineId}/dead-letters/{id}/inspect', { params });
      if (data) printOne(io, context.format, data);
    },
  });
  verb(letter, io, {
    usage: 'groups [pipeline]',
    summary: 'Show dead letters by table and reason',
    async run({ philotes, format }, [pipeline = '']) {
      const query = pipeline === '' ? {} : { pipelineId: await findId(philotes, 'pipeline', pipeline) };
      const { data } = await philotes.GET('/dead-letters/groups', { params: { query } });
      printList(io, format, { rows: data?.items ?? [], columns: GROUP_COLUMNS, none: 'no dead letters' });
    },
  });
  verb<AllOptions & { wait: boolean }>(letter, io, {
    usage: 'replay <pipeline> [ids...]',
    summary: 'Carry rows again, as they are on the source now, and say which could not be',
    examples: ['dead-letter replay shop 17 18', 'dead-letter replay shop --all --table orders --column total'],
    options: (command) => allOptions(command).option('--no-wait', 'return at once'),
    async run(context, [pipeline = '', ...ids], options) {
      const { philotes } = context;
      const pipelineId = await findId(philotes, 'pipeline', pipeline);
      const since = await lastFailures(context, pipelineId);
      let count = ids.length;
      if (isAll(ids, options)) {
        const body = await filterOf(context, pipelineId, options);
        const params = { path: { pipelineId } };
        const { data } = await philotes.POST('/pipelines/{pipelineId}/dead-letters/replay', { params, body });
        count = data?.count ?? 0;
      }
      for (const id of ids.map(letterId)) {
        const params = { path: { pipelineId, id } };
        await philotes.POST('/pipelines/{pipelineId}/dead-letters/{id}/replay', { params });
      }
      if (!options.wait || count === 0) return context.done(`Asked for a replay of ${count}`);
      await showOutcome(context, { pipelineId, count, since });
    },
  });
  verb<AllOptions & { note?: string }>(letter, io, {
    usage: 'discard <pipeline> [ids...]',
    summary: 'Give rows up; the lake stays without them',
    examples: ['dead-letter discard shop 17', "dead-letter discard shop --all --table orders --note 'test data'"],
    options: (command) => allOptions(command).option('--note <text>', 'with --all: why, for the audit log'),
    async run(context, [pipeline = '', ...ids], options) {
      const { philotes } = context;
      const pipelineId = await findId(philotes, 'pipeline', pipeline);
      if (isAll(ids, options)) {
        const { note } = options;
        if (note === undefined) throw new CliError('USAGE', '--all needs --note: why these rows are given up');
        const filter = await filterOf(context, pipelineId, options);
        await context.confirm(`This gives all open dead letters of ${options.table ?? pipeline} up for good.`);
        const params = { path: { pipelineId } };
        const body = { ...filter, note };
        const { data } = await philotes.POST('/pipelines/{pipelineId}/dead-letters/discard', { params, body });
        return context.done(`Discarded ${data?.count ?? 0}`);
      }
      const letters = ids.map(letterId);
      await context.confirm(`This gives ${counted(letters.length, 'row')} up for good.`);
      for (const id of letters) {
        const params = { path: { pipelineId, id } };
        await philotes.POST('/pipelines/{pipelineId}/dead-letters/{id}/discard', { params });
      }
      context.done(`Discarded ${letters.length}`);
    },
  });
}

/** When each open letter was last tried in vain. */
async function lastFailures({ philotes }: Context, pipelineId: string): Promise<ReadonlyMap<number, string | null>> {
  const letters = await collect(
    philotes.all('/pipelines/{pipelineId}/dead-letters', { path: { pipelineId }, query: { state: 'open' } }),
  );
  return new Map(letters.map(({ id, replayFailedAt }) => [id, replayFailedAt]));
}

type Asked = {
  readonly pipelineId: string;
  readonly count: number;
  readonly since: ReadonlyMap<number, string | null>;
};

/** Waits until nothing is asked for any more. Throws FAILED when some rows could not be carried, with their reasons. */
async function showOutcome(context: Context, { pipelineId, count, since }: Asked): Promise<void> {
  const { philotes, io } = context;
  const lettersIn = (state: State) =>
    collect(philotes.all('/pipelines/{pipelineId}/dead-letters', { path: { pipelineId }, query: { state } }));
  const deadline = performance.now() + REPLAY_WAIT_MS;
  while ((await lettersIn('replay_requested')).length > 0) {
    if (performance.now() > deadline) {
      throw new CliError(
        'FAILED',
        `the replay of ${count} is asked for and not over after ${REPLAY_WAIT_MS / 1_000} seconds`,
        'It goes on while the pipeline runs: see philotes dead-letter list --state replay_requested.',
      );
    }
    await sleep(LOOK_MS, io.signal);
    io.signal.throwIfAborted();
  }
  const failed = (await lettersIn('open')).filter(
    ({ id, replayFailedAt }) => replayFailedAt !== null && replayFailedAt !== since.get(id),
  );
  if (failed.length === 0) return context.done(`Replayed ${count}`);
  printList(io, context.format, { rows: failed, columns: COLUMNS, none: '' });
  throw new CliError(
    'FAILED',
    `${failed.length} of ${count} could not be replayed`,
    'Change the policy of the column, or the value on the source, and replay again.',
  );
}

const allOptions = (command: Command): Command =>
  command
    .option('--all', 'all that are open, instead of numbers')
    .option('--table <table>', 'with --all: only of this table')
    .option('--column <name>', 'with --all: only because of this column');

function isAll(ids: readonly string[], { all = false }: AllOptions): boolean {
  if (all === ids.length > 0) throw new CliError('USAGE', 'name dead letters by their numbers, or say --all');
  return all;
}

async function filterOf({ philotes }: Context, pipelineId: string, { table, column }: AllOptions) {
  return {
    ...(table === undefined ? {} : { tableId: await findTable(philotes, pipelineId, table) }),
    ...(column === undefined ? {} : { column }),
  };
}

function letterId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(
    'USAGE',
    `"${text}" is not the number of a dead letter`,
    'See philotes dead-letter list <pipeline>.',
  );
}
