import { eq, sql } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { source } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireChange } from '@/server/platform/require-change.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { type UpdateSource, updateSourceInput } from './source-input.ts';
import { sourcePassword } from './source-password.ts';
import { type SourceView, sourceView } from './source-view.ts';

/**
 * Changes the given fields. A stored password is never sent to an address it was not entered for: when host or port
 * change, it has to be given again.
 */
export async function updateSource(
  { database, sealer }: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: UpdateSource,
): Promise<SourceView> {
  const change = { actor, scope: 'source:write', action: 'source.update' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const { id, version, password, ...fields } = parseInput(updateSourceInput, input);
      const [before] = await tx.select().from(source).where(eq(source.id, id)).for('update');
      if (!before) throw new AppError('NOT_FOUND', `there is no source ${id}`);
      requireVersion('source', before.version, version);
      requireChange({ password, ...fields });
      const moves = (fields.host ?? before.host) !== before.host || (fields.port ?? before.port) !== before.port;
      if (moves && password === undefined && before.passwordSealed !== null) {
        throw fieldError('INVALID_INPUT', 'password', 'enter it again, since the host or the port changes');
      }
      const changed = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      const [row] = await tx
        .update(source)
        .set({
          ...changed,
          // What the last check found is not said of another address or user.
          ...(password === undefined && Object.keys(changed).every((name) => name === 'name')
            ? {}
            : { lastCheck: null }),
          ...(password === undefined ? {} : { passwordSealed: sealer.seal(password, sourcePassword(id)) }),
          version: sql`${source.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(eq(source.id, id))
        .returning();
      if (!row) throw new AppError('NOT_FOUND', `there is no source ${id}`);
      const result = sourceView(row);
      const detail = { passwordChanged: password !== undefined };
      // The check is an observation, and none of what somebody changed.
      const [was, is] = [sourceView(before), result].map((view) => ({ ...view, lastCheck: undefined }));
      return { result, subject: id, detail, ...(was && is ? { before: was, after: is } : {}) };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('NAME_TAKEN', 'name', 'another source has this name', { cause: error });
  }
}
