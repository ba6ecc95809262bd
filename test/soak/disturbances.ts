import { setTimeout as delay } from 'node:timers/promises';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import type { Soak } from './open-soak.ts';
import type { SoakTable } from './workload.ts';

export type Disturbance = {
  readonly name: string;
  readonly kind: 'change' | 'fault';
  /** Ends the process whose memory is measured, so it happens in the first third only. */
  readonly endsWorker?: true;
  run(soak: Soak, context: { pipelineId: string; random: () => number; round: number }): Promise<void>;
};

const OUTAGE_MS = 6_000;
const LOST_ANSWERS = 3;

const ddl = (name: string, text: (round: number) => string): Disturbance => ({
  name,
  kind: 'change',
  run: async (soak, { round }) => void (await soak.sql(text(round))),
});

const resync = (table: SoakTable): Disturbance => ({
  name: `resync ${table}`,
  kind: 'change',
  async run({ control, database }, { pipelineId }) {
    const { rows } = await database.pool.query<{ id: string }>(
      `select id from pipeline_table where pipeline_id = $1 and source_table = $2 and state = 'live'`,
      [pipelineId, table],
    );
    const row = rows[0];
    if (row) await resyncTable(control, SYSTEM_ACTOR, { pipelineId, tableId: Number(row.id) });
  },
});

const isCommit = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && (path.endsWith('/transactions/commit') || /\/tables\/[^/]+$/.test(path));

/** What goes on beside the load. Every one may come at any moment, also while another's effects last. */
export const DISTURBANCES: readonly Disturbance[] = [
  ddl(
    'add a column',
    (round) => `alter table evolving add column extra_${round} text;
    update evolving set extra_${round} = 'e' where id % 3 = 0`,
  ),
  ddl(
    'rename and drop columns',
    (round) => `begin;
    alter table evolving add column brief_${round} int;
    update evolving set brief_${round} = id where id % 5 = 0;
    alter table evolving rename column brief_${round} to lasting_${round};
    alter table evolving add column gone_${round} text;
    update evolving set gone_${round} = 'g' where id % 7 = 0;
    alter table evolving drop column gone_${round};
    commit`,
  ),
  ddl(
    'widen a column',
    (round) => `alter table evolving add column wide_${round} int;
    update evolving set wide_${round} = 1;
    alter table evolving alter column wide_${round} type bigint;
    update evolving set wide_${round} = 5000000000 where id % 2 = 0`,
  ),
  ddl(
    'rewrite long values',
    () => `update document set body = repeat('rewritten ', 900) where id % 4 = 0;
    update document set title = title || '.' where id % 2 = 0`,
  ),
  ddl('change keys', (round) => `begin; update document set id = -id where id % 10 = ${round % 10}; commit`),
  ddl(
    'truncate',
    () => `begin;
    insert into fleeting values (nextval('fleeting_id'), 'before');
    truncate fleeting;
    insert into fleeting values (nextval('fleeting_id'), 'after');
    commit`,
  ),
  ddl(
    'a large transaction',
    () => `begin;
    insert into fleeting select nextval('fleeting_id'), repeat('x', 200) from generate_series(1, 20000);
    savepoint one;
    delete from fleeting;
    rollback to one;
    delete from fleeting where id % 2 = 0;
    commit`,
  ),
  resync('document'),
  resync('fleeting'),
  resync('evolving'),
  {
    name: 'kill the worker',
    kind: 'fault',
    endsWorker: true,
    async run({ worker }) {
      const pid = worker.pid();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
  },
  {
    name: 'crash the source',
    kind: 'fault',
    async run({ source }) {
      await source.crash();
    },
  },
  {
    name: 'crash the metadata database',
    kind: 'fault',
    async run({ metadata }) {
      await metadata.crash();
    },
  },
  {
    name: 'replace Redis by an empty one',
    kind: 'fault',
    run: ({ queues }) => queues.replace(),
  },
  {
    name: 'FLUSHALL',
    kind: 'fault',
    run: async ({ queues }) => void (await queues.admin.flushall()),
  },
  {
    name: 'reset connections to the source',
    kind: 'fault',
    run: async ({ network }) => network.reset(),
  },
  {
    name: 'a network that swallows everything',
    kind: 'fault',
    async run({ network }) {
      network.set({ kind: 'blackhole' });
      await delay(OUTAGE_MS);
      network.set({ kind: 'pass' });
      network.reset();
    },
  },
  {
    name: 'a catalog that answers 503',
    kind: 'fault',
    async run({ catalog }) {
      catalog.set(() => ({ kind: 'reject', status: 503 }));
      await delay(OUTAGE_MS);
      catalog.set(null);
    },
  },
  {
    name: 'commits whose answers are lost',
    kind: 'fault',
    async run({ catalog }) {
      let left = LOST_ANSWERS;
      catalog.set((request) => (isCommit(request) && left-- > 0 ? { kind: 'applied-then-dropped' } : null));
      await delay(OUTAGE_MS);
      catalog.set(null);
    },
  },
];

/** Cards in random order without end: every one comes before any comes again. Null when none of them is allowed. */
export function deckOf(all: readonly Disturbance[], random: () => number) {
  let cards: Disturbance[] = [];
  return {
    draw(isAllowed: (card: Disturbance) => boolean): Disturbance | null {
      while (all.some(isAllowed)) {
        if (cards.length === 0) cards = shuffled(all, random);
        const card = cards.pop();
        if (card && isAllowed(card)) return card;
      }
      return null;
    },
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
