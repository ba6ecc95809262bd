import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Philotes } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { counted } from '../output/figures.ts';
import { several, verb } from '../verb.ts';
import { carryOut } from './carry-out.ts';
import type { Change } from './change.ts';
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
      refuseImpossible(plan);
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
      refuseImpossible(plan);
      await refuseForbidden(philotes, plan);
      const deletions = plan.filter(({ action }) => action === 'delete').map(({ kind, name }) => `${kind} ${name}`);
      const copies = plan.flatMap(({ copies: again = [], name }) => again.map((table) => `${table} of ${name}`));
      const removals = plan.flatMap(({ steps, name }) =>
        steps.flatMap(({ removes }) => (removes === undefined ? [] : [`${removes} out of ${name}`])),
      );
      const grave = [
        ...(deletions.length > 0 ? [`This deletes ${deletions.join(', ')}.`] : []),
        ...(removals.length > 0 ? [`This takes ${removals.join(', ')}; what they have in the lake stays.`] : []),
        ...(copies.length > 0 ? [`This copies again ${copies.join(', ')}.`] : []),
      ];
      if (grave.length > 0) await context.confirm(grave.join(' '));
      const changes = plan.filter(({ action }) => action !== 'none');
      await carryOut(context, changes);
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

function refuseImpossible(plan: readonly Change[]): void {
  const stuck = plan.filter(({ obstacle }) => obstacle !== undefined);
  if (stuck.length === 0) return;
  const reasons = stuck.map(({ kind, name, obstacle }) => `${kind} ${name}: ${obstacle}`);
  throw new CliError(
    'IMPOSSIBLE',
    `this cannot be done, and nothing was:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    'Correct the files, or what stands in the way.',
  );
}

/** What cannot be tried is judged by the rights that it takes. */
async function refuseForbidden(philotes: Philotes, plan: readonly Change[]): Promise<void> {
  const needed = plan.filter(({ action }) => action !== 'none').flatMap(({ needs = [] }) => needs);
  if (needed.length === 0) return;
  const { data: me } = await philotes.GET('/me');
  const lacking = needed.find((scope) => !me?.scopes.includes(scope));
  if (lacking) throw new CliError('NOT_ALLOWED', `this needs the right ${lacking}; nothing was done`);
}
