// Finds a Chromium or Chrome for the browser tests; as root on Debian or Ubuntu it is installed when missing.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/**
 * The browser's program, or undefined.
 *
 * @param {string} path folders joined as in PATH
 */
export function findChromium(path) {
  for (const folder of [...path.split(delimiter), ...SYSTEM_FOLDERS]) {
    for (const name of NAMES) if (folder !== '' && isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** Finds the browser or installs it. Failures carry what, why and remedy. */
export async function ensureChromium(path) {
  if (findChromium(path)) return;
  const why = 'none of chromium, chromium-browser and google-chrome is on PATH';
  const remedy = 'install Chromium (Debian: apt-get install chromium), or run npm test -- --project unit for less';
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) throw failure(why, remedy);
  console.log("Chromium is missing: installing Debian's package chromium (apt-get install)");
  const install = ['install', '-y', '--no-install-recommends', 'chromium'];
  // The package lists may be missing or old (container images ship without them).
  if ((await aptGet(install)) !== 0) await aptGet(['update']).then(() => aptGet(install));
  if (!findChromium(path)) throw failure('apt-get could not install the package chromium', remedy);
}

function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('/usr/bin/apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => {
    child.on('error', () => done(1));
    child.on('close', done);
  });
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const failure = (why, remedy) =>
  Object.assign(new Error('The browser tests need a browser'), {
    what: 'The browser tests need a browser',
    why,
    remedy,
  });
