import type { EventData, EventName } from '@/server/events/event.ts';

export type ReceivedEvent = { readonly name: EventName; readonly data: EventData[EventName]; readonly id: string };

type Options = {
  readonly url: string;
  /** Where another tab's stream ended. */
  readonly lastEventId: string;
  readonly receive: (event: ReceivedEvent) => void;
  /** The connection broke; it is being mended. */
  readonly lost: () => void;
};

const NAMES = [
  'ready',
  'pipeline',
  'table',
  'commit',
  'dead-letter',
  'source',
  'destination',
  'connection-test',
  'beat',
  'bye',
] as const satisfies readonly EventName[];

/** The server beats every fifteen seconds: a connection that is silent for longer is dead, whatever it says of itself. */
const SILENT_MS_MAX = 40_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 30_000;

/** Keeps one event stream open until it is closed; comes back by itself and goes on where it was. */
export function keepEventSource({ url, lastEventId, receive, lost }: Options): { close(): void } {
  let lastId = lastEventId;
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let delayMs = RETRY_MS_FIRST;

  const reopen = () => {
    source?.close();
    clearTimeout(silence);
    clearTimeout(retry);
    lost();
    retry = setTimeout(open, delayMs * (0.75 + Math.random() / 2));
    delayMs = Math.min(delayMs * 2, RETRY_MS_MAX);
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(reopen, SILENT_MS_MAX);
  };
  const open = () => {
    const opened = new EventSource(lastId === '' ? url : `${url}?lastEventId=${encodeURIComponent(lastId)}`);
    source = opened;
    heard();
    opened.onerror = () => {
      if (source === opened) reopen();
    };
    for (const name of NAMES) {
      opened.addEventListener(name, ({ data, lastEventId: id }: MessageEvent<string>) => {
        heard();
        if (id !== '') lastId = id;
        if (name === 'ready') delayMs = RETRY_MS_FIRST;
        receive({ name, data: JSON.parse(data), id: lastId });
      });
    }
  };
  open();
  return {
    close() {
      clearTimeout(retry);
      clearTimeout(silence);
      source?.close();
    },
  };
}
