import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { EventLog } from './event-log.ts';
import { EventStream } from './event-stream.ts';
import { createWatcher } from './look.ts';

/** One per web process: looks at our database once a second while somebody listens, however many those are. */
export type EventHub = {
  /**
   * Answers with a stream of events until the client leaves, is signed out, or the hub closes. Throws UNAUTHENTICATED or
   * RATE_LIMITED before anything is sent.
   */
  serve(visit: Visit): Promise<void>;
  /** Ends all streams at once, so that the process can end. */
  close(): void;
};

export type Visit = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Who asks, as of now; asked again every few seconds. */
  readonly authenticate: () => Promise<Actor | null>;
};

const LOOK_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const AUTHENTICATE_MS = 5_000;
const STREAMS_MAX = 1_000;
/** Each browser needs one. */
const STREAMS_PER_ACTOR_MAX = 20;

export function createEventHub({ database, log }: Pick<ControlDeps, 'database' | 'log'>): EventHub {
  const events = new EventLog(randomUUID());
  const watcher = createWatcher(database.pool);
  const streams = new Set<EventStream>();
  let isClosed = false;
  let looking: Promise<void> | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** One look at a time; whoever asks meanwhile waits for the one under way. */
  const look = (): Promise<void> => {
    looking ??= (async () => {
      try {
        const added = events.append(await watcher.look());
        lookedAt = performance.now();
        for (const stream of streams) for (const event of added) stream.send(event);
      } finally {
        looking = null;
      }
    })();
    return looking;
  };

  const every = (ms: number, work: () => unknown): NodeJS.Timeout => {
    const timer = setInterval(work, ms);
    timer.unref();
    return timer;
  };
  const timers = [
    every(LOOK_MS, () => {
      if (streams.size > 0) look().catch((error: unknown) => log.warn('events were not read', { error }));
    }),
    every(HEARTBEAT_MS, () => {
      for (const stream of streams) stream.beat();
    }),
    every(AUTHENTICATE_MS, () => {
      for (const stream of streams) void stream.authenticate();
    }),
  ];

  return {
    async serve({ request, response, authenticate }) {
      const actor = await authenticate();
      if (!actor) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
      const own = [...streams].filter((stream) => stream.actorName === actor.name).length;
      if (isClosed || streams.size >= STREAMS_MAX || own >= STREAMS_PER_ACTOR_MAX) {
        throw new AppError('RATE_LIMITED', 'there are too many open event streams', { retryAfterS: 10 });
      }
      // What happened while nobody listened is part of what a returning client missed.
      if (performance.now() - lookedAt > 2 * LOOK_MS) await look();
      const missed = events.since(lastIdOf(request));
      const stream = new EventStream({ response, actor, authenticate });
      stream.open();
      stream.write(events.format({ name: 'ready', data: { resumed: missed !== null } }));
      for (const event of missed ?? []) stream.send(event);
      streams.add(stream);
      await stream.ended;
      streams.delete(stream);
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      for (const stream of streams) stream.end('restart');
    },
  };
}

/** Browsers send the header when they return by themselves; another tab that takes over can only put it into the address. */
function lastIdOf({ headers, url = '' }: IncomingMessage): string {
  const header = headers['last-event-id'];
  if (typeof header === 'string') return header;
  return new URLSearchParams(url.split('?')[1] ?? '').get('lastEventId') ?? '';
}
