// Writes .env for docker-compose.yml: .env.example with every empty secret filled in. An existing file is left alone.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What fills `NAME=` when the name ends like this; all of it is safe inside a URL, except for the key, which is in none. */
const GENERATORS = [
  [/ENCRYPTION_KEY$/, () => randomBytes(32).toString('base64')],
  [/(SECRET|KEY)$/, () => randomBytes(48).toString('base64url')],
  [/PASSWORD$/, () => randomBytes(24).toString('base64url')],
];

if (existsSync('.env')) {
  console.error('.env exists and stays as it is: without its secrets, stored data cannot be read');
  process.exitCode = 1;
} else {
  const filled = readFileSync('.env.example', 'utf8').replace(/^([A-Z_]+)=$/gm, (line, name) => {
    const generate = GENERATORS.find(([pattern]) => pattern.test(name))?.[1];
    return generate ? `${name}=${generate()}` : line;
  });
  writeFileSync('.env', filled, { mode: 0o600, flag: 'wx' });
  console.log('wrote .env (0600). Sign in with PHILOTES_OWNER_EMAIL and PHILOTES_OWNER_PASSWORD from it.');
}
