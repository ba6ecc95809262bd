import * as z from 'zod';
import { pageOf } from '@/server/paging/page.ts';
import { ShownError } from './pipeline-view.ts';

export const LeftOnSourceView = z
  .object({
    slot: z.string().describe('Its replication slot, which keeps WAL on the source while it exists'),
    publication: z.string(),
    statements: z
      .array(z.string())
      .readonly()
      .describe('SQL that removes both on the source; it does nothing where they are gone'),
  })
  .meta({ id: 'LeftOnSource' });

/** A pipeline that is deleted and not gone yet. */
export const PipelineDeletion = z
  .object({
    id: z.string(),
    name: z.string().describe('What it was called'),
    source: z.object({ id: z.string(), name: z.string() }),
    deletedAt: z.iso.datetime(),
    forgetsSource: z.boolean().describe('Nobody waits for its source any more'),
    error: ShownError.nullable().describe('Why it is not gone yet; null while a worker is at it'),
    leftOnSource: LeftOnSourceView,
  })
  .meta({ id: 'PipelineDeletion' });
export type PipelineDeletion = z.output<typeof PipelineDeletion>;

export const PipelineDeletionPage = pageOf(PipelineDeletion).meta({ id: 'PipelineDeletionPage' });
