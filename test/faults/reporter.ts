import { writeSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';
import { FAULT_ROWS, rowsOf } from './rows.ts';

type Proof = { passed: number; failed: number; ms: number };

/**
 * Prints one line per fault: proven by which number of tests, in how many seconds; then how many passed and failed. A fault that
 * has neither a test nor a reason to be left out counts as failed.
 */
export default class FaultReporter implements Reporter {
  readonly #proofs = new Map<number, Proof>();

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'passed' && state !== 'failed') return;
    for (const row of rowsOf(test.fullName)) {
      const proof = this.#proofs.get(row) ?? { passed: 0, failed: 0, ms: 0 };
      proof[state]++;
      proof.ms += test.diagnostic()?.duration ?? 0;
      this.#proofs.set(row, proof);
    }
  }

  onTestRunEnd(): void {
    let passed = 0;
    let failed = 0;
    const lines = FAULT_ROWS.map(({ row, name, leftOut }) => {
      const proof = this.#proofs.get(row);
      const start = `${`${row}`.padStart(3)}  ${name.padEnd(52)}`;
      if (!proof && leftOut !== undefined) return `${start}  left out: ${leftOut}`;
      if (!proof) {
        failed++;
        process.exitCode = 1;
        return `${start}  FAILED (no test)`;
      }
      if (proof.failed > 0) failed++;
      else passed++;
      const tests = proof.passed + proof.failed;
      const verdict = proof.failed > 0 ? `FAILED (${proof.failed} of ${tests})` : 'passed';
      return `${start}  ${verdict}  ${(proof.ms / 1000).toFixed(1)} s${tests > 1 ? `, ${tests} tests` : ''}`;
    });
    // The descriptor itself: a reporter's own output would be captured as a test's.
    writeSync(1, `\n${lines.join('\n')}\n${passed} passed, ${failed} failed\n`);
  }
}
