import { expect, it } from 'vitest';
import { addressOf } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string, trustedProxies = ['10.0.0.0/8', '2001:db8::1']) =>
  addressOf(
    { trustedProxies },
    { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
  );

it('believes nobody who is not listed', () => {
  expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
  expect(from('10.0.0.5', '198.51.100.1', [])).toBe('10.0.0.5');
  expect(from('127.0.0.1', '198.51.100.1')).toBe('127.0.0.1');
});

it('takes the word of a listed proxy, and of one behind it, and not of whom they speak for', () => {
  expect(from('10.0.0.5', '198.51.100.1')).toBe('198.51.100.1');
  expect(from('::ffff:10.0.0.5', '203.0.113.7, 198.51.100.1, 10.9.9.9')).toBe('198.51.100.1');
  expect(from('2001:db8::1', 'unknown, [2001:db8::9]:4711')).toBe('2001:db8::9');
  expect(from('10.0.0.5', '198.51.100.1:4711')).toBe('198.51.100.1');
});

it('stays with the last address that is one', () => {
  expect(from('10.0.0.5')).toBe('10.0.0.5');
  expect(from('10.0.0.5', '')).toBe('10.0.0.5');
  expect(from('10.0.0.5', 'for=evil, 10.0.0.6')).toBe('10.0.0.6');
  expect(from('10.0.0.5', '10.0.0.0/8')).toBe('10.0.0.5');
});
