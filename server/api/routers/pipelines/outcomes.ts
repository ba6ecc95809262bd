import * as z from 'zod';

/** When a wish is carried out: at once, in about a second, or when the pipeline runs again. */
export const carriedOut = z.enum(['now', 'soon', 'when it runs']);

export const PausedPipeline = z
  .object({
    state: z.literal('paused'),
    wal: z
      .object({
        slot: z.string(),
        walStatus: z.string().nullable(),
        retainedBytes: z.number().nullable(),
        safeBytes: z
          .number()
          .nullable()
          .describe('WAL that still fits before the server removes the slot; null without a limit'),
        checkedAt: z.iso.datetime().nullable(),
        note: z.string().describe('The same for people'),
      })
      .describe('What the source keeps in the meantime'),
  })
  .meta({ id: 'PausedPipeline' });

export const ResyncedPipeline = z.object({ tables: z.number().int(), carriedOut }).meta({ id: 'ResyncedPipeline' });
