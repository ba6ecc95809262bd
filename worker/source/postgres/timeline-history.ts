import { Client, type ClientConfig } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { type SourceConnection, sourceClientConfig } from '@/server/postgres/connect.ts';
import { sourceError } from '@/server/postgres/source-error.ts';

/**
 * Where the server's history left timeline `past` on its way to `present`: what was written on `past` after that is not
 * part of it. Null when `past` is none of its ancestors. Needs the right to replicate. Throws coded source errors.
 */
export async function switchpointOf(
  connection: SourceConnection,
  { past, present, applicationName }: { past: number; present: number; applicationName: string },
): Promise<Lsn | null> {
  const replication: ClientConfig & { replication: string } = {
    ...sourceClientConfig(connection, { applicationName }),
    replication: 'database',
  };
  const client = new Client(replication);
  client.on('error', () => undefined); // the query reports it
  try {
    await client.connect();
    const { rows } = await client.query<{ content: string | Buffer }>(`TIMELINE_HISTORY ${present}`);
    return parseHistory(String(rows[0]?.content ?? '')).get(past) ?? null;
  } catch (error) {
    throw sourceError(error, `reading the history of timeline ${present}`);
  } finally {
    await client.end().catch(() => undefined); // a session that is broken is closed
  }
}

/** Lines `timeline, position, reason` of a history file: where each ancestor was left. */
export function parseHistory(content: string): Map<number, Lsn> {
  const switchpoints = new Map<number, Lsn>();
  for (const line of content.split('\n')) {
    const match = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line);
    if (match?.[1] && match[2]) switchpoints.set(Number(match[1]), parseLsn(match[2]));
  }
  return switchpoints;
}
