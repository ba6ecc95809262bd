import { eq } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { destination, pipeline } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { namesOfUsers } from '@/server/pipelines/names-of-users.ts';
import { requireVersion } from '@/server/platform/require-version.ts';

/** Forgets a destination that no pipeline writes to. The tables in its warehouse stay. */
export async function deleteDestination(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id, version }: { id: string; version?: string | undefined },
): Promise<void> {
  const change = { actor, scope: 'destination:write', action: 'destination.delete' } as const;
  try {
    await audited(database, change, async (tx) => {
      const [row] = await tx.delete(destination).where(eq(destination.id, id)).returning({
        name: destination.name,
        version: destination.version,
      });
      if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
      requireVersion('destination', row.version, version);
      return { result: undefined, subject: id, detail: { name: row.name } };
    });
  } catch (error) {
    if (!isViolation(error, 'foreignKey')) throw error;
    const users = await namesOfUsers(database, eq(pipeline.destinationId, id));
    throw new AppError('CONFLICT', `pipelines write to this destination; delete them first: ${users}`, {
      cause: error,
    });
  }
}
