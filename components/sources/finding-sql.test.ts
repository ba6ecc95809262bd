import { expect, test } from 'vitest';
import { findingSql } from './finding-sql.ts';

const place = { username: 'philotes', database: 'My shop' };

test('a right that is missing on tables is granted on each of them and on their schemas once', () => {
  expect(findingSql('no_select_right', ['public.orders', 'public.Items'], place)).toBe(
    [
      'GRANT USAGE ON SCHEMA public TO philotes;',
      'GRANT SELECT ON public.orders TO philotes;',
      'GRANT SELECT ON public."Items" TO philotes;',
    ].join('\n'),
  );
});

test('names that SQL would read otherwise are quoted', () => {
  expect(findingSql('no_create_right', ['philotes'], place)).toBe('GRANT CREATE ON DATABASE "My shop" TO philotes;');
  expect(findingSql('unchanged_values', ['public.order', 'public.Line Items'], place)).toBe(
    'ALTER TABLE public."order" REPLICA IDENTITY FULL;\nALTER TABLE public."Line Items" REPLICA IDENTITY FULL;',
  );
});

test('a table without an identity gets a choice, since a mirror has no use for whole old rows', () => {
  const sql = findingSql('no_replica_identity', ['public.Log'], place);
  expect(sql).toContain('ALTER TABLE public."Log" ADD PRIMARY KEY');
  expect(sql?.split('\n').every((line) => line.startsWith('--'))).toBe(true);
});

test('a finding that SQL cannot mend has none', () => {
  expect(findingSql('encoding', ['server_encoding'], place)).toBeNull();
  expect(findingSql('no_replica_identity', ['a.b.c'], place)).toBeNull();
});
