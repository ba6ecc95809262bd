import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FORBIDDEN = [
  ['server/domain/a.ts', '@/server/errors/app-error.ts'],
  ['db/queries/a.ts', '@/server/errors/app-error.ts'],
  ['server/pipelines/a.ts', '@/worker/pipeline/commit.ts'],
  ['app/a.tsx', '@/worker/pipeline/commit.ts'],
  ['components/a.tsx', '@/db/client.ts'],
  ['worker/source/a.ts', '@/worker/buffer/append.ts'],
  ['worker/buffer/a.ts', '@/worker/iceberg/marker.ts'],
  ['worker/columnar/a.ts', '@/worker/storage/storage.ts'],
  ['worker/iceberg/a.ts', '@/worker/columnar/fold.ts'],
  ['worker/storage/a.ts', '@/worker/iceberg/marker.ts'],
  ['packages/client/a.ts', '@/server/errors/codes.ts'],
  ['packages/connector/a.ts', '../../worker/source/source.ts'],
] as const;

const ALLOWED = [
  ['db/queries/b.ts', '@/server/domain/lsn.ts'],
  ['worker/iceberg/b.ts', '@/worker/storage/storage.ts'],
  ['worker/pipeline/b.ts', '@/worker/columnar/fold.ts'],
  ['server/pipelines/b.ts', '@/db/client.ts'],
  ['packages/connector/b.ts', '../../server/domain/lsn.ts'],
] as const;

let folder: string;
let output: string;

/** Our rules over a tree of one-line files, in one run of the linter. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'philotes-boundaries-'));
  const rules = JSON.parse(readFileSync('biome.json', 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
  for (const [path, module] of [...FORBIDDEN, ...ALLOWED]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `import { x } from '${module}';\n\nexport const y = x;\n`);
  }
  const biome = resolve('node_modules/.bin/biome');
  const run = spawnSync(biome, ['lint', '--only=noRestrictedImports', '--max-diagnostics=none', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  output = `${run.stdout}${run.stderr}`;
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(FORBIDDEN)('%s may not import %s', (path) => {
  expect(output).toMatch(new RegExp(`${path}:\\d+:\\d+ lint/style/noRestrictedImports`));
});

test.each(ALLOWED)('%s may import %s', (path) => {
  expect(output).not.toContain(`${path}:`);
});
