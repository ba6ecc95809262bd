import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type Finding, type PreflightTable, preflight } from '@/server/postgres/preflight.ts';
import { openSource } from './open-source.ts';

/**
 * Checks a source, and the tables chosen from it, without changing anything there. Throws only when the source cannot be
 * asked at all (SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_SETTINGS).
 */
export async function checkSource(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  { id, tables = [] }: { id: string; tables?: readonly PreflightTable[] },
): Promise<Finding[]> {
  authorize(actor, 'source:read');
  return preflight(await openSource(deps, id), { applicationName: 'philotes_preflight', tables });
}
