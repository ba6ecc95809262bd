/**
 * Adds the entries of other platforms' optional packages to package-lock.json. npm leaves them out when the registry at
 * hand does not serve them, and `npm ci` then refuses the whole lockfile. Run it after every `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { packages } = lock;
let added = 0;
for (const [path, entry] of Object.entries({ ...packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isPresent(path, name)) continue;
    const platform = platformOf(name);
    if (!platform) continue;
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[~^]/, ''),
      ...platform,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added} entries`);

/** Node's own lookup: beside the dependent, then in every folder above it. */
function isPresent(path, name) {
  for (
    let at = path;
    ;
    at = at.slice(0, at.lastIndexOf('/node_modules/') === -1 ? 0 : at.lastIndexOf('/node_modules/'))
  ) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[candidate]?.version) return true;
    if (at === '') return false;
  }
}

function platformOf(name) {
  const tokens = name.split('/').at(-1).split(/[-_]/);
  const os = OS.filter((word) => tokens.includes(word));
  const cpu = CPU.filter((word) => tokens.includes(word));
  if (os.length === 0 && cpu.length === 0) return null;
  const libc = tokens.includes('musl') ? { libc: ['musl'] } : {};
  return { ...(cpu.length > 0 ? { cpu } : {}), ...libc, ...(os.length > 0 ? { os } : {}) };
}
