import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { withConfigFile } from '@/server/config/config.ts';
import { removeCluster } from '@/server/platform/embedded/postgres-cluster.ts';
import { explain } from '../start/explain.ts';
import { dataDirOf } from '../start/installation.ts';
import { instanceOf } from '../start/instance-lock.ts';

/** Removes an installation's data after asking: metadata database, demo shop, warehouse, secrets, logs. */
async function main(): Promise<number> {
  Object.assign(process.env, withConfigFile(process.env));
  const dataDir = dataDirOf(process.env);
  const running = instanceOf(dataDir);
  if (running) {
    console.error(`Philotes runs on ${dataDir} (process ${running.pid}); stop it first with Ctrl-C in its terminal`);
    return 1;
  }
  if (!existsSync(dataDir)) {
    console.log(`There is nothing to remove: ${dataDir} does not exist`);
    return 0;
  }
  if (!process.argv.includes('--yes') && !(await isConfirmed(dataDir))) {
    console.log('Nothing was removed');
    return 1;
  }
  await removeCluster(join(dataDir, 'postgres'));
  await rm(dataDir, { recursive: true, force: true });
  console.log(`Removed ${dataDir}`);
  return 0;
}

async function isConfirmed(dataDir: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('This asks before it removes anything; without a terminal, say npm run reset -- --yes');
    return false;
  }
  console.log(
    `This removes ${dataDir}: the metadata, the demo shop, the warehouse with its lake tables, keys and logs.`,
  );
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question('Type "remove" to go on: ');
  prompt.close();
  return answer.trim() === 'remove';
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    explain('The data could not be removed', error);
    process.exit(1);
  },
);
