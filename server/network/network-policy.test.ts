import { expect, it } from 'vitest';
import { isAllowedEntry, mayConnect } from './network-policy.ts';

const strict = { allowed: [], loopback: false };

it.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  'fd00::1',
  'fd00:ec2::254',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'not an address',
  '127.1',
  '0x7f000001',
  '',
])('refuses %s', (address) => {
  expect(mayConnect(strict, 'db.example.com', address)).toBe(false);
});

it.each(['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34'])('lets %s through', (address) => {
  expect(mayConnect(strict, 'db.example.com', address)).toBe(true);
});

it('opens this machine where everything runs on it, and nothing else', () => {
  const embedded = { allowed: [], loopback: true };
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].every((text) => mayConnect(embedded, 'localhost', text))).toBe(true);
  expect(['10.0.0.1', '169.254.169.254', '0.0.0.0', '::'].some((text) => mayConnect(embedded, 'x', text))).toBe(false);
});

it("follows the operator's list of names, addresses and networks", () => {
  const policy = { allowed: ['db.internal', '10.20.0.0/16', '192.168.1.7', 'fd00:1::/32'], loopback: false };
  expect(mayConnect(policy, 'DB.internal.', '10.9.9.9')).toBe(true);
  expect(mayConnect(policy, 'evil-db.internal', '10.9.9.9')).toBe(false);
  expect(mayConnect(policy, 'x', '10.20.30.40')).toBe(true);
  expect(mayConnect(policy, 'x', '::ffff:10.20.30.40')).toBe(true);
  expect(mayConnect(policy, 'x', '10.21.0.1')).toBe(false);
  expect(mayConnect(policy, 'x', '192.168.1.7')).toBe(true);
  expect(mayConnect(policy, 'x', 'fd00:1::5')).toBe(true);
  expect(mayConnect(policy, 'x', '127.0.0.1')).toBe(false);
});

it('knows what an entry of the list may be', () => {
  expect(['db', 'db.internal', '10.0.0.0/8', '::1', 'fd00::/8', 'my_db-1.local'].every(isAllowedEntry)).toBe(true);
  expect(['', 'http://db', 'db:5432', '*.internal', '10.0.0.0/99', '1.2.3', 'a b', '-x'].some(isAllowedEntry)).toBe(
    false,
  );
});
