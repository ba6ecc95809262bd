import { describe, expect, it } from 'vitest';
import { afterVerification, type Doubt, doubtOf, withDoubt } from './doubt.ts';
import { diffSchemas } from './schema-change.ts';
import type { SourceColumn, TableSchema } from './table-schema.ts';

const INT4 = 23;
const INT8 = 20;
const TEXT = 25;
const VARCHAR = 1043;
const NUMERIC = 1700;
const TIMESTAMP = 1114;

const column = (typeOid: number, typmod = -1, more: Partial<SourceColumn> = {}): SourceColumn => ({
  attnum: 2,
  name: 'c',
  typeName: `${typeOid}(${typmod})`,
  typeOid,
  typmod,
  type: { kind: 'text' },
  notNull: false,
  keyOrdinal: null,
  ...more,
});
const id = column(INT4, -1, { attnum: 1, name: 'id', keyOrdinal: 0 });
const table = (...columns: SourceColumn[]): TableSchema => ({
  oid: 1,
  schema: 'public',
  table: 't',
  replicaIdentity: 'd',
  columns: [id, ...columns],
});
const doubted = (before: TableSchema, after: TableSchema, copied: TableSchema | null = null) =>
  diffSchemas(before, after).map((change) => doubtOf(change, { before, after, copied }));

const numeric = (precision: number, scale: number) => column(NUMERIC, ((precision << 16) | scale) + 4);

describe('a changed column', () => {
  it.each<[string, SourceColumn, SourceColumn, boolean]>([
    ['to another type', column(INT4), column(INT8), true],
    ['to a shorter text', column(VARCHAR, 44), column(VARCHAR, 14), true],
    ['to a longer text', column(VARCHAR, 14), column(VARCHAR, 44), false],
    ['to a text without length', column(VARCHAR, 14), column(TEXT), false],
    ['from a text without length', column(TEXT), column(VARCHAR, 14), true],
    ['to a longer number', numeric(10, 2), numeric(12, 2), false],
    ['to another scale', numeric(10, 2), numeric(12, 4), true],
    ['to a number without limits', numeric(10, 2), column(NUMERIC), false],
    ['to a coarser time', column(TIMESTAMP), column(TIMESTAMP, 3), true],
    ['to a finer time', column(TIMESTAMP, 3), column(TIMESTAMP), false],
  ])('%s leaves rows in doubt when the source may have rewritten them', (_what, from, to, isDoubted) => {
    expect(doubted(table(from), table(to))).toEqual([isDoubted ? 'column-retyped' : null]);
  });

  it('leaves nothing in doubt that the copy has already', () => {
    expect(doubted(table(column(INT4)), table(column(INT8)), table(column(INT8)))).toEqual([null]);
    expect(doubted(table(column(INT4)), table(column(INT8)), table(column(INT4)))).toEqual(['column-retyped']);
  });
});

describe('an added column', () => {
  it('leaves rows in doubt when it came with values', () => {
    expect(doubted(table(), table(column(INT4)))).toEqual([null]);
    expect(doubted(table(), table(column(INT4, -1, { filled: true })))).toEqual(['column-added']);
    expect(doubted(table(), table(column(INT4, -1, { notNull: true })))).toEqual(['column-added']);
  });
});

describe('doubts', () => {
  const old: Doubt = { kind: 'column-added', column: 'a', at: '2026-01-01T00:00:00.000Z' };
  const late: Doubt = { kind: 'column-retyped', column: 'b', at: '2026-01-03T00:00:00.000Z' };
  const outcome = { differs: false, isSure: true, beganAt: new Date('2026-01-02'), leftOut: [] };

  it('are one for each kind and column', () => {
    expect(withDoubt([old, late], { ...old, at: late.at })).toEqual([late, { ...old, at: late.at }]);
  });

  it('are settled by a comparison of everything, but for what it did not see', () => {
    expect(afterVerification([old, late], outcome)).toEqual([late]);
    expect(afterVerification([old, late], { ...outcome, leftOut: ['a'] })).toEqual([old, late]);
    expect(afterVerification([old, late], { ...outcome, isSure: false })).toEqual([old, late]);
    expect(afterVerification([], { ...outcome, differs: true, isSure: false })).toMatchObject([
      { kind: 'verification' },
    ]);
  });
});
