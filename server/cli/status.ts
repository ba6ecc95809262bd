import type { PipelineStatus } from '@/packages/client/client.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Context } from './context.ts';
import { bytesText, countText, durationText } from './output/figures.ts';
import { painterOf } from './output/paint.ts';
import { printList, printOne } from './output/print.ts';
import { type Column, tableText } from './output/table.ts';
import { collect } from './resources/collect.ts';
import { findId } from './resources/find-id.ts';
import { PIPELINE_COLUMNS } from './resources/pipeline-columns.ts';
import { tableStateText } from './resources/table-state-text.ts';

export type StatusOptions = { readonly pipeline: string; readonly watch: boolean; readonly intervalS: number };

const TABLE_COLUMNS: readonly Column<PipelineStatus['tableList'][number]>[] = [
  ['TABLE', ({ source }) => source],
  ['STATE', tableStateText],
  ['COPIED', ({ copy }) => countText(copy.rows)],
  ['OF ABOUT', ({ copy }) => countText(copy.rowsEstimate)],
  ['COMMITTED', ({ rowsCommitted }) => countText(rowsCommitted)],
  ['WAITING', ({ spillBytes }) => bytesText(spillBytes)],
  ['DEAD LETTERS', ({ deadLettersOpen }) => countText(deadLettersOpen)],
  ['PROBLEM', ({ error }) => error && `${error.code}: ${error.message}`],
];

/** All pipelines, or one with its tables; again and again with `watch`, in place on a terminal. */
export async function showStatus(context: Context, { pipeline, watch, intervalS }: StatusOptions): Promise<void> {
  const { io, philotes } = context;
  const id = pipeline === '' ? null : await findId(philotes, 'pipeline', pipeline);
  for (;;) {
    const show = id === null ? await allOf(context) : await oneOf(context, id);
    // Home, and clear to the end of the screen.
    if (watch && io.isTerminal) io.out('\u001b[H\u001b[2J');
    show();
    if (!watch) return;
    await sleep(intervalS * 1_000, io.signal);
    if (io.signal.aborted) return;
  }
}

async function allOf({ io, format, philotes }: Context): Promise<() => void> {
  const rows = await collect(philotes.all('/pipelines', { query: { sort: 'name' } }));
  return () => {
    printList(io, format, { rows, columns: PIPELINE_COLUMNS, none: 'no pipelines' });
    if (format !== 'table') return;
    for (const { name, error } of rows) if (error) sayError(io, name, error);
  };
}

async function oneOf({ io, format, philotes }: Context, id: string): Promise<() => void> {
  const { data } = await philotes.GET('/pipelines/{id}/status', { params: { path: { id } } });
  return () => {
    if (!data) return;
    if (format !== 'table') return printOne(io, format, data);
    const { name, state, source, destination, namespace, error, slot } = data;
    io.out(`${painterOf(io).bold(name)}  ${state}  ${source.name} -> ${destination.name}/${namespace}`);
    io.out(
      `freshness ${durationText(data.freshnessSeconds)}, waiting ${bytesText(data.lagBytes)}, buffer ${bytesText(data.buffer.bytes)}, on the source ${bytesText(slot?.retainedBytes)}`,
    );
    if (error) sayError(io, name, error);
    io.out(`\n${tableText(io, data.tableList, TABLE_COLUMNS)}`);
  };
}

function sayError(io: Context['io'], name: string, error: NonNullable<PipelineStatus['error']>): void {
  const paint = painterOf(io);
  io.out(`${paint.red(error.code)}  ${name}: ${error.message}`);
  io.out(`${paint.dim('  do')}  ${error.remedy}`);
}
