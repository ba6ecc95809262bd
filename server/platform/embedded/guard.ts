import { spawn } from 'node:child_process';
import { SERVICE_ENV } from './service-env.ts';

/**
 * Makes a child end when this process ends in any way, SIGKILL included: a shell holds the reading end of a pipe that
 * closes with us, then signals the child, and kills it when it has not ended after `graceSeconds`. Call the returned
 * function once the child has exited, so that a reused process id is never signalled.
 */
export function endWithUs(options: {
  pid: number;
  signal: 'INT' | 'TERM';
  graceSeconds: number;
  uid?: number;
  gid?: number;
}): () => void {
  const { pid, signal, graceSeconds, uid, gid } = options;
  // Own session: a Ctrl-C in the terminal must not end the guard before its child.
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'philotes-guard', String(pid), signal, String(graceSeconds)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: SERVICE_ENV,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  // A child process's stdin is a socket at run time; without this it would keep our event loop alive.
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
  return () => void guard.kill('SIGKILL');
}

const SCRIPT = `
read -r _
kill -"$2" "$1" 2>/dev/null || exit 0
i=0
while [ "$i" -lt "$3" ]; do
  sleep 1
  kill -0 "$1" 2>/dev/null || exit 0
  i=$((i + 1))
done
kill -KILL "$1" 2>/dev/null
`;
