import { findId } from '../resources/find-id.ts';
import type { Step } from './change.ts';

type Verb = 'start' | 'stop' | 'pause' | 'resume';
type States = { readonly name: string; readonly from: string; readonly to: 'running' | 'paused' | 'stopped' };

/** What it takes to bring a pipeline from one state to another. */
export const stateSteps = ({ name, from, to }: States): Step[] =>
  verbsOf(from, to).map((verb) => ({
    what: verb,
    isTriable: false,
    async run(client) {
      const params = { path: { id: await findId(client, 'pipeline', name) } };
      return client.POST(`/pipelines/{id}/${verb}`, { params });
    },
  }));

function verbsOf(from: string, to: States['to']): Verb[] {
  if (to === 'stopped') return from === 'stopped' ? [] : ['stop'];
  if (to === 'running') return [from === 'paused' ? 'resume' : 'start'];
  return from === 'stopped' ? ['start', 'pause'] : ['pause'];
}
