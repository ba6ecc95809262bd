/** What the exit code of `philotes` means; the page of commands lists them. */
export const EXIT_CODES = {
  OK: { code: 0, meaning: 'Done.' },
  FAILED: { code: 1, meaning: 'Something failed that has no code of its own here.' },
  USAGE: { code: 2, meaning: 'The command line or a file is wrong; nothing was done.' },
  NOT_ALLOWED: { code: 3, meaning: 'Nobody is signed in, or the key lacks the right.' },
  NOT_FOUND: { code: 4, meaning: 'There is no such thing.' },
  CONFLICT: { code: 5, meaning: 'It is in another state, has changed meanwhile, or the name is taken.' },
  UNREACHABLE: { code: 6, meaning: 'The installation, or a system that it had to ask, does not answer.' },
  LIMITED: { code: 7, meaning: 'Too many requests; try again later.' },
  NOT_CONFIRMED: { code: 8, meaning: 'A question was not answered with yes, or nobody could be asked: see --yes.' },
  DIFFERENCES: { code: 10, meaning: '`plan --exit-code` found something to change.' },
  FINDINGS: { code: 11, meaning: '`doctor`, a test, `keys rotate` or `table verify` found something wrong.' },
  IMPOSSIBLE: { code: 12, meaning: '`plan` or `apply` found a change that cannot be made; nothing was done.' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** Ends the command with a code and, unless it was said already, a reason and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitName;
  readonly remedy: string | undefined;

  constructor(exit: ExitName, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
    this.remedy = remedy;
  }
}

/** What a problem's HTTP status is as an exit code. */
export function exitOf(status: number): ExitName {
  if (status === 401 || status === 403) return 'NOT_ALLOWED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409 || status === 412) return 'CONFLICT';
  if (status === 429) return 'LIMITED';
  if (status === 502 || status === 503 || status === 504) return 'UNREACHABLE';
  return status === 400 || status === 413 || status === 422 ? 'USAGE' : 'FAILED';
}
