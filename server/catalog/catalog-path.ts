import type { Namespace } from '@/server/domain/iceberg/identifier.ts';
import { badRequest } from './catalog-error.ts';

/** Between the levels of a namespace in paths and queries (REST catalog: namespace parameter). */
const LEVEL_SEPARATOR = '\u001f';

/** Decodes one path segment. Java clients write a space as `+`, so a plus sign must come as %2B. */
export function decodeSegment(segment: string): string {
  try {
    return checkName(decodeURIComponent(segment.replaceAll('+', ' ')));
  } catch (error) {
    if (error instanceof URIError) throw badRequest('Malformed path');
    throw error;
  }
}

export function decodeNamespace(text: string): Namespace {
  return checkNamespace(text.split(LEVEL_SEPARATOR));
}

/** Refuses namespaces that could not be addressed again. */
export function checkNamespace(namespace: Namespace): Namespace {
  const sound = namespace.length > 0 && namespace.every((level) => level !== '' && !level.includes(LEVEL_SEPARATOR));
  if (!sound) throw badRequest('Invalid namespace: levels must not be empty');
  for (const level of namespace) checkName(level);
  return namespace;
}

/** PostgreSQL's text cannot hold NUL. */
export function checkName(name: string): string {
  if (name.includes('\0')) throw badRequest('Invalid name: contains NUL');
  return name;
}
