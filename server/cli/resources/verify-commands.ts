import type { Command } from 'commander';
import type { components } from '@/packages/client/client.ts';
import { EXCUSE_WORDS, EXCUSES } from '@/server/domain/verification.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { counted, countText, timeText, whenText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { collect } from './collect.ts';

type Verification = components['schemas']['Verification'];
type Range = components['schemas']['VerifiedRange'];
type TablePath = { readonly path: { readonly pipelineId: string; readonly tableId: number } };
type PathOf = (context: Context, args: readonly string[]) => Promise<TablePath>;

const LOOK_MS = 500;

const COLUMNS: readonly Column<Verification>[] = [
  ['ID', ({ id }) => String(id)],
  ['STATE', ({ state }) => state],
  ['RANGES', ({ ranges }) => `${ranges.equal + ranges.different + ranges.undecided}/${ranges.all}`],
  ['ROWS', ({ sourceRows }) => countText(sourceRows)],
  ['MISSING', ({ missing }) => countText(missing)],
  ['EXTRA', ({ extra }) => countText(extra)],
  ['DIFFERENT', ({ different }) => countText(different)],
  ['BEGAN', ({ beganAt }) => timeText(beganAt)],
  ['PROBLEM', ({ error }) => error?.code],
];
const RANGE_COLUMNS: readonly Column<Range>[] = [
  ['FROM', ({ from }) => from ?? '(first)'],
  ['TO', ({ to }) => to ?? '(last)'],
  ['RESULT', ({ state }) => state],
  ['SOURCE', ({ sourceRows }) => countText(sourceRows)],
  ['LAKE', ({ lakeRows }) => countText(lakeRows)],
  ['MISSING', ({ missing }) => countText(missing)],
  ['EXTRA', ({ extra }) => countText(extra)],
  ['DIFFERENT', ({ different }) => countText(different)],
  ['KEYS', (range) => keysText(range) || range.reason],
];

/** `philotes table verify ...` and what belongs to it. */
export function addVerifyCommands(table: Command, io: CliIo, pathOf: PathOf): void {
  verb<{ from?: string; to?: string; wait: boolean }>(table, io, {
    usage: 'verify <pipeline> <table>',
    summary: 'Compare a table with its source, range by range, while both go on',
    examples: ['table verify shop orders', 'table verify shop orders --from 1000 --to 2000'],
    options: (command) =>
      command
        .option('--from <key>', 'begin at this value of the first key column')
        .option('--to <key>', 'end before this value of the first key column')
        .option('--no-wait', 'return at once; see `table verifications`'),
    async run(context, args, { from, to, wait }) {
      const { path } = await pathOf(context, args);
      const body = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const { data } = await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/verify', {
        params: { path },
        body,
      });
      if (!data) return;
      if (!wait) return context.done(`Verification ${data.id} of ${args[1]} has begun`);
      await showResult(context, await untilEnded(context, { path, verification: data }), path);
    },
  });
  verb(table, io, {
    usage: 'verifications <pipeline> <table> [id]',
    summary: 'List the verifications of a table, or show one with the ranges that differ',
    async run(context, args) {
      const { path } = await pathOf(context, args);
      const [, , id] = args;
      if (id !== undefined) return showResult(context, await read(context, { path, id: Number(id) }), path);
      const rows = await collect(
        context.philotes.all('/pipelines/{pipelineId}/tables/{tableId}/verifications', { path, query: {} }),
      );
      printList(io, context.format, { rows, columns: COLUMNS, none: 'no verifications' });
    },
  });
  verb(table, io, {
    usage: 'repair <pipeline> <table>',
    summary: 'Repair what the last verification of a table found to differ',
    async run(context, args) {
      await repair(context, args, await pathOf(context, args));
    },
  });
  verb(table, io, {
    usage: 'accept <pipeline> <table>',
    summary: 'Accept a mirror that may differ from its source as it is',
    examples: ['table accept shop orders'],
    async run(context, args) {
      const params = await pathOf(context, args);
      const { data } = await context.philotes.GET('/pipelines/{pipelineId}/tables/{tableId}', { params });
      if (data?.doubts.length === 0) return context.done(`${args[1]} is in no doubt`);
      const why = data?.doubts.map(({ kind, column }) => [kind, column].filter(Boolean).join(' ')).join(', ');
      await context.confirm(`The mirror of ${args[1]} may differ from its source (${why}), and is taken as it is.`);
      await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/accept', { params });
      context.done(`Accepted ${args[1]}`);
    },
  });
  verb(table, io, {
    usage: 'cancel-verification <pipeline> <table>',
    summary: 'End the verification of a table that is under way',
    async run(context, args) {
      const { path } = await pathOf(context, args);
      const latest = await newest(context, path);
      await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/cancel', {
        params: { path: { ...path, verificationId: latest.id } },
      });
      context.done(`Verification ${latest.id} of ${args[1]} has ended`);
    },
  });
}

