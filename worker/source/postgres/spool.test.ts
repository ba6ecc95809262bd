import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool } from './spool.ts';
import { PIECE_BYTES, SpoolDisk } from './spool-disk.ts';

const GIB = 1024 * 1024 * 1024;
const TOP = 771;
let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'philotes-spool-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const onError = (error: unknown): never => {
  throw error;
};

function openDisk(bytesMax = GIB, freeBytesMin = 0) {
  const uses: { bytes: number; transactions: number }[] = [];
  const disk = new SpoolDisk(
    { folder: join(base, 'session'), bytesMax, freeBytesMin, onUse: (use) => uses.push(use) },
    { behind: () => undefined, caughtUp: () => undefined },
  );
  return { disk, uses };
}

/** A message as it stands in a block. */
function message(tag: string, xid: number, rest: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(tag, 'latin1');
  head.writeUInt32BE(xid, 1);
  return Buffer.concat([head, rest]);
}

const append = (spool: Spool, bytes: Buffer, arrival = 0) => spool.append(bytes, 0, bytes.length, arrival);

async function replayed(spool: Spool): Promise<string[]> {
  const read: string[] = [];
  await spool.replay({
    message: (bytes, start, end) => read.push(bytes.toString('latin1', start, end)),
    relation: (bytes, start, end, arrival) => read.push(`${arrival}:${bytes.toString('latin1', start, end)}`),
    wait: () => null,
    isOver: () => false,
  });
  return read;
}

test('messages of any length come back in their order without the ids, also across blocks and pieces', async () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: PIECE_BYTES - 12, max: PIECE_BYTES + 12 }),
    fc.constant(2 * PIECE_BYTES + 7),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ length, tag: fc.constantFrom('I', 'U', 'R'), flush: fc.boolean() }), { maxLength: 12 }),
      async (sent) => {
        const { disk } = openDisk();
        await using _disk = disk;
        const spool = new Spool({ xid: TOP, disk, onError });
        const expected: string[] = [];
        for (const [i, { length, tag, flush }] of sent.entries()) {
          const rest = Buffer.alloc(length, `${i}.`);
          append(spool, message(tag, TOP, rest), i);
          expected.push(`${tag === 'R' ? `${i}:` : ''}${tag}${rest.toString('latin1')}`);
          if (flush) spool.flush();
        }
        spool.flush();
        expect((await replayed(spool)).map(shortened)).toEqual(expected.map(shortened));
        await spool.remove();
      },
    ),
    { numRuns: 40 },
  );
});

const shortened = (text: string) => `${text.length} ${text.slice(0, 40)} ${text.slice(-20)}`;

test('what a subtransaction wrote is gone when it is rolled back, and what follows stands in its place', async () => {
  const { disk } = openDisk();
  await using _disk = disk;
  const spool = new Spool({ xid: TOP, disk, onError });
  append(spool, message('I', TOP, Buffer.from('one')));
  append(spool, message('I', TOP + 1, Buffer.alloc(3 * PIECE_BYTES, 'x')));
  spool.flush();
  append(spool, message('R', TOP + 1, Buffer.from('gone')), 4);
  spool.rollBack(TOP + 1);
  append(spool, message('I', TOP, Buffer.from('two')));
  append(spool, message('I', TOP + 2, Buffer.from('no')));
  spool.rollBack(TOP + 2);
  spool.rollBack(TOP + 9);
  append(spool, message('R', TOP + 3, Buffer.from('three')), 5);
  spool.flush();
  expect(await replayed(spool)).toEqual(['Ione', 'Itwo', '5:Rthree']);
  await spool.remove();
});

test('a reader that wants to wait gets nothing before it is done, and one that is over gets nothing more', async () => {
  const { disk } = openDisk();
  await using _disk = disk;
  const spool = new Spool({ xid: TOP, disk, onError });
  for (const text of ['a', 'b', 'c']) append(spool, message('I', TOP, Buffer.from(text)));
  spool.flush();
  const read: string[] = [];
  let isWaiting = false;
  let isOver = false;
  await spool.replay({
    message: (bytes, start, end) => {
      expect(isWaiting).toBe(false);
      read.push(bytes.toString('latin1', start, end));
      isWaiting = true;
      isOver = read.length === 2;
    },
    relation: () => undefined,
    wait: () =>
      isWaiting
        ? new Promise((resolve) =>
            setImmediate(() => {
              isWaiting = false;
              resolve();
            }),
          )
        : null,
    isOver: () => isOver,
  });
  expect(read).toEqual(['Ia', 'Ib']);
  await spool.remove();
});

test('the disk shows how much lies there and not what, and nothing is left of what was removed', async () => {
  const { disk, uses } = openDisk();
  {
    await using _disk = disk;
    const [one, two] = [TOP, TOP + 50].map((xid) => new Spool({ xid, disk, onError })) as [Spool, Spool];
    append(one, message('I', TOP, Buffer.alloc(3 * PIECE_BYTES)));
    append(two, message('I', TOP + 50, Buffer.alloc(PIECE_BYTES)));
    one.flush();
    two.flush();
    expect(uses.at(-1)).toEqual({ bytes: 4 * PIECE_BYTES + 10, transactions: 2 });
    await one.remove();
    expect(uses.at(-1)).toEqual({ bytes: PIECE_BYTES + 5, transactions: 1 });
    expect(await replayed(two)).toHaveLength(1);
    expect(await readdir(disk.folder)).toEqual([String(TOP + 50)]);
    // Rules have not hidden anything of it yet.
    expect((await readFile(join(disk.folder, String(TOP + 50)))).includes(Buffer.alloc(64))).toBe(false);
    expect((await stat(join(disk.folder, String(TOP + 50)))).mode & 0o777).toBe(0o600);
    await two.remove();
  }
  expect(await readdir(base)).toEqual([]);
  expect(uses.at(-1)).toEqual({ bytes: 0, transactions: 0 });
});

test('beyond its bound, and where the disk is nearly full or fails, a transaction is refused with a code', async () => {
  const refused = expect.objectContaining({ code: 'SOURCE_IN_PROGRESS' });
  const { disk } = openDisk(2 * PIECE_BYTES);
  await using _disk = disk;
  const spool = new Spool({ xid: TOP, disk, onError });
  expect(() => append(spool, message('I', TOP, Buffer.alloc(4 * PIECE_BYTES)))).toThrow(refused);
  await spool.remove();

  const { disk: full } = openDisk(GIB, Number.MAX_SAFE_INTEGER);
  await using _full = full;
  const told = new Promise((resolve) => {
    const tight = new Spool({ xid: TOP, disk: full, onError: resolve });
    append(tight, message('I', TOP, Buffer.from('a')));
    tight.flush();
  });
  expect(await told).toEqual(refused);

  const { disk: broken } = openDisk();
  await broken.ready();
  await rm(broken.folder, { recursive: true });
  const failed = new Promise((resolve) => {
    const lost = new Spool({ xid: TOP, disk: broken, onError: resolve });
    append(lost, message('I', TOP, Buffer.from('a')));
    lost.flush();
  });
  expect(await failed).toEqual(refused);
});
