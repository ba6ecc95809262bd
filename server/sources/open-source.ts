import { eq } from 'drizzle-orm';
import { source } from '@/db/schema/definitions.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { sourcePassword } from './source-password.ts';

/** How to connect to a source, with its password unsealed: for the process that connects, and nothing else. */
export async function openSource(
  { database, sealer }: Pick<ControlDeps, 'database' | 'sealer'>,
  id: string,
): Promise<SourceConnection> {
  const [row] = await database.db.select().from(source).where(eq(source.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no source ${id}`);
  return {
    host: row.host,
    port: row.port,
    database: row.database,
    user: row.username,
    password: row.passwordSealed === null ? '' : sealer.open(row.passwordSealed, sourcePassword(id)),
    tls: { mode: tlsModeOf(row.tlsMode), ...(row.tlsCa === null ? {} : { ca: row.tlsCa }) },
  };
}

const tlsModeOf = (text: string): SourceConnection['tls']['mode'] =>
  text === 'disable' || text === 'require' ? text : 'verify-full';