async function repair(context: Context, args: readonly string[], { path }: TablePath): Promise<void> {
  const { id, ranges } = await newest(context, path);
  if (ranges.different === 0) return context.done(`Verification ${id} found nothing to repair`);
  await context.confirm(
    `This reads ${counted(ranges.different, 'range')} of ${args[1]} again and puts what it finds in place of what the lake has there, in one commit.`,
  );
  const { data } = await context.philotes.POST(
    '/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/repair',
    { params: { path: { ...path, verificationId: id } } },
  );
  context.done(`Reading ${counted(data?.ranges, 'range')} of ${args[1]} again${whenText(data?.carriedOut)}`);
}

/** The newest verification of a table. Throws NOT_FOUND when there is none. */
async function newest({ philotes }: Context, path: TablePath['path']): Promise<Verification> {
  const { data } = await philotes.GET('/pipelines/{pipelineId}/tables/{tableId}/verifications', {
    params: { path, query: { limit: 1 } },
  });
  const latest = data?.items[0];
  if (!latest) throw new CliError('NOT_FOUND', 'the table was never verified', 'See philotes table verify.');
  return latest;
}

async function read(
  { philotes }: Context,
  { path, id }: { path: TablePath['path']; id: number },
): Promise<Verification> {
  const { data } = await philotes.GET('/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}', {
    params: { path: { ...path, verificationId: id } },
  });
  if (!data) throw new CliError('NOT_FOUND', `there is no verification ${id}`);
  return data;
}

async function untilEnded(
  context: Context,
  { path, verification }: { path: TablePath['path']; verification: Verification },
): Promise<Verification> {
  const { signal } = context.io;
  let told = '';
  for (let present = verification; ; ) {
    if (present.state !== 'waiting' && present.state !== 'running') return present;
    const { ranges, sourceRows, error } = present;
    const done = ranges.equal + ranges.different + ranges.undecided;
    const text = error
      ? `waits: ${error.message}`
      : `${done} of ${counted(ranges.all, 'range')}, ${counted(sourceRows, 'row')}, ${ranges.different} differ`;
    // Ranges are known a moment after it has begun.
    const isTold = error !== null || ranges.all > 0;
    if (isTold && text !== told) context.io.err(text);
    if (isTold) told = text;
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
    present = await read(context, { path, id: present.id });
  }
}

/** Throws FINDINGS when the lake differs, FAILED when the comparison did not come to its end. */
async function showResult(context: Context, verification: Verification, path: TablePath['path']): Promise<void> {
  const { io, format, philotes } = context;
  const found = (state: 'different' | 'undecided') =>
    collect(
      philotes.all('/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/ranges', {
        path: { ...path, verificationId: verification.id },
        query: { state },
      }),
    );
  const rows = [...(await found('different')), ...(await found('undecided'))];
  if (format === 'table') {
    printList(io, format, { rows, columns: RANGE_COLUMNS, none: 'every range that was compared is equal' });
    context.done(summary(verification));
  } else printOne(io, format, { ...verification, findings: rows });
  const { state, error, ranges } = verification;
  if (state === 'failed') throw new CliError('FAILED', error?.message ?? 'it failed', error?.remedy);
  if (ranges.different > 0) {
    throw new CliError(
      'FINDINGS',
      `${ranges.different} of ${counted(ranges.all, 'range')} ${ranges.different === 1 ? 'differs' : 'differ'}`,
      repairText(verification),
    );
  }
}

function repairText({ repairRequestedAt, repairedAt }: Verification): string {
  if (repairedAt) return `Repaired ${timeText(repairedAt)}. See that it is good with philotes table verify.`;
  if (repairRequestedAt) return `A repair was asked for ${timeText(repairRequestedAt)} and is under way.`;
  return 'Repair them with philotes table repair.';
}

function summary({ id, state, sourceRows, ranges, excused, leftOut }: Verification): string {
  const apart = EXCUSES.flatMap((why) =>
    excused[why] ? [`${countText(excused[why])} ${EXCUSE_WORDS[why][excused[why] === 1 ? 'one' : 'several']}`] : [],
  );
  return [
    `Verification ${id} is ${state}: ${counted(sourceRows, 'row')} in ${counted(ranges.all, 'range')} compared`,
    ...(apart.length === 0 ? [] : [`Not held against the lake: ${apart.join(', ')}`]),
    ...(leftOut.length === 0 ? [] : [`Columns not compared: ${leftOut.map(({ column }) => column).join(', ')}`]),
  ].join('\n');
}

function keysText({ sample }: Range): string {
  if (!sample) return '';
  const shown = [
    ...sample.missing.map((key) => `-${key.join('/')}`),
    ...sample.extra.map((key) => `+${key.join('/')}`),
    ...sample.different.map(({ key, columns }) => `~${key.join('/')}(${columns.join(' ')})`),
  ];
  return shown.slice(0, 5).join(' ') + (shown.length > 5 ? ' ...' : '');
}
