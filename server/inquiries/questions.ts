import * as z from 'zod';
import { createDestinationInput } from '@/server/destinations/destination-input.ts';
import { CONDITION_OPERATORS } from '@/server/domain/copy-scope.ts';

const connection = z.object({
  host: z.string(),
  port: z.number(),
  database: z.string(),
  user: z.string(),
  password: z.string(),
  tls: z.object({ mode: z.enum(['disable', 'require', 'verify-full']), ca: z.string().optional() }),
});

const table = z.object({ schema: z.string(), table: z.string(), mode: z.enum(['mirror', 'changelog', 'both']) });

const tableName = { namespace: z.string(), table: z.string() };

/** What can be asked of a lake; to drop a table is the one that changes something. */
export const lakeQuestion = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('namespaces') }),
  z.object({ ask: z.literal('tables'), namespace: z.string().optional() }),
  z.object({ ask: z.literal('standing'), namespace: z.string(), tables: z.array(z.string()) }),
  z.object({ ask: z.literal('table'), ...tableName }),
  z.object({ ask: z.literal('files'), ...tableName, snapshotId: z.string().optional() }),
  z.object({
    ask: z.literal('preview'),
    ...tableName,
    limit: z.number().int(),
    condition: z
      .object({ column: z.string(), operator: z.enum(CONDITION_OPERATORS), value: z.string().nullable() })
      .optional(),
  }),
  z.object({ ask: z.literal('drop'), ...tableName }),
]);
export type LakeQuestion = z.output<typeof lakeQuestion>;

/** What only a worker can answer. The texts hold credentials: they are stored sealed, for minutes, and never logged. */
export const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('source-test'), connection, tables: z.array(table) }),
  z.object({
    kind: z.literal('destination-test'),
    /** A saved destination, or one that is not saved yet. */
    subject: z.union([z.object({ destinationId: z.string() }), z.object({ candidate: createDestinationInput })]),
  }),
  z.object({ kind: z.literal('lake'), destinationId: z.string(), question: lakeQuestion }),
]);
export type Question = z.output<typeof question>;

/** A coded failure that went through a row. */
const failure = z.object({
  code: z.string(),
  message: z.string(),
  fields: z.array(z.object({ field: z.string(), reason: z.string() })).default([]),
});
export type Failure = z.output<typeof failure>;

export const answer = z.union([z.object({ value: z.unknown() }), z.object({ failure })]);
export type Answer = z.output<typeof answer>;
