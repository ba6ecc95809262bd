import { type Philotes, ProblemError } from '@/packages/client/client.ts';
import { isAtRest, isPipelineState } from '@/server/domain/pipeline-state.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { CliError } from '../exit-codes.ts';
import type { Change } from './change.ts';
import type { Kind } from './resource-schemas.ts';

const LOOK_MS = 500;
const WAIT_MS_MAX = 120_000;

/** Takes something away that no file describes. A pipeline is stopped first, and gone when this returns. */
export const deletion = (kind: Kind, { id, name }: { id: string; name: string }): Change => ({
  kind,
  name,
  action: 'delete',
  fields: [],
  needs:
    kind === 'Pipeline'
      ? ['pipeline:write', 'pipeline:operate']
      : [kind === 'Source' ? 'source:write' : 'destination:write'],
  steps: [
    {
      what: 'delete',
      // Whether something is unused can be said when the pipelines are gone.
      isTriable: false,
      async run(philotes, { signal }) {
        const params = { path: { id } };
        if (kind === 'Pipeline') return deletePipeline(philotes, { id, name, signal });
        const path = kind === 'Source' ? '/sources/{id}' : '/destinations/{id}';
        await whenUnused(`${kind.toLowerCase()} ${name} to be unused`, signal, () => philotes.DELETE(path, { params }));
      },
    },
  ],
});

async function deletePipeline(
  philotes: Philotes,
  { id, name, signal }: { id: string; name: string; signal: AbortSignal },
): Promise<void> {
  const params = { path: { id } };
  const { data } = await philotes.GET('/pipelines/{id}', { params });
  if (data && !(isPipelineState(data.state) && isAtRest(data.state))) {
    await philotes.POST('/pipelines/{id}/stop', { params });
    await until(`pipeline ${name} to stop`, signal, async () => {
      const { data: now } = await philotes.GET('/pipelines/{id}', { params });
      return now !== undefined && isPipelineState(now.state) && isAtRest(now.state);
    });
  }
  await philotes.DELETE('/pipelines/{id}', { params });
  await until(`pipeline ${name} to be deleted`, signal, () => isGone(philotes, id));
}

/** A deleted pipeline is taken down by a worker, and uses its source and destination until then. */
async function whenUnused(what: string, signal: AbortSignal, remove: () => Promise<unknown>): Promise<void> {
  await until(what, signal, async () => {
    try {
      await remove();
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'CONFLICT') return false;
      throw error;
    }
  });
}

async function isGone(philotes: Philotes, id: string): Promise<boolean> {
  try {
    await philotes.GET('/pipelines/{id}', { params: { path: { id } } });
    return false;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return true;
    throw error;
  }
}

async function until(what: string, signal: AbortSignal, isReached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!(await isReached())) {
    signal.throwIfAborted();
    if (Date.now() > deadline)
      throw new CliError(
        'CONFLICT',
        `waited ${WAIT_MS_MAX / 1_000} s for ${what}`,
        'See philotes status and philotes pipeline deletions, then apply again.',
      );
    await sleep(LOOK_MS, signal);
  }
}
