import { type Command, Option } from 'commander';
import type { Table } from '@/packages/client/client.ts';
import { lakeTableNames } from '@/server/domain/names.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { ON_TRIAL } from '../on-trial.ts';
import { bytesText, countText, timeText, whenText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { several, verb } from '../verb.ts';
import { collect } from './collect.ts';
import { type ColumnRuleOptions, columnRuleOptions, columnRulesOf } from './column-rule-option.ts';
import { findId, findTable } from './find-id.ts';
import { rowCondition } from './row-condition.ts';
import { type RowFilterOptions, rowFilterOf, rowFilterOptions } from './row-filter-option.ts';
import { addSchemaCommands } from './schema-commands.ts';
import { type SchemaPolicyOption, schemaPolicyOf, schemaPolicyOption } from './schema-policy-option.ts';
import { modesOf, tableInput } from './table-argument.ts';
import { tableStateText } from './table-state-text.ts';
import { addVerifyCommands } from './verify-commands.ts';

const COLUMNS: readonly Column<Table>[] = [
  ['TABLE', ({ source }) => source],
  ['STATE', tableStateText],
  ['MODES', ({ modes }) => modes.join(', ')],
  ['COPIED', ({ copy }) => countText(copy.rows)],
  ['COMMITTED', ({ rowsCommitted }) => countText(rowsCommitted)],
  ['WAITING', ({ spillBytes }) => bytesText(spillBytes)],
  ['DEAD LETTERS', ({ deadLettersOpen }) => countText(deadLettersOpen)],
  ['UP TO', ({ markerAt }) => timeText(markerAt)],
  ['LAKE TABLES', (table) => lakeTableNames(table).join(', ')],
  ['PROBLEM', ({ error, doubts }) => error?.code ?? (doubts.length > 0 ? 'may differ' : undefined)],
];
const POLICIES = ['dead-letter', 'string', 'null'] as const;
type Policy = (typeof POLICIES)[number];
const EFFECTS = ['apply', 'soft', 'ignore'] as const;
type Effect = (typeof EFFECTS)[number];
type UpdateOptions = SchemaPolicyOption &
  ColumnRuleOptions &
  RowFilterOptions & {
    readonly mode?: string;
    readonly policy?: readonly string[];
    readonly onDelete?: Effect;
    readonly onTruncate?: Effect;
  };

/** `philotes table ...` */
export function addTableCommands(program: Command, io: CliIo): void {
  const table = program.command('table').summary('Tables of a pipeline').description('The tables of a pipeline.');
  const pathOf = async ({ philotes }: Context, [pipeline = '', name = '']: readonly string[]) => {
    const pipelineId = await findId(philotes, 'pipeline', pipeline);
    return { path: { pipelineId, tableId: await findTable(philotes, pipelineId, name) } };
  };

  verb(table, io, {
    usage: 'list <pipeline>',
    summary: 'List the tables of a pipeline',
    async run({ philotes, format }, [pipeline = '']) {
      const path = { pipelineId: await findId(philotes, 'pipeline', pipeline) };
      const rows = await collect(philotes.all('/pipelines/{pipelineId}/tables', { path, query: { sort: 'source' } }));
      printList(io, format, { rows, columns: COLUMNS, none: 'no tables' });
    },
  });
  verb(table, io, {
    usage: 'get <pipeline> <table>',
    summary: 'Show a table by schema.table or id',
    async run(context, args) {
      const params = await pathOf(context, args);
      const { data } = await context.philotes.GET('/pipelines/{pipelineId}/tables/{tableId}', { params });
      if (data) printOne(io, context.format, data);
    },
  });
  verb(table, io, {
    usage: 'add <pipeline> <tables...>',
    summary: 'Add tables to a pipeline, also while it runs',
    examples: ['table add shop public.refunds audit.events:changelog', 'table add shop public.orders:both=orders_2024'],
    async run({ philotes, done }, [pipeline = '', ...tables]) {
      const pipelineId = await findId(philotes, 'pipeline', pipeline);
      const wanted = tables.map(tableInput);
      const { data } = await philotes.POST('/pipelines/{pipelineId}/tables', {
        params: { path: { pipelineId } },
        body: { tables: wanted },
      });
      const lakeNamesOf = ({ source, lakeName }: { source: string; lakeName: string }) => {
        const { mirror, changelog } =
          wanted.find((each) => `${each.schema}.${each.table}` === source) ?? modesOf('mirror');
        const modes = [...(mirror ? ['mirror'] : []), ...(changelog ? ['changelog'] : [])];
        return lakeTableNames({ lakeName, modes }).join(' and ');
      };
      done(`Added ${data?.tables.map((each) => `${each.source} as ${lakeNamesOf(each)}`).join(', ')}`);
    },
  });
  verb<{ dropLakeTables?: boolean }>(table, io, {
    usage: 'remove <pipeline> <table>',
    summary: 'Take a table out of a pipeline',
    options: (command) => command.option('--drop-lake-tables', 'drop its lake tables with their files too'),
    async run(context, args, { dropLakeTables = false }) {
      const { path } = await pathOf(context, args);
      const params = { path, query: { dropLakeTables } };
      await context.philotes.DELETE('/pipelines/{pipelineId}/tables/{tableId}', { params, headers: ON_TRIAL });
      await context.confirm(
        `This takes ${args[1]} out of ${args[0]}${dropLakeTables ? ' and drops its lake tables' : '; its lake tables stay'}.`,
      );
      const { data } = await context.philotes.DELETE('/pipelines/{pipelineId}/tables/{tableId}', { params });
      const kept = data?.lakeTablesKept ?? [];
      const stays = kept.length > 0 ? `; ${kept.join(' and ')} stays, since it was not made for this table` : '';
      context.done(`${args[1]} is removed${whenText(data?.carriedOut)}${stays}`);
    },
  });
  verb<UpdateOptions>(table, io, {
    usage: 'update <pipeline> <table>',
    summary: 'Change modes, rows and columns, and what becomes of deletes, truncates, odd values and changed columns',
    examples: [
      'table update shop orders --mode both --policy created_at=null',
      'table update shop orders --on-delete soft --on-truncate ignore',
      'table update shop orders --schema-policy column-added=pause',
      "table update shop customers --column ssn=hash --column notes=exclude --column 'name=truncate(3)'",
      'table update shop orders --where "status = active" --where "total >= 10"',
      'table update shop orders --all-rows',
    ],
    options: (command) =>
      schemaPolicyOption(
        rowFilterOptions(columnRuleOptions(command))
          .option('--mode <mode>', 'mirror, changelog or both')
          .option(
            '--policy <column=policy>',
            'dead-letter, string or null; several times; other columns keep theirs',
            several,
          )
          .addOption(new Option('--on-delete <effect>', 'what a delete does to the mirror').choices(EFFECTS))
          .addOption(new Option('--on-truncate <effect>', 'what a truncate does to the mirror').choices(EFFECTS)),
        'as the pipeline says',
      ),
    async run(context, args, { mode, policy, onDelete, onTruncate, schemaPolicy, ...ruled }) {
      const rules = { ...columnRulesOf(ruled), ...rowFilterOf(ruled) };
      const body = {
        ...rules,
        ...(mode === undefined ? {} : modesOf(mode)),
        ...(onDelete === undefined ? {} : { onDelete }),
        ...(onTruncate === undefined ? {} : { onTruncate }),
        ...(schemaPolicy === undefined ? {} : { schemaPolicy: schemaPolicyOf(schemaPolicy) }),
      };
      if (Object.keys(body).length === 0 && policy === undefined)
        throw new CliError('USAGE', 'nothing to change was given');
      const params = await pathOf(context, args);
      const policies = policy === undefined ? {} : { policies: await withPresent(context, params, policiesOf(policy)) };
      const change = { params, body: { ...body, ...policies } };
      const { data: tried } = await context.philotes.PATCH('/pipelines/{pipelineId}/tables/{tableId}', {
        ...change,
        headers: ON_TRIAL,
      });
      if (tried?.resync) await context.confirm(`This copies ${args[1]} again, so that all of it is as you say now.`);
      const { data } = await context.philotes.PATCH('/pipelines/{pipelineId}/tables/{tableId}', change);
      context.done(`${args[1]} is changed${data?.resync ? ' and copied again' : ''}${whenText(data?.carriedOut)}`);
    },
  });
  addSchemaCommands(table, io);
  verb<{ from?: string; to?: string; where?: readonly string[] }>(table, io, {
    usage: 'resync <pipeline> <table>',
    summary: 'Copy a table again, or a part of it',
    examples: [
      'table resync shop orders --from 1000 --to 2000',
      `table resync shop orders --where "status = open" --where "paid_at is null"`,
    ],
    options: (command) =>
      command
        .option('--from <key>', 'only from this value of the first key column on')
        .option('--to <key>', 'only before this value of the first key column')
        .option('--where <condition>', 'only rows with "column operator value"; several times', several),
    async run(context, args, { from, to, where }) {
      const params = await pathOf(context, args);
      const body = {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(where === undefined ? {} : { where: where.map(rowCondition) }),
      };
      const what = Object.keys(body).length === 0 ? `all of ${args[1]}` : `that part of ${args[1]}`;
      await context.confirm(`This copies ${what} again; readers see the present rows until the new ones are complete.`);
      const { data } = await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/resync', { params, body });
      context.done(`${args[1]} is copied again${whenText(data?.carriedOut)}`);
    },
  });
  addVerifyCommands(table, io, pathOf);
  verb(table, io, {
    usage: 'pause <pipeline> <table>',
    summary: 'Hold the changes of a table back',
    async run(context, args) {
      const params = await pathOf(context, args);
      await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/pause', { params });
      context.done(`Paused ${args[1]}`);
    },
  });
  verb(table, io, {
    usage: 'resume <pipeline> <table>',
    summary: 'Go on with a table that was paused or needs attention',
    async run(context, args) {
      const params = await pathOf(context, args);
      await context.philotes.POST('/pipelines/{pipelineId}/tables/{tableId}/resume', { params });
      context.done(`${args[1]} goes on`);
    },
  });
}

/** The API takes all policies at once; those that were not named stay. */
async function withPresent(
  { philotes }: Context,
  params: { path: { pipelineId: string; tableId: number } },
  given: Record<string, Policy>,
): Promise<Record<string, Policy>> {
  const { data } = await philotes.GET('/pipelines/{pipelineId}/tables/{tableId}', { params });
  return { ...data?.policies, ...given };
}

const isPolicy = (text: string): text is Policy => POLICIES.some((policy) => policy === text);

function policiesOf(given: readonly string[]): Record<string, Policy> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.lastIndexOf('=');
      const policy = text.slice(at + 1);
      if (at < 1 || !isPolicy(policy)) {
        throw new CliError('USAGE', `--policy: "${text}" is not column=policy`, `Policies are ${POLICIES.join(', ')}.`);
      }
      return [text.slice(0, at), policy];
    }),
  );
}
