import type { Philotes } from '@/packages/client/client.ts';
import { collect } from '../resources/collect.ts';
import type { Change } from './change.ts';
import { lookAtSource } from './look-at-source.ts';
import { deletion } from './plan-deletions.ts';
import { planDestination } from './plan-destination.ts';
import { planPipeline } from './plan-pipeline.ts';
import { planSource } from './plan-source.ts';
import { readPipeline } from './present-pipeline.ts';
import type { PipelineSpec, Resources } from './resource-schemas.ts';
import { tryOut } from './try-out.ts';

/** What it takes from the present state to the described one, in an order in which it can be done. Changes nothing. */
export async function makePlan(
  philotes: Philotes,
  wanted: Resources,
  { prune }: { prune: boolean },
): Promise<Change[]> {
  const sources = await collect(philotes.all('/sources'));
  const destinations = await collect(philotes.all('/destinations'));
  const pipelines = await collect(philotes.all('/pipelines'));
  const names = new Map([...sources, ...destinations].map(({ id, name }) => [id, name]));
  const plan: Change[] = [];
  for (const { name, spec } of wanted.sources)
    plan.push(await tryOut(philotes, await planSource(philotes, { name, spec, present: byName(sources, name) })));
  for (const { name, spec } of wanted.destinations) {
    const present = byName(destinations, name);
    plan.push(await tryOut(philotes, await planDestination(philotes, { name, spec, present })));
  }
  for (const { name, spec } of wanted.pipelines) {
    const id = byName(pipelines, name)?.id;
    const present = id === undefined ? undefined : await readPipeline(philotes, id);
    const source = byName(sources, spec.source);
    const isThere = source !== undefined && byName(destinations, spec.destination) !== undefined;
    const change = planPipeline({ name, spec, present, names, isThere });
    const missing = missingOf(spec, wanted, { sources, destinations });
    if (missing) {
      plan.push({ obstacle: `there is no ${missing}, and no file describes it`, ...change });
      continue;
    }
    const sourceStays = !plan.some(
      ({ kind, action, ...of }) => kind === 'Source' && of.name === spec.source && action !== 'none',
    );
    const looked = source && sourceStays ? await lookAtSource(philotes, change, { source, spec, present }) : change;
    plan.push(await tryOut(philotes, looked, { sourceStays }));
  }
  if (!prune) return plan;
  const surplus = <Item extends { readonly name: string }>(
    items: readonly Item[],
    described: readonly { readonly name: string }[],
  ) => items.filter(({ name }) => !byName(described, name));
  return [
    ...plan,
    // What others use goes last.
    ...surplus(pipelines, wanted.pipelines).map((item) => deletion('Pipeline', item)),
    ...surplus(destinations, wanted.destinations).map((item) => deletion('Destination', item)),
    ...surplus(sources, wanted.sources).map((item) => deletion('Source', item)),
  ];
}

type Named = { readonly name: string };

const byName = <Item extends Named>(items: readonly Item[], name: string): Item | undefined =>
  items.find((item) => item.name === name);

/** Which of the things that a pipeline names are neither there nor described. */
function missingOf(
  { source, destination }: PipelineSpec,
  wanted: Resources,
  present: { readonly sources: readonly Named[]; readonly destinations: readonly Named[] },
): string {
  return [
    ...(byName([...present.sources, ...wanted.sources], source) ? [] : [`source ${source}`]),
    ...(byName([...present.destinations, ...wanted.destinations], destination) ? [] : [`destination ${destination}`]),
  ].join(' and no ');
}
