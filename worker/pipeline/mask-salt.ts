import { randomBytes } from 'node:crypto';
import type { Sealer } from '@/server/secrets/seal.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

type Deps = { readonly database: Pick<WorkerDeps['database'], 'pool'>; readonly sealer: Sealer };

const SALT_BYTES = 32;

/**
 * The salt of a pipeline's hashed columns, made when it is first asked for. It stays for the pipeline's life, sealed in our
 * database: equal values keep equal hashes over resyncs and over tables.
 */
export async function maskSalt({ database, sealer }: Deps, pipelineId: string): Promise<Buffer> {
  const place = { table: 'pipeline', column: 'mask_salt_sealed', rowId: pipelineId };
  const sealed = sealer.seal(randomBytes(SALT_BYTES).toString('hex'), place);
  const { rows } = await database.pool.query<{ salt: Buffer }>(
    'update pipeline set mask_salt_sealed = coalesce(mask_salt_sealed, $2) where id = $1 returning mask_salt_sealed as salt',
    [pipelineId, sealed],
  );
  const [row] = rows;
  if (!row) throw new Error(`pipeline ${pipelineId} is gone`);
  return Buffer.from(sealer.open(row.salt, place), 'hex');
}
