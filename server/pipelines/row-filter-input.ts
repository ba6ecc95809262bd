import * as z from 'zod';
import { CONDITION_OPERATORS } from '@/server/domain/copy-scope.ts';

const rowCondition = z
  .strictObject({
    column: z.string().min(1).max(63).describe('Name of a column of the source'),
    operator: z.enum(CONDITION_OPERATORS),
    value: z.string().max(1_000).nullable().default(null).describe('As PostgreSQL reads it; none for is null'),
  })
  .refine(({ operator, value }) => operator.startsWith('is ') === (value === null), {
    path: ['value'],
    message: 'comparisons need a value, and is null takes none',
  });

/** Rows of the source that meet all of these. */
export const rowFilter = z.array(rowCondition).max(20);
