import { z } from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { type Finding, preflight } from '@/server/postgres/preflight.ts';
import { openSource } from './open-source.ts';

export const checkSourceInput = z.strictObject({
  id: resourceId,
  tables: z
    .array(
      z.strictObject({
        schema: z.string().min(1).max(63),
        table: z.string().min(1).max(63),
        mode: z.enum(['mirror', 'changelog', 'both']),
      }),
    )
    .max(2_000)
    .default([]),
});

/**
 * Checks a source, and the tables chosen from it, without changing anything there. Throws only when the source cannot be
 * asked at all (SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_SETTINGS).
 */
export async function checkSource(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof checkSourceInput>,
): Promise<Finding[]> {
  authorize(actor, 'source:read');
  const { id, tables } = parseInput(checkSourceInput, input);
  return preflight(await openSource(deps, id), { applicationName: 'philotes_preflight', tables });
}
