import * as z from 'zod';

/** What a check of a source or a destination came to. */
export const ConnectionCheckView = z
  .object({
    at: z.iso.datetime(),
    blocking: z.number().int(),
    warnings: z.number().int(),
    errorCode: z.string().nullable().describe('Why it could not be asked at all'),
  })
  .meta({ id: 'ConnectionCheck' });
