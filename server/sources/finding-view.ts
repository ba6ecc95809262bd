import * as z from 'zod';

/** One thing to know before a pipeline starts. Errors prevent the start; warnings have consequences; info explains. */
export const FindingView = z
  .object({
    code: z.string().describe('Stable: wal_level, no_key ...'),
    severity: z.enum(['error', 'warning', 'info']),
    subject: z.string().describe('The server setting, role or schema.table that it is about'),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Finding' });

export const FindingList = z.object({ items: z.array(FindingView) }).meta({ id: 'FindingList' });
