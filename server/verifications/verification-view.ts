import * as z from 'zod';
import { EXCUSES, RANGE_STATES, VERIFICATION_STATES } from '@/server/domain/verification.ts';
import { pageOf } from '@/server/paging/page.ts';

const bound = (which: string) => z.string().nullable().describe(`${which}; null when open`);
const rows = (what: string) => z.number().int().describe(what);

const Excused = z
  .partialRecord(z.enum(EXCUSES), z.number().int())
  .describe(
    'Not held against the lake, by reason: dead_letter rows whose key is parked, null_policy values that the policy makes null, soft_deleted and deletes_ignored rows that the mirror keeps',
  );

/** How a comparison of a table's mirror with its source is going, or went. */
export const VerificationView = z
  .object({
    id: z.number().int(),
    pipelineId: z.string(),
    tableId: z.number().int(),
    source: z.string().describe('schema.table'),
    state: z.enum(VERIFICATION_STATES),
    from: bound('Lower bound of the part that was asked for'),
    to: bound('Upper bound of it, itself not in it'),
    keyColumn: z.string().nullable().describe('First key column, which ranges are of; null until it has begun'),
    leftOut: z
      .array(z.object({ column: z.string(), reason: z.string() }))
      .describe('Columns of the source that are not compared'),
    ranges: z.object({
      all: z.number().int(),
      equal: z.number().int(),
      different: z.number().int(),
      undecided: z.number().int(),
    }),
    rowsEstimate: z.number().int().describe('Rows of the whole table, as the planner of the source believes'),
    sourceRows: rows('Rows of the source that were compared'),
    lakeRows: rows('Rows of the lake, with the changes on their way to it, that were compared'),
    missing: rows('Rows of the source that the lake does not have'),
    extra: rows('Rows of the lake that the source does not have, or once more than it has'),
    different: rows('Rows with other values in the lake'),
    excused: Excused,
    requestedBy: z.string(),
    createdAt: z.iso.datetime(),
    beganAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    repairRequestedAt: z.iso.datetime().nullable(),
    repairedAt: z.iso
      .datetime()
      .nullable()
      .describe(
        'When the ranges that differed were replaced in the lake; what they are now tells another verification',
      ),
    error: z
      .object({ code: z.string(), message: z.string(), remedy: z.string() })
      .nullable()
      .describe('Why it failed, or what it waits for'),
  })
  .meta({ id: 'Verification' });
export type VerificationView = z.output<typeof VerificationView>;
export const VerificationPage = pageOf(VerificationView).meta({ id: 'VerificationPage' });

const key = z.array(z.string()).describe('Texts of the key columns, in key order');

/** What became of one range of keys. */
export const VerifiedRangeView = z
  .object({
    ordinal: z.number().int(),
    from: bound('Lower bound of the first key column'),
    to: bound('Upper bound, itself not in the range'),
    state: z.enum(RANGE_STATES),
    looks: z.number().int().describe('How often it was compared'),
    sourceRows: rows('Rows of the source'),
    lakeRows: rows('Rows of the lake with the changes on their way to it'),
    sourceChecksum: z.string().nullable().describe('Sum of a hash of each row, whatever their order'),
    lakeChecksum: z.string().nullable(),
    missing: rows('Rows of the source that the lake does not have'),
    extra: rows('Rows of the lake that the source does not have, or once more than it has'),
    different: rows('Rows with other values in the lake'),
    unsettled: rows('Rows that differed and changed again between the looks'),
    excused: Excused,
    sample: z
      .object({
        missing: z.array(key),
        extra: z.array(key),
        different: z.array(z.object({ key, columns: z.array(z.string()) })),
      })
      .nullable()
      .describe('Up to 20 keys of each kind'),
    reason: z.string().nullable().describe('Why it is undecided'),
    comparedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'VerifiedRange' });
export type VerifiedRangeView = z.output<typeof VerifiedRangeView>;
export const VerifiedRangePage = pageOf(VerifiedRangeView).meta({ id: 'VerifiedRangePage' });
