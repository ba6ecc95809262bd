import { fieldError } from '@/server/errors/app-error.ts';

/** The entity tag of an output that has a version; null for others. */
export function tagOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null || !('version' in output)) return null;
  return typeof output.version === 'string' ? `"${output.version}"` : null;
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
