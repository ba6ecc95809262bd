import { openDatabase } from '@/db/client.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { loadConfig } from '@/server/config/config.ts';
import { resetOwner } from '@/server/members/reset-owner.ts';
import { hostEnvironment } from './host-environment.ts';

/** The way back in on the host: with the configuration of the installation, and without signing in. */
export async function ownerReset(env: Readonly<Record<string, string | undefined>>, email: string | undefined) {
  const { config, secrets } = loadConfig(hostEnvironment(env));
  const database = openDatabase(secrets.databaseUrl, { max: 1 });
  try {
    return await resetOwner({ database, config }, SYSTEM_ACTOR, email === undefined ? {} : { email });
  } finally {
    await database.close();
  }
}
