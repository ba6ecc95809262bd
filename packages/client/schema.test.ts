import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('has the types of docs/openapi.json; `npm run generate-api` writes them', { timeout: 120_000 }, () => {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'generate', '--', '--check'], {
    cwd: 'packages/client',
    encoding: 'utf8',
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
});
