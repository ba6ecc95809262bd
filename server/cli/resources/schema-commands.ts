import type { Command } from 'commander';
import type { SchemaChange } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { timeText } from '../output/figures.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId, findTable } from './find-id.ts';

const sideText = (side: SchemaChange['before']): string | undefined =>
  side === null || typeof side === 'string' ? (side ?? undefined) : `${side.name} ${side.type}`;

const COLUMNS: readonly Column<SchemaChange>[] = [
  ['ID', ({ id }) => id],
  ['TABLE', ({ source }) => source],
  ['CHANGE', ({ kind }) => kind],
  ['BEFORE', ({ before }) => sideText(before)],
  ['AFTER', ({ after }) => sideText(after)],
  ['ACTION', ({ action }) => action],
  ['DECIDED BY', ({ decidedBy }) => decidedBy ?? undefined],
  ['POSITION', ({ lsn }) => lsn],
  ['AT', ({ at }) => timeText(at)],
];

type DecideOptions = { readonly change?: readonly string[] };

/** `philotes table schema|approve|refuse` */
export function addSchemaCommands(table: Command, io: CliIo): void {
  verb<{ waiting?: boolean }>(table, io, {
    usage: 'schema <pipeline> [table]',
    summary: 'List how columns changed, and what the lake did about it',
    examples: ['table schema shop --waiting', 'table schema shop public.orders'],
    options: (command) => command.option('--waiting', 'only what waits for a decision'),
    async run({ philotes, format }, [pipeline = '', name], { waiting = false }) {
      const pipelineId = await findId(philotes, 'pipeline', pipeline);
      const query = {
        ...(name ? { tableId: await findTable(philotes, pipelineId, name) } : {}),
      };
      const all = await collect(
        philotes.all('/pipelines/{pipelineId}/schema-changes', { path: { pipelineId }, query }),
      );
      const rows = waiting ? all.filter(needsDecision) : all;
      printList(io, format, { rows, columns: COLUMNS, none: waiting ? 'nothing waits' : 'no column has changed' });
    },
  });
  const options = (command: Command) =>
    command.option(
      '--change <id>',
      'only this change, by its id in table schema; several times',
      (value: string, before: readonly string[] = []) => [...before, value],
    );
  verb<DecideOptions>(table, io, {
    usage: 'approve <pipeline> <table>',
    summary: 'Let the lake follow changed columns that wait for a decision',
    examples: ['table approve shop public.orders', 'table approve shop public.orders --change 17'],
    options,
    run: (context, args, { change }) => decide(context, { args, decision: 'approve', ids: change }),
  });
  verb<DecideOptions>(table, io, {
    usage: 'refuse <pipeline> <table>',
    summary: 'Leave the columns of the lake as they are, and let the table go on',
    examples: ['table refuse shop public.orders'],
    options,
    run: (context, args, { change }) => decide(context, { args, decision: 'refuse', ids: change }),
  });
}

type Decision = {
  readonly args: readonly string[];
  readonly decision: 'approve' | 'refuse';
  readonly ids: readonly string[] | undefined;
};

const needsDecision = ({ action }: { action: string }): boolean => action === 'waiting' || action === 'unfit';

/** Asks with the changes in question: what comes after they were read is decided by itself. */
async function decide(context: Context, { args, decision, ids }: Decision): Promise<void> {
  const { philotes } = context;
  const [pipeline = '', name = ''] = args;
  const pipelineId = await findId(philotes, 'pipeline', pipeline);
  const tableId = await findTable(philotes, pipelineId, name);
  const path = { pipelineId };
  const all = await collect(philotes.all('/pipelines/{pipelineId}/schema-changes', { path, query: { tableId } }));
  const chosen = all.filter((change) => (ids ? ids.includes(change.id) : needsDecision(change)));
  if (chosen.length === 0) throw new CliError('CONFLICT', `no change of ${name} waits for a decision`);
  const shown = chosen.map(({ kind, column }) => `${kind} ${column}`).join(', ');
  const copies = chosen.some(({ action, proposed }) => action !== 'waiting' || proposed === 'unfit');
  await context.confirm(
    decision === 'approve'
      ? `The lake follows: ${shown}.${copies ? ` ${name} is copied again, since values of it are not in the lake.` : ''}`
      : `The columns of the lake stay as they are, without: ${shown}.`,
  );
  const { data } = await philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/schema-changes', {
    params: { path: { pipelineId, tableId } },
    body: { decision, changes: chosen.map(({ id }) => id) },
  });
  const after = data?.resync
    ? 'it is copied again'
    : data?.waiting
      ? `${data.waiting} still wait`
      : 'the table goes on';
  context.done(`${decision === 'approve' ? 'Approved' : 'Refused'} ${shown}: ${after}`);
}
