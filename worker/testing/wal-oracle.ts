import type { TestDatabase } from '@/db/testing/test-database.ts';

/** What one transaction did to one row: a key change is a `d` and a `u`. A keyless table has no key to change. */
export type WalEffect = {
  readonly table: string;
  readonly op: 'i' | 'u' | 'd' | 't';
  readonly key: string;
  readonly xid: number;
  readonly commitLsn: bigint;
};

/**
 * A second slot over the same tables, read with a few lines of its own: what the stream must have carried, told by
 * nobody of the product. The first column of every table stands for its row.
 */
export async function openWalOracle(
  source: Pick<TestDatabase, 'query'>,
  { keyed, keyless }: { keyed: readonly string[]; keyless: readonly string[] },
) {
  const tables = [...keyed, ...keyless];
  await source.query(`create publication oracle for table ${tables.join(', ')}`);
  await source.query(`select pg_create_logical_replication_slot('oracle', 'pgoutput')`);
  return {
    /** Of all transactions since the last call; a server that crashes may tell some of them again. */
    async effects(): Promise<WalEffect[]> {
      const rows = await source.query<{ data: Buffer }>(
        `select data from pg_logical_slot_peek_binary_changes('oracle', null, null, 'proto_version', '1', 'publication_names', 'oracle')`,
      );
      const messages = rows.map(({ data }) => data);
      const effects = read(messages, new Set(keyed));
      // Only when they are here: an answer that is lost would take them along.
      const end = messages.findLast((message) => message[0] === COMMIT)?.readBigUInt64BE(10);
      if (end !== undefined) {
        await source.query(`select pg_replication_slot_advance('oracle', '0/0'::pg_lsn + $1::numeric)`, [String(end)]);
      }
      return effects;
    },
    async drop() {
      await source.query(`select pg_drop_replication_slot('oracle')`);
    },
  };
}

const COMMIT = 0x43;

function read(messages: readonly Buffer[], keyed: ReadonlySet<string>): WalEffect[] {
  const names = new Map<number, string>();
  const effects: WalEffect[] = [];
  let xid = 0;
  let commitLsn = 0n;
  for (const message of messages) {
    const tag = String.fromCharCode(message[0] ?? 0);
    const add = (op: WalEffect['op'], key: string, oid: number) =>
      effects.push({ table: names.get(oid) ?? '', op, key, xid, commitLsn });
    if (tag === 'B') {
      commitLsn = message.readBigUInt64BE(1);
      xid = message.readUInt32BE(17);
    } else if (tag === 'R') {
      const schemaEnd = message.indexOf(0, 5);
      names.set(message.readUInt32BE(1), message.toString('utf8', schemaEnd + 1, message.indexOf(0, schemaEnd + 1)));
    } else if (tag === 'T') {
      for (let n = 0; n < message.readUInt32BE(1); n++) add('t', '', message.readUInt32BE(6 + 4 * n));
    } else if ('IUD'.includes(tag)) {
      const oid = message.readUInt32BE(1);
      const part = String.fromCharCode(message[5] ?? 0);
      const first = tuple(message, 6);
      if (tag === 'I') add('i', first.key, oid);
      else if (tag === 'D') add('d', first.key, oid);
      else if (part === 'N') add('u', first.key, oid);
      else {
        const after = tuple(message, first.end + 1).key;
        if (after !== first.key && keyed.has(names.get(oid) ?? '')) add('d', first.key, oid);
        add('u', after, oid);
      }
    }
  }
  return effects;
}

/** The first column's text, and where the tuple ends. */
function tuple(message: Buffer, start: number): { key: string; end: number } {
  let key = '';
  let at = start + 2;
  for (let column = 0; column < message.readUInt16BE(start); column++) {
    const isText = message[at] === 0x74;
    const length = isText ? message.readUInt32BE(at + 1) : 0;
    if (column === 0) key = message.toString('utf8', at + 5, at + 5 + length);
    at += isText ? 5 + length : 1;
  }
  return { key, end: at };
}
