import { openDatabase } from '@/db/client.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { loadConfig } from '@/server/config/config.ts';
import { type KeyRotation, rotateKeys } from '@/server/secrets/rotate-keys.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { hostEnvironment } from './host-environment.ts';

/** Seals everything with the present key, on the host: with the configuration of the installation. */
export async function keysRotate(env: Readonly<Record<string, string | undefined>>): Promise<KeyRotation> {
  const { secrets } = loadConfig(hostEnvironment(env));
  const database = openDatabase(secrets.databaseUrl, { max: 1 });
  try {
    const sealer = createSealer(secrets.encryptionKey, secrets.previousEncryptionKey);
    return await rotateKeys({ database, sealer }, SYSTEM_ACTOR);
  } finally {
    await database.close();
  }
}
