import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { checkDestination } from '@/server/destinations/check-destination.ts';
import { checkSource } from '@/server/sources/check-source.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const nobody: Actor = { ...SYSTEM_ACTOR, scopes: new Set() };

test('checking a source names the table that cannot be mirrored, and the remedy', async () => {
  const { source, control, sourceId } = installation;
  await source.query('create table keyless (a int)');
  const findings = await checkSource(control, SYSTEM_ACTOR, {
    id: sourceId,
    tables: [{ schema: 'public', table: 'keyless', mode: 'mirror' }],
  });
  const finding = findings.find(({ severity, subject }) => severity === 'error' && subject.includes('keyless'));
  expect(finding?.remedy).toMatch(/primary key/i);
});

test('checking a destination says that its storage and its catalog answer', async () => {
  const { deps, destinationId } = installation;
  const checks = await checkDestination(deps, SYSTEM_ACTOR, { id: destinationId });
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['storage', true],
    ['catalog', true],
  ]);
});

test('who may not read a source or write a destination may not check them', async () => {
  const { control, deps, sourceId, destinationId } = installation;
  await expect(checkSource(control, nobody, { id: sourceId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(checkDestination(deps, nobody, { id: destinationId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
