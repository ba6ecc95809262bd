import { and, eq, inArray, sql } from 'drizzle-orm';
import * as z from 'zod';
import { inquiry } from '@/db/schema/inquiry.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type ConnectionTest, testView } from './test-view.ts';

export const readConnectionTestInput = z.strictObject({ testId: resourceId });

/** How a test that one asked for oneself stands. Throws NOT_FOUND for others' and for expired ones. */
export async function readConnectionTest(
  { database, sealer }: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof readConnectionTestInput> & { readonly subject?: 'source' | 'destination' },
): Promise<ConnectionTest> {
  const { subject, ...named } = input;
  if (subject) authorize(actor, `${subject}:write`);
  const { testId } = parseInput(readConnectionTestInput, named);
  const [row] = await database.db
    .select()
    .from(inquiry)
    .where(
      and(
        eq(inquiry.id, testId),
        eq(inquiry.askedBy, actor.name),
        inArray(inquiry.kind, subject ? [`${subject}-test`] : ['source-test', 'destination-test']),
        sql`${inquiry.expiresAt} > now()`,
      ),
    );
  if (!row) throw new AppError('NOT_FOUND', `there is no connection test ${testId}`);
  const view = testView(sealer, row);
  authorize(actor, `${view.subject}:write`);
  return view;
}
