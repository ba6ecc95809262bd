import { ProblemError } from '@/packages/client/client.ts';
import type { CliIo } from './cli-io.ts';
import { CliError, EXIT_CODES, exitOf } from './exit-codes.ts';
import { painterOf } from './output/paint.ts';

/** Says on standard error what failed and what to do, and returns the exit code. */
export function explainFailure(io: CliIo, error: unknown): number {
  const paint = painterOf(io);
  const say = (what: string, remedy?: string) => {
    io.err(`${paint.red('error')} ${what}`);
    if (remedy) io.err(`${paint.dim('  do')}  ${remedy}`);
  };
  if (error instanceof CliError) {
    say(error.message, error.remedy);
    return EXIT_CODES[error.exit].code;
  }
  if (error instanceof ProblemError) {
    const { code, detail, remedy, requestId, fields } = error.problem;
    say(`${detail} (${code})`, remedy);
    if (fields && fields.length > 1) for (const { field, reason } of fields) io.err(`      ${field}: ${reason}`);
    if (error.status >= 500 && requestId) io.err(paint.dim(`      request ${requestId}`));
    return EXIT_CODES[exitOf(error.status)].code;
  }
  if (io.signal.aborted) return EXIT_CODES.FAILED.code;
  say(error instanceof Error ? error.message : String(error));
  return EXIT_CODES.FAILED.code;
}
