import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Subtransactions } from './subtransactions.ts';

test('a rollback ends where the subtransaction began, and forgets those within it', () => {
  const subs = new Subtransactions(100);
  subs.wrote(100, 0);
  subs.wrote(101, 10);
  subs.wrote(102, 20);
  subs.wrote(102, 25);
  expect(subs.rolledBack(102)).toBe(20);
  subs.wrote(101, 20);
  subs.wrote(103, 30);
  expect(subs.rolledBack(103)).toBe(30);
  expect(subs.rolledBack(101)).toBe(10);
  expect(subs.rolledBack(101)).toBeNull();
});

test('what was released into an outer one goes with it, from its own beginning on', () => {
  const subs = new Subtransactions(100);
  subs.wrote(102, 10);
  subs.wrote(101, 20);
  // The server tells of both, the inner one first.
  expect(subs.rolledBack(102)).toBeNull();
  expect(subs.rolledBack(101)).toBe(10);
});

test('what was released into the transaction itself is not remembered, nor is more than 12 bytes of what may go', () => {
  const subs = new Subtransactions(4_294_967_290);
  for (let i = 1; i <= 1_000; i++) subs.wrote((4_294_967_290 + i) % 2 ** 32, i);
  expect(subs.size).toBe(1_000);
  expect(subs.rolledBack(5)).toBe(11);
  subs.wrote(4_294_967_290, 2_000);
  expect(subs.size).toBe(0);
});

type Step = 'write' | 'begin' | 'release' | 'roll back';

test('what is left is what a list of every change and its owners leaves', () => {
  const step = fc.constantFrom<Step>('write', 'write', 'begin', 'release', 'roll back');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 3, max: 2 ** 32 - 1 }), (steps, top) => {
      const subs = new Subtransactions(top);
      let next = 0;
      let length = 0;
      type Open = { id: number | null; released: Open[] };
      const open: Open[] = [{ id: 0, released: [] }];
      let kept: { owner: Open; line: number }[] = [];
      const lines: number[] = [];
      let line = 0;
      const xidOf = (id: number) => (top + id) % 2 ** 32;
      const all = (one: Open): Open[] => [...one.released.flatMap(all), one];
      for (const what of steps) {
        const inner = open.at(-1) as Open;
        if (what === 'begin') open.push({ id: null, released: [] });
        if (what === 'write') {
          // Ids are given on the first write, to the outer ones first.
          for (const one of open) one.id ??= ++next;
          subs.wrote(xidOf(inner.id as number), length);
          lines.length = length;
          lines.push(line);
          kept.push({ owner: inner, line });
          line += 1;
          length += 1;
        }
        if (open.length === 1) continue;
        if (what === 'release') (open.at(-2) as Open).released.push(open.pop() as Open);
        if (what === 'roll back') {
          const gone = all(open.pop() as Open);
          kept = kept.filter(({ owner }) => !gone.includes(owner));
          for (const { id } of gone) if (id !== null) length = Math.min(length, subs.rolledBack(xidOf(id)) ?? length);
        }
      }
      expect(lines.slice(0, length)).toEqual(kept.map((one) => one.line));
    }),
  );
});
