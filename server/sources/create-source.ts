import { isViolation } from '@/db/is-violation.ts';
import { source } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import { type CreateSource, createSourceInput } from './source-input.ts';
import { sourcePassword } from './source-password.ts';
import { type SourceView, sourceView } from './source-view.ts';

/** Stores a source. It is not connected to; see checkSource. Throws CONFLICT when the name is taken. */
export async function createSource(
  { database, sealer }: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: CreateSource,
): Promise<SourceView> {
  const change = { actor, scope: 'source:write', action: 'source.create' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const { password, tlsCa = null, ...fields } = parseInput(createSourceInput, input);
      const id = newId('src');
      const values = { id, ...fields, tlsCa, passwordSealed: sealer.seal(password, sourcePassword(id)) };
      const [row] = await tx.insert(source).values(values).returning();
      if (!row) throw new AppError('INTERNAL', 'the insert returned no row');
      const { name, host, port, database: db, username, tlsMode } = row;
      return { result: sourceView(row), subject: id, detail: { name, host, port, database: db, username, tlsMode } };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('NAME_TAKEN', 'name', 'another source has this name', { cause: error });
  }
}
