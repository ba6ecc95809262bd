import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { portTaken } from '@/server/platform/listen.ts';

/** What a killed start left behind ends by itself within this time. */
const LEFTOVER_WAIT_MS = 10_000;

/** A port for a process of ours, which may find that another program was faster. */
export type ChosenPort = {
  readonly number: number;
  /** Chooses any other one; throws PORT_TAKEN when a person asked for this one. */
  chooseAgain(): Promise<void>;
};

/**
 * A free port on 127.0.0.1: exactly `wanted` when a person asked for it by `setting`, else the one of the last start, the
 * usual one or, when others have taken these, any.
 */
export async function choosePort(options: {
  wanted: number | undefined;
  setting: string;
  last: number | undefined;
  usual: number;
  afterCrash: boolean;
}): Promise<ChosenPort> {
  let number = await findPort(options);
  return {
    get number() {
      return number;
    },
    async chooseAgain() {
      if (options.wanted !== undefined) throw portTaken(number, options.setting);
      number = await freePort();
    },
  };
}

async function findPort(options: Parameters<typeof choosePort>[0]): Promise<number> {
  const { wanted, setting, last, usual, afterCrash } = options;
  const first = wanted ?? last ?? usual;
  const deadline = Date.now() + (afterCrash ? LEFTOVER_WAIT_MS : 0);
  for (;;) {
    const port = await freePort(first);
    if (port === first) return port;
    if (Date.now() < deadline) {
      await delay(100);
      continue;
    }
    if (wanted !== undefined) throw portTaken(wanted, setting);
    return await freePort(usual);
  }
}
