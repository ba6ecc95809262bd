import type { PipelineStatus } from '@/packages/client/client.ts';

/** A table's state; of one that is only here until a worker has taken it out, that. */
export const tableStateText = ({
  state,
  requested,
}: Pick<PipelineStatus['tableList'][number], 'state' | 'requested'>): string =>
  requested === 'remove' ? 'being removed' : state;
