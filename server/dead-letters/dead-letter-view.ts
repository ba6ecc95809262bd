import * as z from 'zod';
import { pageOf } from '@/server/paging/page.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const DEAD_LETTER_STATES = ['open', 'replay_requested', 'replayed', 'discarded', 'superseded'] as const;

/** A parked row as lists show it: where it came from and why, not what it holds. */
export const DeadLetterView = z
  .object({
    id: z.number().int(),
    tableId: z.number().int(),
    source: z.string().describe('schema.table'),
    lakeName: z.string(),
    op: z.string(),
    lsn: z.string(),
    ordinal: z.string(),
    column: z.string().nullable().describe('The first column at fault; null when it is the whole line'),
    reason: z.string().describe('Why; names the other columns at fault'),
    state: z.string().describe(DEAD_LETTER_STATES.join(', ')),
    createdAt: z.iso.datetime(),
    replayFailedAt: z.iso.datetime().nullable().describe('When a replay was last tried in vain; the reason is of that'),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterEntry = z.output<typeof DeadLetterView>;

export const DeadLetterPage = pageOf(DeadLetterView).meta({ id: 'DeadLetterPage' });

/** A parked row with its values, by column. */
export const DeadLetterContent = DeadLetterView.extend({
  values: z.array(z.object({ column: z.string(), value: z.string().nullable() })),
}).meta({ id: 'DeadLetterContent' });
export type DeadLetterContent = z.output<typeof DeadLetterContent>;

export const deadLetterKey = z.strictObject({ pipelineId: resourceId, id: z.number().int().min(1) });
export type DeadLetterKey = z.output<typeof deadLetterKey>;
