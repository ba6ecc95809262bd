import { z } from 'zod';
import { CONDITION_OPERATORS } from '@/server/domain/copy-scope.ts';
import { tableKey } from './lock-table.ts';

/** A bound of the first key column, as PostgreSQL prints its values. */
export const keyBound = z.string().min(1).max(1_000);

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

/** Without bounds and conditions, all of the table is copied again. */
export const resyncTableInput = z.strictObject({
  ...tableKey.shape,
  from: keyBound.optional().describe('Only keys from this value of the first key column on'),
  to: keyBound.optional().describe('Only keys before this value of the first key column'),
  where: z
    .array(rowCondition)
    .max(20)
    .optional()
    .describe('Only rows of the source that meet all of these; rows that the lake alone has stay'),
});
