import { setTimeout as delay } from 'node:timers/promises';

/** Places between two steps that a crash must not tear apart, in the order of the data's way. */
export const FAILPOINTS = [
  'slot-created',
  'filter-remembered',
  'filter-published',
  'segment-received',
  'segment-appended',
  'segment-confirmed',
  'chunk-copied',
  'chunk-stored',
  'join-sent',
  'intent-stored',
  'schema-evolved',
  'files-written',
  'files-uploaded',
  'manifests-written',
  'commit-answered',
  'batch-committed',
  'batch-settled',
  'replay-committed',
  'resync-begun',
  'resync-slot-created',
  'resync-settled',
  'removal-lake-dropped',
  'range-compared',
  'teardown-begun',
  'source-released',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

type Action = () => void | Promise<void>;

const actions = new Map<Failpoint, Action>();

/** Does nothing, unless a test has armed this point. */
export async function failpoint(name: Failpoint): Promise<void> {
  if (actions.size > 0) await actions.get(name)?.();
}

/** Makes `action` happen whenever the point is reached; disposing it disarms the point. */
export function armFailpoint(name: Failpoint, action: Action): Disposable {
  actions.set(name, action);
  return { [Symbol.dispose]: () => void actions.delete(name) };
}

/**
 * Arms one point from the text of an environment variable: `name:throw`, `name:kill` (SIGKILL to this process),
 * `name:stop` (SIGSTOP, once: it goes on when somebody continues it) or `name:sleep=<ms>`; with `@3` at the third pass and
 * from then on. Throws on anything else; empty and undefined do nothing.
 */
export function armFailpointFrom(text: string | undefined): void {
  if (!text) return;
  const [, name, what = '', ms, pass = '1'] = /^([\w-]+):(throw|kill|stop|sleep=(\d+))(?:@(\d+))?$/.exec(text) ?? [];
  const known = FAILPOINTS.find((one) => one === name);
  if (!known) {
    const names = FAILPOINTS.join(', ');
    throw new TypeError(`FAILPOINT wants <name>:throw, :kill, :stop or :sleep=<ms>, with one of ${names}`);
  }
  let left = Number(pass);
  let isStopped = false;
  armFailpoint(known, () => {
    if (--left > 0) return;
    if (what === 'throw') throw new Error(`failpoint ${known}`);
    if (what === 'kill') process.kill(process.pid, 'SIGKILL');
    else if (ms !== undefined) return delay(Number(ms));
    else if (!isStopped) {
      isStopped = true;
      process.kill(process.pid, 'SIGSTOP');
    }
  });
}
