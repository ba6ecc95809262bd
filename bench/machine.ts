import { cpus, totalmem } from 'node:os';
import type { Pool } from 'pg';

/** What the figures were measured on. */
export async function describeMachine(pool: Pool): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    node: process.version,
    postgres: rows[0]?.version,
  };
}
