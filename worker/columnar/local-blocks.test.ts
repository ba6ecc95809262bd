import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHANGELOG_COLUMNS, type LakeTable } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { loadReceived, receiveChanges } from './load-changes.ts';
import { LocalBlocks } from './local-blocks.ts';
import { openColumnar } from './open-columnar.ts';
import type { ChangeBlock } from './scratch-files.ts';
import { type ChangelogFieldIds, writeChangelog, writeChangelogStraight } from './write-changelog.ts';

const schema: TableSchema = {
  oid: 1,
  schema: 'public',
  table: 't',
  replicaIdentity: 'd',
  columns: [
    {
      attnum: 1,
      name: 'id',
      typeName: 'x',
      typeOid: 1,
      typmod: -1,
      type: { kind: 'int8' },
      notNull: false,
      keyOrdinal: 0,
    },
    {
      attnum: 2,
      name: 'day',
      typeName: 'x',
      typeOid: 1,
      typmod: -1,
      type: { kind: 'date' },
      notNull: false,
      keyOrdinal: null,
    },
    {
      attnum: 3,
      name: 'doc',
      typeName: 'x',
      typeOid: 1,
      typmod: -1,
      type: { kind: 'text' },
      notNull: false,
      keyOrdinal: null,
    },
  ],
};
const lake: LakeTable = {
  keyFieldIds: [1],
  columns: schema.columns.map(({ attnum, name }, at) => ({
    fieldId: attnum,
    name,
    type: (['long', 'date', 'string'] as const)[at] ?? 'string',
    required: false,
    attnum,
    policy: 'dead-letter',
  })),
};
const changelogFieldIds = Object.fromEntries(
  CHANGELOG_COLUMNS.map(({ name }, at) => [name, 100 + at]),
) as ChangelogFieldIds;

/** Larger than what is kept, with all that texts can hold. */
const lines = (from: number, day = '2020-01-02'): string =>
  Array.from({ length: 6_000 }, (_, i) => {
    const ordinal = from + i;
    if (i % 7 === 0) return `d,10,${ordinal},1,5,,"${ordinal}",,\n`;
    return `u,10,${ordinal},1,5,${i % 5 === 0 ? '2' : ''},"${ordinal}","${day}",${i % 5 === 0 ? '' : `"a ""b"",\n\\N\t${'x'.repeat(90)}"`}\n`;
  }).join('');

test('kept files and blocks in hand become one changelog in stream order, with a table between or without', {
  timeout: 60_000,
}, async () => {
  const workDir = await mkdtemp(path.join(tmpdir(), 'col-'));
  await using columnar = await openColumnar({ workDir, log: silentLog });
  const blocks = async function* (): AsyncGenerator<ChangeBlock> {
    for (const [index, isKept] of [false, true, true, false, false, true].entries()) {
      const bytes = Buffer.from(lines(index * 6_000));
      const id = `block-${Math.random()}`;
      if (isKept) await columnar.localBlocks.keep(id, bytes);
      const kept = columnar.localBlocks.take(id);
      yield { schema, rows: 6_000, ...(kept === null ? { bytes } : { path: kept }) };
    }
  };
  const read = async (straight: boolean) => {
    await using received = await receiveChanges(columnar, { lake, blocks: blocks() });
    expect(received.groups.map((group) => group.files.length)).toEqual([5]);
    const options = { epoch: 1, changelogFieldIds, outDir: path.join(workDir, `out-${straight}`), stem: 'log' };
    const written = straight
      ? await writeChangelogStraight(received, options)
      : await writeChangelog(await loadReceived(received), options);
    expect(written?.map((file) => file.rows)).toEqual([36_000]);
    return await received.session.rows(`select * from '${written?.[0]?.localPath}'`);
  };
  const staged = await read(false);
  expect(await read(true)).toEqual(staged);
  expect(staged.map((row) => Number(row._philotes_ordinal))).toEqual(Array.from({ length: 36_000 }, (_, i) => i));
});

test('a value that the lake cannot hold is found in whichever file it is, and no row is lost', {
  timeout: 60_000,
}, async () => {
  const workDir = await mkdtemp(path.join(tmpdir(), 'col-'));
  await using columnar = await openColumnar({ workDir, log: silentLog });
  for (const day of ['infinity', '99999-01-01', '0044-03-15 BC']) {
    const blocks = async function* (): AsyncGenerator<ChangeBlock> {
      for (const index of [0, 1, 2]) {
        const bad = `i,11,0,1,5,,"-1","${day}","x"\n`;
        const bytes = Buffer.from(lines(index * 6_000) + (index === 1 ? bad : ''));
        await columnar.localBlocks.keep(`${day}-${index}`, bytes);
        const kept = columnar.localBlocks.take(`${day}-${index}`);
        if (kept === null) throw new Error('the block was not kept');
        yield { schema, rows: index === 1 ? 6_001 : 6_000, path: kept };
      }
    };
    await using received = await receiveChanges(columnar, { lake, blocks: blocks() });
    const options = { epoch: 1, changelogFieldIds, outDir: path.join(workDir, `bad-${day}`), stem: 'log' };
    expect(await writeChangelogStraight(received, options)).toBeNull();
    const { rejects, rows, table, session } = await loadReceived(received);
    expect(rows).toBe(18_001);
    expect(rejects.map(({ lsn, column }) => [lsn, column])).toEqual([[11n, 'day']]);
    expect(await session.numbers(`select count(*) as good from ${table} where bad is null`)).toEqual({ good: 18_000 });
  }
});

test('what is kept is bounded, handed out once, and never mistaken', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'blocks-'));
  const kept = new LocalBlocks({ dir, bytesMax: 2_000_000 });
  const bytes = Buffer.alloc(900_000, 'x');
  for (const id of ['a', 'b', 'c']) await kept.keep(id, bytes);
  await kept.keep('small', Buffer.from('x'));
  expect(['a', 'b', 'c', 'small', 'stranger'].map((id) => kept.take(id) !== null)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(kept.take('a')).toBeNull();
  await kept.keep('d', bytes);
  expect(kept.take('d')).not.toBeNull();
  const broken = new LocalBlocks({ dir: path.join(dir, 'missing') });
  await broken.keep('e', bytes);
  expect(broken.take('e')).toBeNull();
});
