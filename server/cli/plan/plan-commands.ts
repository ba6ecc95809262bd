import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { counted } from '../output/figures.ts';
import { several, verb } from '../verb.ts';
import { exportResources } from './export-resources.ts';
import { makePlan } from './make-plan.ts';
import { readResources } from './read-resources.ts';
import { showPlan } from './show-plan.ts';

type PlanOptions = { readonly file: readonly string[]; readonly prune?: boolean; readonly exitCode?: boolean };

const fileOptions = (command: Command): Command =>
  command
    .requiredOption('-f, --file <file>', 'resources in YAML, - for standard input; several times', several)
    .option('--prune', 'delete what no file describes');

/** `philotes plan`, `apply`, `export` */
export function addPlanCommands(program: Command, io: CliIo): void {
  verb<PlanOptions>(program, io, {
    usage: 'plan',
    summary: 'Show what apply would change',
    examples: ['plan -f resources.yaml', 'plan -f resources.yaml --exit-code  # 10 when something differs'],
    options: (command) => fileOptions(command).option('--exit-code', 'end with 10 when something differs'),
    async run(context, _, { file, prune = false, exitCode = false }) {
      const plan = await makePlan(context.philotes, await readResources(io, file), { prune });
      showPlan(context, plan);
      const isDifferent = plan.some(({ action }) => action !== 'none');
      if (exitCode && isDifferent) throw new CliError('DIFFERENCES', 'the installation is not as described');
    },
  });
  verb<PlanOptions>(program, io, {
    usage: 'apply',
    summary: 'Make sources, destinations and pipelines as files describe them',
    examples: ['apply -f resources.yaml', 'apply -f resources.yaml --prune --yes'],
    options: fileOptions,
    async run(context, _, { file, prune = false }) {
      const { philotes, done } = context;
      const plan = await makePlan(philotes, await readResources(io, file), { prune });
      showPlan(context, plan);
      const stuck = plan.find(({ obstacle }) => obstacle !== undefined);
      if (stuck) throw new CliError('CONFLICT', `${stuck.kind} ${stuck.name}: ${stuck.obstacle}. Nothing was done.`);
      const deletions = plan.filter(({ action }) => action === 'delete');
      if (deletions.length > 0)
        await context.confirm(`This deletes ${deletions.map(({ kind, name }) => `${kind} ${name}`).join(', ')}.`);
      const changes = plan.filter(({ action }) => action !== 'none');
      for (const change of changes) {
        await change.apply(philotes, io.signal);
        io.err(`${change.kind} ${change.name}: ${change.action} done`);
      }
      done(changes.length === 0 ? 'Nothing to do' : `Applied ${counted(changes.length, 'change')}`);
    },
  });
  verb<{ file?: string; full?: boolean }>(program, io, {
    usage: 'export',
    summary: 'Write sources, destinations and pipelines as apply reads them',
    examples: ['export > resources.yaml', 'export --full  # also what is as by default'],
    options: (command) =>
      command
        .option('-f, --file <file>', 'write to a file instead of standard output')
        .option('--full', 'also write what is as by default'),
    async run({ philotes, done }, _, { file, full = false }) {
      const text = await exportResources(philotes, { full });
      if (file === undefined) return io.out(text.trimEnd());
      writeFileSync(resolve(io.cwd, file), text);
      done(`Wrote ${file}`);
    },
  });
}
