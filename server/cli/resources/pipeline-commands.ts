import type { Command } from 'commander';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { counted, whenText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import { showStatus } from '../status.ts';
import { several, verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId } from './find-id.ts';
import { forgetSourceOf } from './forget-source.ts';
import { DELETION_COLUMNS, PIPELINE_COLUMNS } from './pipeline-columns.ts';
import { type SchemaPolicyOption, schemaPolicyOf, schemaPolicyOption } from './schema-policy-option.ts';
import { tableInput } from './table-argument.ts';

type Options = SchemaPolicyOption & { readonly name?: string; readonly setting?: readonly string[] };
type CreateOptions = Options & {
  readonly source: string;
  readonly destination: string;
  readonly namespace: string;
  readonly table: readonly string[];
  readonly start?: boolean;
};

const settingOption = (command: Command): Command =>
  schemaPolicyOption(
    command.option(
      '--setting <name=value>',
      'a limit, like batchAgeMsMax=1000 (docs/cli.md lists them); several times',
      several,
    ),
    'apply',
  );

function settingsOf(given: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^(\w+)=(\d+)$/.exec(text) ?? [];
      if (!name) throw new CliError('USAGE', `--setting: "${text}" is not name=number, like batchAgeMsMax=1000`);
      return [name, Number(value)];
    }),
  );
}

