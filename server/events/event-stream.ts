import type { ServerResponse } from 'node:http';
import type { Actor } from '@/server/auth/actor.ts';
import type { EventData } from './event.ts';
import type { LoggedEvent } from './event-log.ts';

type Options = {
  readonly response: ServerResponse;
  readonly actor: Actor;
  readonly authenticate: () => Promise<Actor | null>;
};

/** A client that does not read is let go; it comes back and resumes. */
const UNREAD_BYTES_MAX = 1024 * 1024;
const RECONNECT_MS = 2_000;

/** One open answer of `text/event-stream` (HTML, Server-sent events), with what its reader may hear. */
export class EventStream {
  readonly actorName: string;
  /** Resolves when the connection is over, whoever ended it. */
  readonly ended: Promise<void>;
  readonly #response: ServerResponse;
  readonly #authenticate: Options['authenticate'];
  #actor: Actor;

  constructor({ response, actor, authenticate }: Options) {
    this.#response = response;
    this.#actor = actor;
    this.#authenticate = authenticate;
    this.actorName = actor.name;
    this.ended = new Promise((resolve) => response.once('close', resolve));
  }

  open(): void {
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Proxies would hold events back.
      'X-Accel-Buffering': 'no',
    });
    this.write(`retry: ${RECONNECT_MS}\n\n`);
  }

  send(event: LoggedEvent): void {
    if (!this.#actor.scopes.has(event.scope)) return;
    if (event.only !== undefined && event.only !== this.#actor.name) return;
    this.write(event.text);
  }

  /** Keeps proxies from ending a silent connection, and lets the client notice one that is dead. */
  beat(): void {
    this.write('event: beat\ndata: {}\n\n');
  }

  /** Somebody who was signed out, disabled or given less hears nothing more of what they may not. */
  async authenticate(): Promise<void> {
    try {
      const actor = await this.#authenticate();
      if (actor?.name === this.actorName) this.#actor = actor;
      else this.end('signed-out');
    } catch {
      // Without an answer nobody may go on listening; the client comes back and is asked again.
      this.end('restart');
    }
  }

  end(reason: EventData['bye']['reason']): void {
    if (this.#response.writableEnded) return;
    this.#response.end(`event: bye\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#response.write(text);
    if (this.#response.writableLength > UNREAD_BYTES_MAX) this.#response.destroy();
  }
}
