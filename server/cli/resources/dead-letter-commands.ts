import type { Command } from 'commander';
import type { DeadLetter } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { timeText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId } from './find-id.ts';
import { numberFrom } from './read-secret.ts';

const COLUMNS: readonly Column<DeadLetter>[] = [
  ['ID', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['TABLE', ({ source }) => source],
  ['COLUMN', ({ column }) => column],
  ['SINCE', ({ createdAt }) => timeText(createdAt)],
  ['REASON', ({ reason }) => reason],
];
const STATES = ['open', 'replay_requested', 'replayed', 'discarded', 'superseded'] as const;
type State = (typeof STATES)[number];
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
    usage: 'replay <pipeline> <ids...>',
    summary: 'Carry rows again, as they are on the source now',
    async run(context, args) {
      const letters = await pathsOf(context, args);
      for (const params of letters) {
        await context.philotes.POST('/pipelines/{pipelineId}/dead-letters/{id}/replay', { params });
      }
      context.done(`Asked for a replay of ${letters.length}`);
    },
  });
  verb(letter, io, {
    usage: 'discard <pipeline> <ids...>',
    summary: 'Give rows up; the lake stays without them',
    async run(context, args) {
      const letters = await pathsOf(context, args);
      await context.confirm(`This gives ${letters.length} rows up for good.`);
      for (const params of letters) {
        await context.philotes.POST('/pipelines/{pipelineId}/dead-letters/{id}/discard', { params });
      }
      context.done(`Discarded ${letters.length}`);
    },
  });
}

function letterId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(
    'USAGE',
    `"${text}" is not the number of a dead letter`,
    'See philotes dead-letter list <pipeline>.',
  );
}
