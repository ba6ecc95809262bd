import { and, eq } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { pipeline, source } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { namesOfUsers } from '@/server/pipelines/names-of-users.ts';
import { requireVersion } from '@/server/platform/require-version.ts';

/** Forgets a source that no pipeline reads from. Throws CONFLICT while one does. */
export async function deleteSource(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id, version }: { id: string; version?: string | undefined },
): Promise<void> {
  const change = { actor, scope: 'source:write', action: 'source.delete' } as const;
  try {
    await audited(database, change, async (tx) => {
      const [row] = await tx.delete(source).where(eq(source.id, id)).returning({
        name: source.name,
        version: source.version,
      });
      if (!row) throw new AppError('NOT_FOUND', `there is no source ${id}`);
      requireVersion('source', row.version, version);
      return { result: undefined, subject: id, detail: { name: row.name } };
    });
  } catch (error) {
    if (!isViolation(error, 'foreignKey')) throw error;
    const isBeingLeft = await database.db.$count(
      pipeline,
      and(eq(pipeline.sourceId, id), eq(pipeline.desiredState, 'deleted')),
    );
    const users = await namesOfUsers(database, eq(pipeline.sourceId, id));
    const reason =
      users === '' && isBeingLeft
        ? 'deleted pipelines have not let go of this source yet; see the list of deletions for what keeps them'
        : `pipelines read from this source; delete them first: ${users}`;
    throw new AppError('CONFLICT', reason, { cause: error });
  }
}
