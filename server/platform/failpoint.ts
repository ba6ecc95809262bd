import { setTimeout as delay } from 'node:timers/promises';

/** Places between two steps that a crash must not tear apart, in the order of the data's way. */
export const FAILPOINTS = [
  'slot-created',
  'segment-received',
  'segment-appended',
  'chunk-copied',
  'chunk-stored',
  'join-sent',
  'intent-stored',
  'files-written',
  'files-uploaded',
  'commit-answered',
  'batch-committed',
  'batch-settled',
  'replay-committed',
  'resync-begun',
  'resync-slot-created',
  'resync-settled',
  'removal-lake-dropped',
  'range-compared',
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
 * Arms one point from the text of an environment variable: `name:throw`, `name:kill` (SIGKILL to this process) or
 * `name:sleep=<ms>`. Throws on anything else; empty and undefined do nothing.
 */
export function armFailpointFrom(text: string | undefined): void {
  if (!text) return;
  const [name, what = ''] = text.split(':');
  const known = FAILPOINTS.find((one) => one === name);
  const ms = /^sleep=(\d+)$/.exec(what)?.[1];
  if (known && what === 'throw') {
    armFailpoint(known, () => {
      throw new Error(`failpoint ${known}`);
    });
  } else if (known && what === 'kill') {
    armFailpoint(known, () => {
      process.kill(process.pid, 'SIGKILL');
    });
  } else if (known && ms !== undefined) {
    armFailpoint(known, () => delay(Number(ms)));
  } else {
    throw new TypeError(`FAILPOINT wants <name>:throw, :kill or :sleep=<ms>, with one of ${FAILPOINTS.join(', ')}`);
  }
}