/** `philotes pipeline ...` */
export function addPipelineCommands(program: Command, io: CliIo): void {
  const pipeline = program
    .command('pipeline')
    .summary('What is replicated, and how it is doing')
    .description('What is replicated from where to where, and how it is doing.');
  const pathOf = async ({ philotes }: Context, name: string) => ({
    path: { id: await findId(philotes, 'pipeline', name) },
  });

  verb<{ search?: string }>(pipeline, io, {
    usage: 'list',
    summary: 'List pipelines with their state',
    options: (command) => command.option('--search <text>', 'part of the name'),
    async run({ philotes, format }, _, { search }) {
      const rows = await collect(
        philotes.all('/pipelines', { query: { sort: 'name', ...(search ? { search } : {}) } }),
      );
      printList(io, format, { rows, columns: PIPELINE_COLUMNS, none: 'no pipelines' });
    },
  });
  verb(pipeline, io, {
    usage: 'get <pipeline>',
    summary: 'Show the definition of a pipeline',
    async run(context, [name = '']) {
      const { data } = await context.philotes.GET('/pipelines/{id}', { params: await pathOf(context, name) });
      if (data) printOne(io, context.format, data);
    },
  });
  verb(pipeline, io, {
    usage: 'status <pipeline>',
    summary: 'Show how a pipeline and its tables are doing',
    run: (context, [name = '']) => showStatus(context, { pipeline: name, watch: false, intervalS: 0 }),
  });
  verb<CreateOptions>(pipeline, io, {
    usage: 'create <name>',
    summary: 'Create a pipeline',
    examples: [
      'pipeline create shop --source shop --destination lake --namespace shop --table orders --table items:both --start',
    ],
    options: (command) =>
      settingOption(
        command
          .requiredOption('--source <source>', 'name or id')
          .requiredOption('--destination <destination>', 'name or id')
          .requiredOption('--namespace <namespace>', 'namespace of the lake tables')
          .requiredOption(
            '--table <schema.table[:mode][=name]>',
            'mirror (default), changelog or both, and its name in the lake; several times',
            several,
          )
          .option('--start', 'start it at once'),
      ),
    async run(context, [name = ''], options) {
      const { philotes } = context;
      const { data } = await philotes.POST('/pipelines', {
        body: {
          name,
          sourceId: await findId(philotes, 'source', options.source),
          destinationId: await findId(philotes, 'destination', options.destination),
          namespace: options.namespace,
          tables: options.table.map(tableInput),
          settings: settingsOf(options.setting),
          schemaPolicy: schemaPolicyOf(options.schemaPolicy ?? []),
        },
      });
      if (!data) return;
      if (context.format !== 'table') printOne(io, context.format, data);
      else context.done(`Created pipeline ${name} (${data.id}) as a draft`);
      if (!options.start) return;
      try {
        await philotes.POST('/pipelines/{id}/start', { params: { path: { id: data.id } } });
      } catch (error) {
        io.err(`${name} stays a draft; once the reason is gone: philotes pipeline start ${name}`);
        throw error;
      }
      context.done(`Pipeline ${name} starts`);
    },
  });
  verb<Options>(pipeline, io, {
    usage: 'update <pipeline>',
    summary: 'Rename a pipeline, or change its limits and what it does about changed columns',
    examples: [
      'pipeline update shop --setting batchAgeMsMax=500',
      'pipeline update shop --schema-policy column-dropped=pause --schema-policy column-renamed=pause',
    ],
    options: (command) => settingOption(command.option('--name <name>', 'new name')),
    async run(context, [name = ''], options) {
      const settings = settingsOf(options.setting);
      const body = {
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(Object.keys(settings).length === 0 ? {} : { settings }),
        ...(options.schemaPolicy === undefined ? {} : { schemaPolicy: schemaPolicyOf(options.schemaPolicy) }),
      };
      if (Object.keys(body).length === 0) throw new CliError('USAGE', 'nothing to change was given');
      await context.philotes.PATCH('/pipelines/{id}', { params: await pathOf(context, name), body });
      context.done(`Changed pipeline ${name}`);
    },
  });
  verb<{ forgetSource?: boolean }>(pipeline, io, {
    usage: 'delete <pipeline>',
    summary: 'Delete a pipeline; its lake tables stay',
    examples: ['pipeline delete shop', 'pipeline delete shop --forget-source'],
    options: (command) =>
      command.option('--forget-source', 'the source is gone for good: wait for it no longer, also after a delete'),
    async run(context, [name = ''], { forgetSource }) {
      if (forgetSource) return await forgetSourceOf(context, name);
      const params = await pathOf(context, name);
      await context.confirm(
        `This deletes the pipeline ${name}, its slot on the source and what waits in its buffer. Its lake tables stay.`,
      );
      await context.philotes.DELETE('/pipelines/{id}', { params });
      context.done(`Pipeline ${name} is being deleted`);
    },
  });
  verb(pipeline, io, {
    usage: 'deletions',
    summary: 'List deleted pipelines that are not gone yet, with what keeps them',
    async run({ philotes, format }) {
      const rows = await collect(philotes.all('/pipeline-deletions', { query: {} }));
      printList(io, format, { rows, columns: DELETION_COLUMNS, none: 'no pipeline is being deleted' });
    },
  });
  verb(pipeline, io, {
    usage: 'start <pipeline>',
    summary: 'Start a pipeline, or go on after it stopped',
    async run(context, [name = '']) {
      const params = await pathOf(context, name);
      const { data } = await context.philotes.GET('/pipelines/{id}', { params });
      await context.philotes.POST('/pipelines/{id}/start', { params });
      const runsAlready = data?.state === 'copying' || data?.state === 'running';
      context.done(runsAlready ? `Pipeline ${name} runs already` : `Pipeline ${name} starts`);
    },
  });
  verb(pipeline, io, {
    usage: 'stop <pipeline>',
    summary: 'Stop a pipeline; its slot on the source is kept and holds WAL back',
    async run(context, [name = '']) {
      await context.philotes.POST('/pipelines/{id}/stop', { params: await pathOf(context, name) });
      context.done(`Pipeline ${name} stops`);
    },
  });
  verb(pipeline, io, {
    usage: 'pause <pipeline>',
    summary: 'Read nothing for a while; the source keeps WAL meanwhile',
    async run(context, [name = '']) {
      const { data } = await context.philotes.POST('/pipelines/{id}/pause', { params: await pathOf(context, name) });
      context.done(`Paused pipeline ${name}. ${data?.wal.note ?? ''}`.trim());
    },
  });
  verb(pipeline, io, {
    usage: 'resume <pipeline>',
    summary: 'Go on after a pause',
    async run(context, [name = '']) {
      await context.philotes.POST('/pipelines/{id}/resume', { params: await pathOf(context, name) });
      context.done(`Pipeline ${name} goes on`);
    },
  });
  verb(pipeline, io, {
    usage: 'resync <pipeline>',
    summary: 'Copy every table of a pipeline again',
    async run(context, [name = '']) {
      const params = await pathOf(context, name);
      await context.confirm(
        `This copies all tables of ${name} again; readers see the present rows until the new ones are complete.`,
      );
      const { data } = await context.philotes.POST('/pipelines/{id}/resync', { params });
      context.done(`Copying ${counted(data?.tables, 'table')} of ${name} again${whenText(data?.carriedOut)}`);
    },
  });
}
