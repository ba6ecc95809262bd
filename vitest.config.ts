import { defineConfig } from 'vitest/config';

const alias = { '@': import.meta.dirname };
const project = (name: string, include: string[], more: object = {}) => ({
  resolve: { alias },
  test: { name, include, exclude: ['**/node_modules/**', '**/dist/**', '.next/**'], ...more },
});

/** The suffix of a test file says what it needs: nothing, PostgreSQL, or an S3 server. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['**/*.test.ts'], {
        exclude: ['**/*.{pg,s3}.test.ts', '**/node_modules/**', '**/dist/**', '.next/**'],
        sequence: { groupOrder: 0 },
      }),
      project('pg', ['**/*.pg.test.ts'], {
        globalSetup: ['test/setup/postgres.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
        maxWorkers: 2,
        // One kind after the other: each has its own number of workers.
        sequence: { groupOrder: 2 },
      }),
      project('s3', ['**/*.s3.test.ts'], { testTimeout: 60_000, hookTimeout: 60_000, sequence: { groupOrder: 1 } }),
    ],
  },
});
