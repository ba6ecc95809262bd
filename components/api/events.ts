'use client';

import type { Query, QueryClient } from '@tanstack/react-query';
import { applyEvent, inputOf, pathOf, type Reread, type Wanted } from './apply-event.ts';
import { keepEventSource, type ReceivedEvent } from './event-source.ts';
import { type LiveState, liveState, setLiveState } from './live-state.ts';

const URL = '/api/v1/events';
const NAME = 'philotes-events';
/** Many events at once are one reading. */
const REREAD_MS = 700;
/** Readings that cost a lake something, however often it is written. */
const SELDOM_MS = 5_000;
/** From then on the page says that its figures are old. */
const STALE_MS = 10_000;

type Message =
  | { readonly kind: 'event'; readonly event: ReceivedEvent }
  | { readonly kind: 'state'; readonly state: LiveState; readonly lastId: string }
  /** A tab that has just opened wants to know how things are. */
  | { readonly kind: 'hello' };

/**
 * Keeps the query cache true to the server until the returned function is called. A browser grants a site six connections,
 * so of all tabs one holds the stream and tells the others; when it closes, another takes over where it was.
 */
export function startEvents({ queryClient, url = URL }: { queryClient: QueryClient; url?: string }): () => void {
  const channel = new BroadcastChannel(NAME);
  const stopped = new AbortController();
  const reread = rereadSoon(queryClient);
  let lastId = '';
  let stale: ReturnType<typeof setTimeout> | undefined;
  let isLeader = false;

  const show = (state: LiveState) => {
    setLiveState(state);
    if (isLeader) channel.postMessage({ kind: 'state', state, lastId } satisfies Message);
  };
  const receive = (event: ReceivedEvent) => {
    lastId = event.id;
    if (event.name === 'ready') {
      clearTimeout(stale);
      stale = undefined;
      show({ kind: 'live' });
    }
    applyEvent(queryClient, event, reread.ask);
  };
  const lost = () => {
    const present = liveState();
    const since = present.kind === 'live' ? new Date().toISOString() : present.since;
    if (present.kind === 'live') show({ kind: 'reconnecting', since });
    stale ??= setTimeout(() => show({ kind: 'stale', since }), STALE_MS);
  };
  const lead = () =>
    new Promise<void>((resolve) => {
      isLeader = true;
      const source = keepEventSource({
        url,
        lastEventId: lastId,
        receive: (event) => {
          receive(event);
          channel.postMessage({ kind: 'event', event } satisfies Message);
        },
        lost,
      });
      stopped.signal.addEventListener('abort', () => {
        source.close();
        resolve();
      });
    });

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'hello') {
      if (isLeader) channel.postMessage({ kind: 'state', state: liveState(), lastId } satisfies Message);
    } else if (isLeader) return;
    else if (data.kind === 'event') receive(data.event);
    else {
      lastId = data.lastId;
      setLiveState(data.state);
    }
  };
  channel.postMessage({ kind: 'hello' } satisfies Message);
  navigator.locks
    .request(NAME, { signal: stopped.signal }, () => (stopped.signal.aborted ? undefined : lead()))
    // Waiting for the lead ends with the page.
    .catch(() => undefined);
  return () => {
    stopped.abort();
    clearTimeout(stale);
    reread.stop();
    channel.close();
  };
}

function rereadSoon(queryClient: QueryClient): { ask: Reread; stop(): void } {
  const soon = gathered(REREAD_MS, (asked) => void queryClient.invalidateQueries({ predicate: anyOf(asked) }));
  const seldom = gathered(SELDOM_MS, (asked) => {
    // A tab that nobody looks at reads again when somebody does: what is stale is read on focus.
    const refetchType = document.visibilityState === 'hidden' ? 'none' : 'active';
    void queryClient.invalidateQueries({ predicate: anyOf(asked), refetchType });
  });
  return {
    ask: (wanted, pace) => (pace === 'seldom' ? seldom : soon).add(wanted),
    stop: () => {
      soon.stop();
      seldom.stop();
    },
  };
}

const anyOf =
  (asked: readonly Wanted[]) =>
  ({ queryKey, state }: Query): boolean =>
    asked.some((wanted) => wanted(pathOf(queryKey), inputOf(queryKey), state.data));

/** Hands over at once all that was added within a time, counted from the first. */
function gathered(ms: number, use: (wanted: readonly Wanted[]) => void): { add(wanted: Wanted): void; stop(): void } {
  let waiting: Wanted[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    const asked = waiting;
    waiting = [];
    timer = undefined;
    use(asked);
  };
  return {
    add(wanted) {
      waiting.push(wanted);
      timer ??= setTimeout(end, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
