import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { AppError } from '@/server/errors/app-error.ts';
import { openStreamedSource, rowsUntil } from '../testing/streamed-source.ts';

const SESSIONS = 3;
const RUNS = 12;

const kind = fc.constantFrom(
  ...(['insert', 'insert', 'insert', 'update', 'move', 'delete', 'savepoint', 'release', 'roll back to'] as const),
  ...(['block', 'wide', 'truncate', 'alter', 'commit', 'roll back'] as const),
);
const step = fc.record({ session: fc.nat(SESSIONS - 1), kind, n: fc.nat(9) });
type Step = { session: number; kind: string; n: number };

/** One connection; its rows and its own table are nobody else's, so that sessions wait for each other only at `shared`. */
class Session {
  readonly client: pg.Client;
  readonly #number: number;
  readonly #savepoints: string[] = [];
  #isOpen = false;
  #next = 0;

  constructor(client: pg.Client, number: number) {
    this.client = client;
    this.#number = number;
  }

  async do({ kind, n }: Step): Promise<void> {
    if (kind === 'commit' || kind === 'roll back') return await this.end(kind === 'commit');
    if (!this.#isOpen) await this.client.query('BEGIN');
    this.#isOpen = true;
    const top = this.#savepoints.at(-1);
    if (kind === 'savepoint') {
      this.#next += 10;
      const name = `s${this.#next}`;
      this.#savepoints.push(name);
      await this.client.query(`SAVEPOINT ${name}`);
    } else if (kind === 'release') {
      if (top) await this.client.query(`RELEASE ${this.#savepoints.pop()}`);
    } else if (kind === 'roll back to') {
      if (top) await this.client.query(`ROLLBACK TO ${top}`);
    } else {
      for (const sql of this.#statements(kind, n)) await this.client.query(sql);
    }
  }

  async end(commits: boolean): Promise<void> {
    this.#savepoints.length = 0;
    this.#isOpen = false;
    await this.client.query(commits ? 'COMMIT' : 'ROLLBACK');
  }

  #statements(kind: string, n: number): string[] {
    const mine = `mine_${this.#number}`;
    const million = this.#number + 1;
    this.#next += 10;
    const id = million * 1_000_000 + this.#next;
    const isMine = `id / 1000000 = ${million}`;
    switch (kind) {
      case 'insert':
        return [
          `INSERT INTO shared (id, name) SELECT ${id} + g, 'v${n}' FROM generate_series(1, 5) g`,
          `INSERT INTO ${mine} (id) VALUES (${id})`,
        ];
      case 'update':
        return [`UPDATE shared SET n = n + ${n} WHERE ${isMine} AND id % 10 < ${n}`];
      case 'move':
        return [`UPDATE shared SET id = ${id} WHERE id = (SELECT min(id) FROM shared WHERE ${isMine})`];
      case 'delete':
        return [`DELETE FROM shared WHERE ${isMine} AND id % 10 = ${n}`];
      case 'wide':
        return [`INSERT INTO shared (id, doc) VALUES (${id}, repeat('wide ${n} ', 12000))`];
      case 'truncate':
        return [`TRUNCATE ${mine}`];
      case 'alter':
        return [`ALTER TABLE ${mine} ADD c${id} int DEFAULT ${n}`];
      default:
        return [
          `DO $$ BEGIN FOR i IN 1..4 LOOP
             BEGIN
               INSERT INTO shared (id, name) VALUES (${id} + i, 'block');
               INSERT INTO ${mine} (id) VALUES (${id} + i);
               IF (i + ${n}) % 2 = 0 THEN RAISE EXCEPTION 'no'; END IF;
             EXCEPTION WHEN raise_exception THEN NULL;
             END;
           END LOOP; END $$`,
        ];
    }
  }
}

for (const immediately of [true, false]) {
  test(`a mix of transactions reads the same whether they are streamed in progress${immediately ? ', change by change' : ''}, or after their commit`, async () => {
    let streamedTransactions = 0;
    const failures: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 120 }), async (steps) => {
        await using source = await openStreamedSource(
          `CREATE TABLE shared (id int PRIMARY KEY, n int DEFAULT 0, name text, doc text);
           ALTER TABLE shared ALTER doc SET STORAGE EXTERNAL; CREATE TABLE finish (id int);
           ${Array.from({ length: SESSIONS }, (_, i) => `CREATE TABLE mine_${i} (id int, name text DEFAULT 'x')`).join(';')};
           INSERT INTO shared (id, doc) SELECT i * 1000000 + 999999, repeat('doc ', 3000) FROM generate_series(1, ${SESSIONS}) i`,
          { immediately },
        );
        const slot = await source.addSlot();
        await using streamed = await source.openStreamed({ slot });
        const clients = Array.from({ length: SESSIONS }, () => new pg.Client(source.db.url));
        await Promise.all(clients.map((client) => client.connect()));
        const sessions = clients.map((client, number) => new Session(client, number));
        for (const one of steps) await sessions[one.session]?.do(one);
        for (const [i, session] of sessions.entries()) await session.end(i > 0);
        await Promise.all(clients.map((client) => client.end()));
        await source.db.query('INSERT INTO finish VALUES (1)');
        const isLast = ({ table }: { table: string }) => table === 'finish';
        const rows = await rowsUntil(streamed, isLast).catch((error: unknown) => {
          // Servers fail at some mixes of rolled back TRUNCATEs; such a stream is then read after the commits.
          if (!(error instanceof AppError) || error.code !== 'SOURCE_IN_PROGRESS') throw error;
          failures.push(error.message);
          return null;
        });
        await using plain = await source.open();
        const expected = await rowsUntil(plain, isLast);
        if (rows) expect(rows).toEqual(expected);
        // A stream that the server has failed keeps those of transactions in progress until it is closed.
        else await streamed[Symbol.asyncDispose]();
        await expect.poll(() => source.spooled(), { timeout: 20_000 }).toEqual([]);
        streamedTransactions += streamed.seen.transactions;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(streamedTransactions).toBeGreaterThan(RUNS);
    expect(failures.length).toBeLessThan(RUNS / 2);
    for (const failure of failures) expect(failure).toMatch(/could not map filenumber/);
  });
}
