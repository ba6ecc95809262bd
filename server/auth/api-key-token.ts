import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const CHECKSUM_CHARS = 6;
const FORM = /^phl_([0-9a-z]{20})_([0-9A-Za-z_-]{43})([0-9a-f]{6})$/;

/** A new token for a key id (`key_...`): `phl_<id>_<secret><checksum>`, 256 random bits. Shown once. */
export function mintToken(keyId: string): string {
  const body = `phl_${keyId.replace(/^key_/, '')}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return body + checksum(body);
}

/** The key's id and the hash of its secret; null when it is not one of ours, which the checksum tells without a look-up. */
export function readToken(token: string): { keyId: string; secretHash: Buffer } | null {
  const match = FORM.exec(token);
  const [, id, secret, sum] = match ?? [];
  if (!id || !secret || checksum(token.slice(0, -CHECKSUM_CHARS)) !== sum) return null;
  return { keyId: `key_${id}`, secretHash: createHash('sha256').update(secret).digest() };
}

const checksum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, CHECKSUM_CHARS);
