import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { fileRoot } from '@/server/destinations/create-destination.ts';
import { createDestinationInput } from '@/server/destinations/destination-input.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { nudgeInquiry, storeInquiry } from '@/server/inquiries/store-inquiry.ts';
import { requireDestination } from '@/server/lake/owners.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { limitTests, TEST_KEPT_S } from './limit-tests.ts';
import { type ConnectionTest, testView } from './test-view.ts';

export const startDestinationTestInput = z.strictObject({
  candidate: createDestinationInput
    .extend({ name: createDestinationInput.shape.name.default('candidate') })
    .optional()
    .describe('A destination that is not saved yet'),
  destinationId: resourceId.optional().describe('A saved destination instead'),
});

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'nudge' | 'config'>;

/**
 * Asks a worker to try a destination: it writes and removes a file, and makes and drops a table in a namespace of its own.
 * The findings come with readConnectionTest.
 */
export async function startDestinationTest(
  deps: Deps,
  actor: Actor,
  input: z.input<typeof startDestinationTestInput>,
): Promise<ConnectionTest> {
  const change = { actor, scope: 'destination:write', action: 'destination.test' } as const;
  const row = await audited(deps.database, change, async (tx) => {
    const { candidate, destinationId } = parseInput(startDestinationTestInput, input);
    await limitTests(deps, actor);
    const subject = await subjectOf(deps, { candidate, destinationId });
    const question = { kind: 'destination-test' as const, subject };
    const result = await storeInquiry(tx, { sealer: deps.sealer, actor, question, keepS: TEST_KEPT_S });
    const detail = candidate ? { catalog: candidate.catalog.kind, storage: candidate.storage.root ?? null } : {};
    return { result, subject: destinationId ?? 'candidate', detail };
  });
  nudgeInquiry(deps, row);
  return testView(deps.sealer, row);
}

type Wanted = Pick<z.output<typeof startDestinationTestInput>, 'candidate' | 'destinationId'>;

async function subjectOf(deps: Deps, { candidate, destinationId }: Wanted) {
  if (candidate && destinationId !== undefined) {
    throw fieldError('INVALID_INPUT', 'candidate', 'give a candidate or a destinationId, not both');
  }
  if (candidate) {
    if (candidate.storage.kind === 'file') fileRoot(candidate.storage.root, deps.config);
    return { candidate };
  }
  if (destinationId === undefined)
    throw fieldError('INVALID_INPUT', 'destinationId', 'give a destinationId or a candidate');
  await requireDestination(deps, destinationId);
  return { destinationId };
}
