import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceOf, takeInstanceLock } from './instance-lock.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'philotes-lock-'));

test('a data folder has one owner until it is released', () => {
  const dataDir = folder();
  const first = takeInstanceLock(dataDir);
  expect(first).toHaveProperty('release');
  expect(takeInstanceLock(dataDir)).toEqual({ heldBy: instanceOf(dataDir) });
  expect(instanceOf(dataDir)?.pid).toBe(process.pid);
  if ('release' in first) first.release();
  expect(instanceOf(dataDir)).toBeUndefined();
  expect(takeInstanceLock(dataDir)).toHaveProperty('release');
});

test('the lock of a killed process is free', async () => {
  const dataDir = folder();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  writeFileSync(join(dataDir, 'lock.7'), JSON.stringify({ pid: child.pid, born: 'whenever' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(takeInstanceLock(dataDir)).toHaveProperty('release');
  expect(readdirSync(dataDir)).toEqual(['lock.8']);
});

test('a lock whose process id now belongs to another process is free', () => {
  const dataDir = folder();
  writeFileSync(join(dataDir, 'lock.1'), JSON.stringify({ pid: process.pid, born: 'before the last reboot' }));
  expect(takeInstanceLock(dataDir)).toHaveProperty('release');
});
