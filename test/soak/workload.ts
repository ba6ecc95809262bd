import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Breakable } from './open-breakable.ts';

export const NAMESPACE = 'soak';
/** All are kept as mirror and as changelog; the oracle follows the first. */
export const TABLES = ['account', 'document', 'journal', 'fleeting', 'evolving'] as const;
export type SoakTable = (typeof TABLES)[number];

const ACCOUNTS = 1_000;
const OPENING_BALANCE = 1_000;
/** What no moment of the lake may miss. */
export const BANK_SUM = BigInt(ACCOUNTS) * BigInt(OPENING_BALANCE);
const DOCUMENTS = 300;
const JOURNAL_KEPT = 5_000;
const WRITERS = 3;
const PAUSE_MS = 25;

export async function createTables(soak: Breakable): Promise<void> {
  await soak.sql(`
    create table account (id int primary key, balance bigint not null, touched int not null default 0);
    create table document (id int primary key, title text, body text);
    alter table document alter body set storage external;
    create table journal (id bigint primary key, at timestamptz not null default clock_timestamp(), entry text);
    create sequence journal_id;
    create table fleeting (id bigint primary key, note text);
    create sequence fleeting_id;
    create table evolving (id int primary key, n int not null default 0)`);
  await soak.sql(`insert into account select i, ${OPENING_BALANCE} from generate_series(1, ${ACCOUNTS}) i`);
  await soak.sql(
    `insert into document select i, 'title ' || i, repeat('body ', 1000) from generate_series(1, ${DOCUMENTS}) i`,
  );
  await soak.sql('insert into evolving select i from generate_series(1, 200) i');
}

export type Workload = {
  /** Transactions committed so far. */
  committed(): number;
  stop(): Promise<void>;
};

/** A few writers, one transaction after another, over reconnects; what a crash of the source takes back is tried anew. */
export function startWorkload(soak: Breakable, random: () => number): Workload {
  let isOver = false;
  let committed = 0;
  const write = async (): Promise<void> => {
    let client: pg.Client | null = null;
    while (!isOver) {
      try {
        client ??= await connect(soak.sourceUrl);
        await client.query(transaction(random));
        committed++;
      } catch {
        await client?.query('rollback').catch(() => undefined);
        await client?.end().catch(() => undefined);
        client = null;
        await delay(200);
      }
      await delay(PAUSE_MS);
    }
    await client?.end().catch(() => undefined);
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, write));
  return {
    committed: () => committed,
    async stop() {
      isOver = true;
      await writers;
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Money moves between accounts, always within one transaction; everything else goes along with it. */
function transaction(random: () => number): string {
  const below = (max: number) => 1 + Math.floor(random() * max);
  const [low = 1, high = 1] = [below(ACCOUNTS), below(ACCOUNTS)].sort((a, b) => a - b);
  const amount = below(50);
  const extra = ACCOUNTS + below(200);
  const parts = [
    `update account set balance = balance - ${amount}, touched = touched + 1 where id = ${low}`,
    `update account set balance = balance + ${amount}, touched = touched + 1 where id = ${high}`,
    `insert into journal (id, entry) values (nextval('journal_id'), '${low} to ${high}: ${amount}')`,
  ];
  const dice = random();
  if (dice < 0.1) parts.push(`insert into account (id, balance) values (${extra}, 0) on conflict do nothing`);
  else if (dice < 0.2) parts.push(`delete from account where id = ${extra} and balance = 0`);
  else if (dice < 0.4) parts.push(`update document set title = 'title ${amount}' where id = ${below(DOCUMENTS)}`);
  else if (dice < 0.5)
    parts.push(`update document set body = repeat('${amount} ', 1500) where id = ${below(DOCUMENTS)}`);
  else if (dice < 0.8) parts.push(`insert into fleeting values (nextval('fleeting_id'), 'note ${amount}')`);
  else if (dice < 0.95) parts.push(`update evolving set n = n + 1 where id = ${below(200)}`);
  else parts.push(`delete from journal where id < (select max(id) - ${JOURNAL_KEPT} from journal)`);
  return `begin; ${parts.join('; ')}; commit`;
}
