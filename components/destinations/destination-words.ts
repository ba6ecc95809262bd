import type { Destination } from './destination-types.ts';

/** What a destination is, in a word or two. */
export function kindText({ catalogKind, storageKind }: Pick<Destination, 'catalogKind' | 'storageKind'>): string {
  if (catalogKind === 'rest') return 'REST catalog';
  return storageKind === 's3' ? 'Embedded catalog on S3' : 'Embedded catalog on disk';
}

export const AUTH_WORDS: Readonly<Record<string, string>> = {
  none: 'None',
  bearer: 'Bearer token',
  oauth2: 'OAuth2 client credentials',
};

/** No finding about a destination is mended by SQL. */
export const NO_PLACE = { username: '', database: '' };
