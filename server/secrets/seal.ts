import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '@/server/errors/app-error.ts';

/** Where a sealed value lives. It opens there and nowhere else. */
export type SealedPlace = { readonly table: string; readonly column: string; readonly rowId: string };

export type Sealer = {
  seal(plaintext: string, place: SealedPlace): Buffer;
  /** Throws AppError SECRET_UNREADABLE when the key differs, or the bytes were altered or moved. */
  open(sealed: Buffer, place: SealedPlace): string;
  /** Whether it was sealed with the present key. It says nothing of whether it opens. */
  isCurrent(sealed: Buffer): boolean;
  /** Equal for equal secrets of one place, and worth nothing without the encryption key. */
  fingerprint(plaintext: string, place: SealedPlace): string;
};

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

/**
 * Encrypts secrets at rest: AES-256-GCM with a random IV. Layout: version, key id (4), IV (12), tag (16), ciphertext.
 * Header and place are authenticated, so a value copied to another row, column or table does not open. What `previous`
 * sealed opens, too, and nothing is sealed with it any more.
 */
export function createSealer(key: Buffer, previous?: Buffer): Sealer {
  const header = headerOf(key);
  const keys = [key, ...(previous ? [previous] : [])];
  const fingerprintKey = Buffer.from(hkdfSync('sha256', key, '', 'philotes secret fingerprint', 32));
  return {
    seal(plaintext, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      cipher.setAAD(Buffer.concat([header, describePlace(place)]));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([header, iv, cipher.getAuthTag(), body]);
    },
    open(sealed, place) {
      if (sealed.length < HEADER_BYTES + IV_BYTES + TAG_BYTES) throw unreadable(place, 'it is too short');
      const sealedHeader = sealed.subarray(0, HEADER_BYTES);
      const itsKey = keys.find((known) => headerOf(known).equals(sealedHeader));
      if (!itsKey) throw unreadable(place, 'it was sealed with another key');
      const iv = sealed.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES);
      const tag = sealed.subarray(HEADER_BYTES + IV_BYTES, HEADER_BYTES + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', itsKey, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.concat([sealedHeader, describePlace(place)]));
      decipher.setAuthTag(tag);
      try {
        const body = sealed.subarray(HEADER_BYTES + IV_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw unreadable(place, 'its bytes were altered or moved', cause);
      }
    },
    isCurrent: (sealed) => sealed.subarray(0, HEADER_BYTES).equals(header),
    fingerprint(plaintext, place) {
      const mac = createHmac('sha256', fingerprintKey)
        .update(describePlace(place))
        .update('\0')
        .update(plaintext, 'utf8');
      return mac.digest('base64url').slice(0, 22);
    },
  };
}

function headerOf(key: Buffer): Buffer {
  if (key.length !== 32) throw new RangeError('an encryption key must be 32 bytes');
  return Buffer.concat([Buffer.from([VERSION]), keyId(key)]);
}

/** Tells keys apart without saying anything about them. */
const keyId = (key: Buffer): Buffer =>
  createHash('sha256').update('philotes key id').update(key).digest().subarray(0, KEY_ID_BYTES);

/** JSON keeps the parts apart whatever they hold. */
const describePlace = ({ table, column, rowId }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([table, column, rowId]));

const unreadable = (place: SealedPlace, reason: string, cause?: unknown): AppError =>
  new AppError(
    'SECRET_UNREADABLE',
    `the secret ${place.table}.${place.column} of ${place.rowId} cannot be read: ${reason}`,
    {
      cause,
    },
  );
