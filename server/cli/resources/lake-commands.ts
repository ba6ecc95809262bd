import type { Command } from 'commander';
import { type components, type Philotes, ProblemError } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId } from './find-id.ts';

const COLUMNS: readonly Column<components['schemas']['LakeTableEntry']>[] = [
  ['LAKE TABLE', ({ namespace, name }) => `${namespace}.${name}`],
  ['MODE', ({ owner }) => owner?.mode],
  ['PIPELINE', ({ owner }) => owner?.pipelineName],
  ['SOURCE TABLE', ({ owner }) => owner?.source],
  ['STATE', ({ owner }) => owner?.state],
];

/** `philotes lake ...` */
export function addLakeCommands(program: Command, io: CliIo): void {
  const lake = program
    .command('lake')
    .summary('The Iceberg tables of a destination')
    .description('The Iceberg tables of a destination, as readers find them.');

  verb<{ namespace?: string; search?: string }>(lake, io, {
    usage: 'tables <destination>',
    summary: 'List the Iceberg tables of a destination, and which pipeline writes each',
    options: (command) =>
      command.option('--namespace <name>', 'only of this namespace').option('--search <text>', 'part of the name'),
    async run({ philotes, format }, [name = ''], { namespace, search }) {
      const destinationId = await findId(philotes, 'destination', name);
      const query = { ...(namespace ? { namespace } : {}), ...(search ? { search } : {}) };
      const rows = await collect(philotes.all('/lake/{destinationId}/tables', { path: { destinationId }, query }));
      printList(io, format, { rows, columns: COLUMNS, none: 'no tables' });
    },
  });
  verb(lake, io, {
    usage: 'drop <destination> <table>',
    summary: 'Drop an Iceberg table, with its files, that a pipeline left behind',
    examples: ['lake drop local shop.orders'],
    async run({ philotes, confirm, done }, [name = '', table = '']) {
      const [, namespace, tableName] = /^(.+)\.([^.]+)$/.exec(table) ?? [];
      if (!namespace || !tableName) {
        throw new CliError('USAGE', `"${table}" is not namespace.table, like shop.orders`);
      }
      const destinationId = await findId(philotes, 'destination', name);
      const path = { destinationId, namespace, table: tableName };
      await refuseMissing(philotes, { path, table, name });
      await confirm(`This drops the Iceberg table ${table} of ${name} with all of its files; readers lose it.`);
      await philotes.DELETE('/lake/{destinationId}/tables/{namespace}/{table}', { params: { path } });
      done(`Dropped ${table}`);
    },
  });
}

type Named = {
  readonly path: { readonly destinationId: string; readonly namespace: string; readonly table: string };
  readonly table: string;
  /** Of the destination. */
  readonly name: string;
};

/** Throws NOT_FOUND before anybody is asked about a table that is not there. */
async function refuseMissing(philotes: Philotes, { path, table, name }: Named): Promise<void> {
  try {
    await philotes.GET('/lake/{destinationId}/tables/{namespace}/{table}', { params: { path } });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'LAKE_TABLE_MISSING') throw error;
    throw new CliError(
      'NOT_FOUND',
      `there is no Iceberg table ${table} in ${name}; nothing was done`,
      `See philotes lake tables ${name}.`,
    );
  }
}
