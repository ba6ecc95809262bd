import { AppError } from '@/server/errors/app-error.ts';
import { fieldAt } from './field-at.ts';

/** A path whose `{name}` segments stand for any text. */
export type Pattern = { readonly text: string; readonly segments: readonly string[] };

export const parsePattern = (text: string): Pattern => ({ text, segments: text.split('/').slice(1) });

/** The decoded parameters of a path that fits; null when it does not. A slash inside a parameter comes encoded. */
export function matchPath(pattern: Pattern, segments: readonly string[]): Record<string, string> | null {
  if (pattern.segments.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of pattern.segments.entries()) {
    const given = segments[index] ?? '';
    const name = parameterOf(wanted);
    if (name === null && wanted !== given) return null;
    if (name !== null) {
      if (given === '') return null;
      parameters[name] = decode(given);
    }
  }
  return parameters;
}

/** `{id}` -> `id`; null for a fixed segment. */
export const parameterOf = (segment: string): string | null => /^\{(.+)\}$/.exec(segment)?.[1] ?? null;

/** Fills the parameters in; `{member.id}` looks into `member`. Null when one is missing. */
export function fillPath(pattern: string, values: Readonly<Record<string, unknown>>): string | null {
  const filled = pattern.split('/').map((segment) => {
    const name = parameterOf(segment);
    if (name === null) return segment;
    const value = fieldAt(values, name);
    return typeof value === 'string' || typeof value === 'number' ? encodeURIComponent(value) : null;
  });
  return filled.includes(null) ? null : filled.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AppError('INVALID_INPUT', 'the path is malformed');
  }
}
