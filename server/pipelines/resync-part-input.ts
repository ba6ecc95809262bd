import * as z from 'zod';
import { tableKey } from './lock-table.ts';
import { rowFilter } from './row-filter-input.ts';

/** A bound of the first key column, as PostgreSQL prints its values. */
export const keyBound = z.string().min(1).max(1_000);

/** Without bounds and conditions, all of the table is copied again. */
export const resyncTableInput = z.strictObject({
  ...tableKey.shape,
  from: keyBound.optional().describe('Only keys from this value of the first key column on'),
  to: keyBound.optional().describe('Only keys before this value of the first key column'),
  where: rowFilter
    .optional()
    .describe('Only rows of the source that meet all of these; rows that the lake alone has stay'),
});
