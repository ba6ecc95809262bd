import type { Problem } from './schema.gen.ts';

/** What the server answered instead of what was asked for (RFC 9457). `problem.code` is stable: see docs/errors.md. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  /** HTTP status. */
  get status(): number {
    return this.problem.status;
  }
}

/** The problem in an answer; something else that answered, like a proxy, is told as what it is. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const body: unknown = JSON.parse(text);
    if (isProblem(body)) return body;
  }
  return {
    type: 'about:blank',
    title: response.statusText || 'Unexpected answer',
    status: response.status,
    code: 'UNEXPECTED_ANSWER',
    detail: `${new URL(response.url).host} answered HTTP ${response.status} with something that is not a problem of Philotes`,
    remedy: 'Check that the address is the one of a Philotes installation, and what stands in front of it.',
  };
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' &&
  value !== null &&
  ['type', 'title', 'code', 'detail', 'remedy'].every((key) => typeof Reflect.get(value, key) === 'string') &&
  typeof Reflect.get(value, 'status') === 'number';
