import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import type { AskDeps } from '@/server/inquiries/ask-worker.ts';
import { takenNames } from '@/server/pipelines/claim-lake-names.ts';
import { lakeNameFindings } from '@/server/pipelines/lake-name-findings.ts';
import { lakeTableFindings } from '@/server/pipelines/lake-table-findings.ts';
import {
  columnRules,
  lakeName,
  namespaceInput,
  otherColumns,
  valuePolicies,
  withLakeName,
} from '@/server/pipelines/pipeline-input.ts';
import { rowFilter } from '@/server/pipelines/row-filter-input.ts';
import { sourceFindings } from '@/server/pipelines/source-findings.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import type { Finding } from '@/server/postgres/preflight.ts';
import { openSource } from './open-source.ts';

export const checkSourceInput = z.strictObject({
  id: resourceId,
  tables: z
    .array(
      z.strictObject({
        schema: z.string().min(1).max(63),
        table: z.string().min(1).max(63),
        mode: z.enum(['mirror', 'changelog', 'both']),
        where: rowFilter.default([]),
        columns: columnRules.default({}),
        otherColumns: otherColumns.default('carry'),
        policies: valuePolicies.default({}),
        lakeName: lakeName.optional(),
      }),
    )
    .max(2_000)
    .default([]),
  /** Where the tables are to be written: their names are compared with those that are taken there, and with its tables. */
  lake: z.strictObject({ destinationId: resourceId, namespace: namespaceInput }).optional(),
});

/**
 * Checks a source, and the tables chosen from it, without changing anything there; what became of the check of a source as
 * such is kept beside it. Throws only when the source cannot be
 * asked at all (SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_SETTINGS).
 */
export async function checkSource(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof checkSourceInput>,
): Promise<Finding[]> {
  authorize(actor, 'source:read');
  const { id, tables: given, lake } = parseInput(checkSourceInput, input);
  if (lake) authorize(actor, 'catalog:read');
  const tables = given.map(({ mode, ...table }) =>
    withLakeName({ ...table, mirror: mode !== 'changelog', changelog: mode !== 'mirror' }),
  );
  const connection = await openSource(deps, id);
  try {
    const place = lake && { ...lake, pipelineId: null };
    const findings = [
      ...(await sourceFindings(connection, tables)),
      ...lakeNameFindings({
        tables,
        place: place && { ...place, taken: await takenNames(deps.database.db, place) },
      }),
      ...(lake ? await lakeTableFindings(deps, actor, { ...lake, tables }) : []),
    ];
    if (tables.length === 0) await keepOutcome(deps, id, { findings, errorCode: null });
    return findings;
  } catch (error) {
    if (error instanceof AppError) await keepOutcome(deps, id, { findings: [], errorCode: error.code });
    throw error;
  }
}

type Outcome = { readonly findings: readonly Finding[]; readonly errorCode: string | null };

/** An observation, not a change that somebody made: neither the version nor the audit log knows of it. */
async function keepOutcome(
  { database }: Pick<ControlDeps, 'database'>,
  id: string,
  { findings, errorCode }: Outcome,
): Promise<void> {
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const lastCheck = {
    at: new Date().toISOString(),
    blocking: count('error'),
    warnings: count('warning'),
    errorCode,
  };
  await database.db.update(source).set({ lastCheck }).where(eq(source.id, id));
}
