import type { ConnectionTest } from '@/packages/client/client.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Context } from '../context.ts';
import { showFindings } from '../doctor/show-findings.ts';
import { CliError } from '../exit-codes.ts';

const LOOK_MS = 300;
const WAIT_MS_MAX = 60_000;

/** Waits for a worker to carry out a connection test, and shows what it found. Throws FINDINGS when it failed. */
export async function awaitTest(
  context: Context,
  begun: ConnectionTest,
  look: (testId: string) => Promise<ConnectionTest | undefined>,
): Promise<void> {
  const { signal } = context.io;
  const deadline = Date.now() + WAIT_MS_MAX;
  for (let test = begun; ; ) {
    if (test.state === 'passed' || test.state === 'failed') {
      const findings = test.findings.map((finding) => ({
        ...finding,
        severity: finding.severity === 'ok' ? ('info' as const) : finding.severity,
      }));
      return showFindings(context, findings);
    }
    if (Date.now() > deadline) {
      throw new CliError(
        'UNREACHABLE',
        'no worker has carried out the test',
        'Check that a worker runs: tests are made there.',
      );
    }
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
    test = (await look(test.testId)) ?? test;
  }
}
