import type { Philotes } from '@/packages/client/client.ts';
import { collect } from '../resources/collect.ts';
import type { Change } from './change.ts';
import { deletion } from './plan-deletions.ts';
import { planDestination } from './plan-destination.ts';
import { planPipeline } from './plan-pipeline.ts';
import { planSource } from './plan-source.ts';
import { readPipeline } from './present-pipeline.ts';
import type { Resources } from './resource-schemas.ts';

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
  const byName = <Item extends { readonly name: string }>(items: readonly Item[], name: string) =>
    items.find((item) => item.name === name);

  const plan: Change[] = [];
  for (const { name, spec } of wanted.sources)
    plan.push(await planSource(philotes, { name, spec, present: byName(sources, name) }));
  for (const { name, spec } of wanted.destinations) {
    plan.push(await planDestination(philotes, { name, spec, present: byName(destinations, name) }));
  }
  for (const { name, spec } of wanted.pipelines) {
    const id = byName(pipelines, name)?.id;
    const present = id === undefined ? undefined : await readPipeline(philotes, id);
    plan.push(planPipeline({ name, spec, present, names }));
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
