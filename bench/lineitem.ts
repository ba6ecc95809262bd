import type { Pool } from 'pg';

/** How the workload's texts look: as shops have them, or the worst for every text format. */
export type Texts = 'plain' | 'dirty';

/** A 16-column order line, after the table that every analytical benchmark has. */
export async function createLineitem(pool: Pool, { rows, texts }: { rows: number; texts: Texts }): Promise<void> {
  await pool.query('drop table if exists lineitem');
  await pool.query(/* sql */ `
    create table lineitem (
      id bigint primary key, part_id int not null, supplier_id int not null, line_number int not null,
      quantity numeric(12,2) not null, price numeric(12,2) not null, discount numeric(12,2) not null,
      tax numeric(12,2), return_flag text not null, status text not null, ship_date date not null,
      commit_date date not null, receipt_date date, updated_at timestamptz not null, ship_mode text not null,
      comment text not null)`);
  await pool.query(/* sql */ `insert into lineitem ${lines({ from: '1', to: String(rows), texts })}`);
  await pool.query('vacuum analyze lineitem');
  await pool.query('checkpoint');
}

/** Expressions for a select of lines numbered from `from` to `to`. */
export const lines = ({ from, to, texts }: { from: string; to: string; texts: Texts }): string => /* sql */ `
  select i, (i * 7919) % 200000 + 1, (i * 104729) % 10000 + 1, i % 7 + 1,
         (i % 50 + 1)::numeric(12,2), ((i * 31) % 10000000)::numeric / 100, (i % 11)::numeric / 100,
         case when i % 9 = 0 then null else (i % 9)::numeric / 100 end,
         (array['R', 'A', 'N'])[i % 3 + 1], (array['O', 'F'])[i % 2 + 1],
         date '2019-01-01' + (i % 2500)::int, date '2019-01-15' + (i % 2500)::int,
         case when i % 20 = 0 then null else date '2019-02-01' + (i % 2500)::int end,
         timestamptz '2024-05-01 00:00:00Z' + i * interval '1.000123 seconds',
         (array['AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'])[i % 7 + 1],
         ${texts === 'plain' ? PLAIN : DIRTY}
    from generate_series(${from}::bigint, ${to}::bigint) as i`;

const PLAIN = `'order line ' || md5(i::text) || ' to be sent with care, ' || (i % 997) || ' of a kind'`;
const DIRTY = `E'a\\\\b "' || md5(i::text) || E'" \\n\\\\N, ""' || (i % 997) || E'\\t\\r\\n\\\\.\\n"end"'`;

export type Changes = {
  /** Changes in all, half of them inserts. */
  readonly changes: number;
  readonly perTransaction: number;
  /** Rows that were there from the beginning: the updates go to them. */
  readonly copiedRows: number;
  /** Number of the first inserted row. */
  readonly firstId: number;
  /** Updates go to this many keys only. */
  readonly hotKeys: number | null;
};

/** Makes changes, so that they wait in the write-ahead log. Returns the position behind the last. */
export async function makeChanges(pool: Pool, options: Changes): Promise<string> {
  const { changes, perTransaction, copiedRows, firstId, hotKeys } = options;
  const half = Math.floor(perTransaction / 2);
  const stride = hotKeys === null ? 7919 : 1;
  const within = hotKeys ?? copiedRows;
  for (let done = 0; done < changes; done += perTransaction) {
    const from = firstId + done / 2;
    // One statement is one transaction. A stride prime to the number of rows visits each key once per round.
    await pool.query(/* sql */ `
      with inserted as (
        insert into lineitem ${lines({ from: String(from), to: String(from + half - 1), texts: 'plain' })}
      )
      update lineitem set quantity = quantity + 1, updated_at = updated_at + interval '1 second',
                          status = case status when 'O' then 'F' else 'O' end
       where id in (select (i::bigint * ${stride}) % ${within} + 1
                      from generate_series(${from}::bigint, ${from + half - 1}::bigint) as i)`);
  }
  const { rows } = await pool.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  return rows[0]?.lsn ?? '';
}
