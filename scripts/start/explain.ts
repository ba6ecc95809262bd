import { ConfigError } from '@/server/config/config.ts';
import { policyOf } from '@/server/errors/app-error.ts';

/** Tells a person what failed, why, and what to do. */
export function explain(what: string, error: unknown): void {
  if (error instanceof ConfigError) return console.error(`\n${error.message}`);
  const { code, remedy } = policyOf(error);
  console.error(`\n${what} (${code})`);
  console.error(`  why: ${reasons(error).join('\n       ')}`);
  console.error(`  do:  ${remedy}`);
}

function reasons(error: unknown): string[] {
  if (error instanceof AggregateError) return [error.message, ...error.errors.flatMap(reasons)];
  if (!(error instanceof Error)) return [String(error)];
  return [error.message || error.name, ...(error.cause === undefined ? [] : reasons(error.cause))];
}
