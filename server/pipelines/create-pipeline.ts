import { eq } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { pipeline, pipelineTable, source } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { claimLakeNames } from './claim-lake-names.ts';
import { type CreatePipeline, createPipelineInput, withDefaultSettings, withLakeName } from './pipeline-input.ts';
import type { CreatedPipeline } from './pipeline-view.ts';
import { storedTable } from './stored-table.ts';

/** Defines a pipeline as a draft; startPipeline sets it going. */
export async function createPipeline(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: CreatePipeline,
): Promise<CreatedPipeline> {
  const change = { actor, scope: 'pipeline:write', action: 'pipeline.create' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const { tables: given, settings, ...fields } = parseInput(createPipelineInput, input);
      const id = newId('pl');
      const tables = given.map(withLakeName);
      const [found] = await tx
        .select({ id: source.id })
        .from(source)
        .where(eq(source.id, fields.sourceId))
        .for('share');
      if (!found) throw fieldError('NOT_FOUND', 'sourceId', `there is no source ${fields.sourceId}`);
      // Before its lake names, which the pipeline of this name is likely to have as well.
      if ((await tx.$count(pipeline, eq(pipeline.name, fields.name))) > 0) throw nameTaken();
      await claimLakeNames(tx, { ...fields, pipelineId: id, tables });
      const [row] = await tx
        .insert(pipeline)
        .values({ id, ...fields, settings: withDefaultSettings(settings) })
        .returning({ id: pipeline.id, number: pipeline.number, version: pipeline.version });
      if (!row) throw new AppError('INTERNAL', 'the insert returned no row');
      await tx.insert(pipelineTable).values(tables.map((table) => ({ pipelineId: id, ...storedTable(table) })));
      const result = { ...row, version: row.version.toString() };
      return { result, subject: id, detail: { ...fields, tables: tables.length } };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw nameTaken(error);
  }
}

const nameTaken = (cause?: unknown): AppError =>
  fieldError('NAME_TAKEN', 'name', 'another pipeline has this name', { cause });
