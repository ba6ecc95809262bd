import { createWriteStream } from 'node:fs';
import { withConfigFile } from '@/server/config/config.ts';
import { createLog } from '@/server/platform/logger.ts';
import { Resources } from '@/server/platform/resources.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { openControl } from './control.ts';
import { explain } from './explain.ts';
import { dataDirOf, type Installation, openInstallation } from './installation.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { showSite } from './panel.ts';
import { ensureReadKey } from './read-key.ts';
import { runDemo } from './run-demo.ts';
import { startServices } from './services.ts';
import { untilStopped } from './stop-signal.ts';

/** Starts everything on one machine and keeps it running until it is told to stop. */
async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2));
  Object.assign(process.env, withConfigFile(process.env));
  const dataDir = dataDirOf(process.env);
  const lock = takeInstanceLock(dataDir);
  if ('heldBy' in lock) {
    console.error(`\nPhilotes already runs on this data folder (process ${lock.heldBy.pid}, ${dataDir})`);
    console.error('  do:  stop it with Ctrl-C in its terminal, or start another one with PHILOTES_DATA_DIR=<folder>');
    return 1;
  }
  const stop = untilStopped();
  const resources = new Resources();
  resources.add(lock, () => lock.release());
  try {
    const installation = openInstallation(dataDir);
    const work = run({ installation, args, afterCrash: lock.afterCrash, resources, signal: stop.signal });
    // What is under way when a person stops us fails as its servers go; its error is of no interest then.
    work.catch(() => undefined);
    return await Promise.race([work, stop.stopped]);
  } finally {
    if (stop.signal.aborted || !args.once) console.log('\nStopping');
    await resources[Symbol.asyncDispose]();
    console.log('Stopped: no process, port or lock is left');
  }
}

async function run(options: {
  installation: Installation;
  args: Arguments;
  afterCrash: boolean;
  resources: Resources;
  signal: AbortSignal;
}): Promise<number> {
  const { installation, args, resources, signal } = options;
  const destination = createWriteStream(installation.path('logs', 'start.log'), { flags: 'a', mode: 0o600 });
  const log = createLog({ name: 'start', level: 'info', destination });
  const services = await startServices({ ...options, log });
  // Both at once, ahead of the servers they use.
  resources.add(services, () => Promise.all([services.worker.stop(), services.web.stop()]));
  const control = resources.add(openControl(services), (opened) => opened[Symbol.asyncDispose]());
  const readKey = await ensureReadKey({ control, installation });
  if (args.demo) return await runDemo({ installation, args, services, control, readKey, resources, signal });
  showSite({ installation, services, demo: null });
  return await new Promise<never>(() => undefined);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    explain('Philotes stopped with an error', error);
    process.exit(1);
  },
);
