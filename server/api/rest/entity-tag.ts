import { fieldError } from '@/server/errors/app-error.ts';
import { fieldAt } from './field-at.ts';

/** The entity tag of an output: its version, which stands at `path` (`oidc.version`); null when it has none. */
export function tagOf(output: unknown, path: string): string | null {
  const version = fieldAt(output, path);
  return typeof version === 'string' ? `"${version}"` : null;
}

/** The version that `If-Match` names; null when any will do. */
export function versionOf(ifMatch: string | undefined): string | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const version = /^\s*"(\d{1,18})"\s*$/.exec(ifMatch)?.[1];
  if (version === undefined) {
    throw fieldError('INVALID_INPUT', 'If-Match', 'must be one entity tag as an ETag gave it, such as "3"');
  }
  return version;
}
