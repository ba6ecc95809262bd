import { describe, expect, it } from 'vitest';
import { judgeClaims } from './judge-claims.ts';

const rules = {
  groupsClaim: 'groups',
  allowedDomains: ['corp.com'],
  groupRoles: [
    { group: 'readers', role: 'viewer' },
    { group: 'platform', role: 'admin' },
  ],
  defaultRole: null,
} as const;
const ada = { sub: '1', email: 'ada@corp.com', email_verified: true, groups: ['readers'], name: 'Ada' };
const judge = (idToken: Record<string, unknown>, userinfo: Record<string, unknown> | null = null) =>
  judgeClaims({ idToken, userinfo }, rules);

describe('judgeClaims', () => {
  it('gives the highest role of the groups', () => {
    expect(judge(ada)).toEqual({ email: 'ada@corp.com', name: 'Ada', role: 'viewer' });
    expect(judge({ ...ada, groups: ['x', 'platform', 'readers'] })).toMatchObject({ role: 'admin' });
    expect(judge({ ...ada, groups: [...Array(10_000).keys()].map(String).concat('readers') })).toMatchObject({
      role: 'viewer',
    });
  });

  it.each([false, 'true', 1, null, undefined])('wants a verified address, not %j', (email_verified) => {
    expect(judge({ ...ada, email_verified })).toEqual({ refused: 'email-not-verified' });
  });

  it('does not take the word for one address for another', () => {
    expect(judge({ ...ada, email_verified: false }, { ...ada, email_verified: true })).toEqual({
      refused: 'email-not-verified',
    });
    const { email: _, email_verified: __, ...bare } = ada;
    expect(judge(bare, { email: 'ADA@corp.com', email_verified: true })).toMatchObject({ email: 'ada@corp.com' });
  });

  it.each([
    ['a@evil-corp.com', 'domain'],
    ['a@corp.com.evil.io', 'domain'],
    ['a@sub.corp.com', 'domain'],
    ['a@corp.com@evil.io', 'email'],
    ['a@evil.io@corp.com', 'email'],
    ['"a@corp.com"@evil.io', 'email'],
    ['a@corp.com\n@evil.io', 'email'],
    ['a@ⅽorp.com', 'email'],
    ['a@corp.com\u200b', 'email'],
    ['ada', 'email'],
    ['', 'email'],
    [['a@corp.com'], 'email'],
    [undefined, 'email'],
  ])('refuses the address %j', (email, refused) => {
    expect(judge({ ...ada, email })).toEqual({ refused });
  });

  it('takes the domain in any case', () => {
    expect(judge({ ...ada, email: 'ADA@CORP.COM' })).toMatchObject({ email: 'ada@corp.com' });
  });

  it.each([
    undefined,
    'readers',
    'readers,platform',
    ['Readers'],
    ['READERS'],
    ['readers,platform'],
    [['readers']],
    { 0: 'readers' },
    [1],
    [],
  ])('gives no role for the groups %j', (groups) => {
    expect(judge({ ...ada, groups })).toEqual({ refused: 'no-role' });
  });

  it('says when the groups are too many to be told, and does not take that for none', () => {
    const { groups: _, ...bare } = ada;
    expect(judge({ ...bare, _claim_names: { groups: 'src1' } })).toEqual({ refused: 'groups-overage' });
    expect(judge({ ...bare, hasgroups: true })).toEqual({ refused: 'groups-overage' });
    expect(judge(bare, { groups: ['readers'] })).toMatchObject({ role: 'viewer' });
  });

  it('gives the default role where no group gives one, and nothing above it', () => {
    const open = (idToken: Record<string, unknown>, more: object = {}) =>
      judgeClaims({ idToken, userinfo: null }, { ...rules, defaultRole: 'viewer', ...more });
    const { groups: _, ...bare } = ada;
    expect(open(bare)).toMatchObject({ role: 'viewer' });
    expect(open({ ...ada, groups: ['platform'] })).toMatchObject({ role: 'admin' });
    expect(open({ ...ada, email: 'eve@elsewhere.com' })).toEqual({ refused: 'domain' });
    expect(open({ ...bare, hasgroups: true })).toEqual({ refused: 'groups-overage' });
    expect(open({ ...bare, hasgroups: true }, { groupRoles: [] })).toMatchObject({ role: 'viewer' });
  });

  it('drops a name that is none', () => {
    expect(judge({ ...ada, name: 'A\nB' })).toMatchObject({ name: null });
    expect(judge({ ...ada, name: 7 })).toMatchObject({ name: null });
  });
});
