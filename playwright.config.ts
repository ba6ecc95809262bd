import { defineConfig, devices } from '@playwright/test';
import { findChromium } from './scripts/chromium.mjs';

const executablePath = findChromium(process.env.PATH ?? '');

/** Journeys through the real product in a browser. `--project pictures` takes every page instead of judging it, `--project times` measures it. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One product serves all: journeys change it, so they go one after the other.
  workers: 1,
  fullyParallel: false,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] },
  },
  projects: [
    { name: 'journeys', testMatch: '*.spec.ts' },
    { name: 'pictures', testMatch: '*.pictures.ts' },
    // A trace takes a picture of the page at each step, on the cores that are measured.
    { name: 'times', testMatch: '*.bench.ts', use: { trace: 'off' } },
  ],
});
