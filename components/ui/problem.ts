import { problemOf } from '@/components/api/problem-of.ts';

/** A failure as people are shown it. */
type ShownProblem = {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly requestId: string | undefined;
  /** What is wrong with each input, by its dotted path. */
  readonly fields: Readonly<Record<string, string>>;
};

const OFFLINE: ShownProblem = {
  code: 'OFFLINE',
  message: 'The server does not answer.',
  remedy: 'Check that Philotes runs and that this machine reaches it. Pipelines go on without the console.',
  requestId: undefined,
  fields: {},
};

/** The problem that a failed call was answered with, as sentences; without an answer, that the server is away. */
export function shownProblem(error: unknown): ShownProblem {
  const problem = problemOf(error);
  if (!problem) return OFFLINE;
  return {
    code: problem.code,
    message: sentence(problem.detail),
    remedy: problem.remedy,
    requestId: problem.requestId,
    fields: Object.fromEntries((problem.fields ?? []).map(({ field, reason }) => [field, sentence(reason)])),
  };
}

/** What a failed call says about one input; null when nothing. */
export const fieldError = (error: unknown, field: string): string | null =>
  error ? (shownProblem(error).fields[field] ?? null) : null;

/** Messages begin in lower case and end without a stop; on a page they are sentences. */
export const sentence = (message: string): string => {
  // Names of tables, columns and types are no words: they stay as they are.
  const isName = /^\S*[._(]|^(timestamptz?|numeric|decimal|date|time|uuid|int|long|double|float)\b/.test(message);
  const capital = isName ? message : message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?:)]$/.test(capital) ? capital : `${capital}.`;
};
