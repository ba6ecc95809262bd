import type { Client } from 'pg';

/** A transaction that others wait for. The statement is left out: it may hold values. */
export type Blocker = {
  /** Process id, or the global id of a prepared transaction. */
  readonly who: string;
  readonly user: string;
  readonly applicationName: string;
  readonly state: string;
  readonly ageSeconds: number;
};

/** Writing transactions and prepared transactions older than `before` (default: all), oldest first. */
export async function findBlockers(client: Client, options: { before?: string } = {}): Promise<Blocker[]> {
  const { rows } = await client.query<BlockerRow>(
    `SELECT who, usename, application_name, state, age_seconds FROM (
       SELECT 'pid ' || pid AS who, usename::text, application_name, coalesce(state, backend_type) AS state,
              extract(epoch FROM now() - xact_start)::float8 AS age_seconds, backend_xid AS xid
         FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
       UNION ALL
       SELECT 'prepared transaction ' || gid, owner::text, '', 'prepared',
              extract(epoch FROM now() - prepared)::float8, transaction
         FROM pg_prepared_xacts
     ) b
     WHERE $1::xid8 IS NULL OR age(xid) >= age($1::xid8::xid)
     ORDER BY age_seconds DESC NULLS LAST LIMIT 20`,
    [options.before ?? null],
  );
  return rows.map((row) => ({
    who: row.who,
    user: row.usename ?? '',
    applicationName: row.application_name ?? '',
    state: row.state ?? '',
    ageSeconds: row.age_seconds ?? 0,
  }));
}

/** The same for people, in one line. */
export async function describeBlockers(client: Client, options: { before?: string } = {}): Promise<string> {
  const blockers = await findBlockers(client, options);
  if (blockers.length === 0) return 'transactions that have ended by now';
  return blockers
    .map(
      (b) =>
        `${b.who} (${b.user}${b.applicationName && ` ${b.applicationName}`}, ${b.state}, ${Math.round(b.ageSeconds)} s)`,
    )
    .join(', ');
}

type BlockerRow = {
  who: string;
  usename: string | null;
  application_name: string | null;
  state: string | null;
  age_seconds: number | null;
};
