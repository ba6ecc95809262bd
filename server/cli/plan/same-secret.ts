import type { Philotes } from '@/packages/client/client.ts';
import { unsetVariable } from './unset-secret.ts';

type Secret = {
  readonly id: string;
  readonly field: 'source.password' | 'destination.catalog' | 'destination.storage';
  readonly value: string | Record<string, string>;
};

/** Whether a secret is the stored one, by the server's keyed fingerprints. */
export async function isSameSecret(philotes: Philotes, secret: Secret): Promise<boolean> {
  // Nobody says what it should be, so that it stays.
  if (unsetVariable(secret.value) !== undefined) return true;
  const { data } = await philotes.POST('/secret-fingerprints', { body: { secrets: [secret] } });
  const [item] = data?.items ?? [];
  return item !== undefined && item.stored === item.given;
}
