import { expect, test } from 'vitest';
import { didText, pageOf, subjectText, valueText, whoText } from './audit-words.ts';

const entry = {
  id: '1',
  at: '2026-11-22T00:00:00.000Z',
  actor: 'member:mem_1',
  actorName: 'ana@example.com',
  action: 'pipeline.pause',
  refused: false,
  subject: 'pl_1',
  subjectName: 'shop',
  changes: [],
  detail: {},
  address: null,
};

test('actions read as what somebody did, those without words by their own name', () => {
  expect(didText(entry)).toBe('paused pipeline');
  expect(didText({ action: 'lake.odd-thing', detail: {} })).toBe('lake odd thing');
});

test('the table that something was done to is named', () => {
  const detail = { table: 'public.orders' };
  expect(didText({ action: 'table.remove', detail })).toBe('removed table public.orders of');
  expect(didText({ action: 'table.verify', detail })).toBe('had table public.orders compared with its source in');
  expect(didText({ action: 'table.add', detail: { tables: ['public.orders'] } })).toBe('added table public.orders to');
  expect(didText({ action: 'table.add', detail: { tables: ['a.b', 'a.c'] } })).toBe('added tables to');
});

test('what is gone keeps the name that the entry kept, and has no page', () => {
  const gone = { ...entry, subjectName: null, detail: { name: 'shop' } };
  expect(subjectText(gone)).toBe('shop');
  expect(pageOf(gone)).toBeNull();
  expect(pageOf(entry)).toBe('/pipelines/pl_1');
});

test('what people do to themselves names them once', () => {
  expect(subjectText({ ...entry, action: 'session.create', subjectName: 'ana@example.com' })).toBe('');
});

test('a refusal names no right as if it were a thing', () => {
  expect(subjectText({ ...entry, refused: true, subject: 'source:write', subjectName: null })).toBe('');
});

test('people and machines are told apart', () => {
  expect(whoText({ actor: 'system', actorName: null })).toBe('Philotes');
  expect(whoText({ actor: 'key:key_1', actorName: null })).toBe('A revoked key');
});

test('values are written for people', () => {
  expect(valueText(null)).toBe('none');
  expect(valueText(true)).toBe('yes');
  expect(valueText(['a'])).toBe('[\n  "a"\n]');
});
