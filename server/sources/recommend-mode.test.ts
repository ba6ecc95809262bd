import { expect, it } from 'vitest';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { recommendMode } from './recommend-mode.ts';

const column = (more: Partial<SourceColumn> = {}): SourceColumn => ({
  attnum: 1,
  name: 'id',
  typeName: 'integer',
  typeOid: 23,
  typmod: -1,
  type: { kind: 'int4' },
  notNull: true,
  keyOrdinal: 0,
  ...more,
});

const table = (
  columns: readonly SourceColumn[],
  { identity = 'd', ...more }: Partial<DiscoveredTable> & { identity?: 'd' | 'f' | 'n' } = {},
): DiscoveredTable => ({
  schema: { oid: 1, schema: 'public', table: 't', replicaIdentity: identity, columns },
  kind: 'table',
  rowEstimate: 1,
  bytes: 1,
  partitionRootOid: null,
  unlogged: false,
  publishable: { ok: true },
  keyDeferrable: false,
  generatedColumns: [],
  rowSecurity: { enabled: false, forced: false },
  selectable: true,
  ...more,
});

const keyless = [column({ keyOrdinal: null })];

it.each([
  ['a table with a key', table([column()]), 'mirror', /^Its key id tells/],
  ['one without', table(keyless), 'none', /no key/],
  ['one without, whose old rows are sent whole', table(keyless, { identity: 'f' }), 'changelog', /history/],
  ['a deferrable key', table([column()], { keyDeferrable: true }), 'none', /deferrable/],
  [
    'a deferrable key with whole old rows',
    table([column()], { keyDeferrable: true, identity: 'f' }),
    'changelog',
    /deferrable/,
  ],
  ['a floating-point key', table([column({ type: { kind: 'float8' } })]), 'changelog', /floating/],
  ['a table that may not be read', table([column()], { selectable: false }), 'none', /SELECT/],
  ['a view', table([column()], { publishable: { ok: false, reason: 'a view has no changes' } }), 'none', /^A view/],
])('recommends for %s what it can be', (_, found, mode, reason) => {
  expect(recommendMode(found)).toMatchObject({ mode, reason: expect.stringMatching(reason) });
});
