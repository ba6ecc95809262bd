import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonRecord } from '@/server/api/openapi/json.ts';
import type { Access, ApiContext } from '@/server/api/trpc.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { EventHub } from '@/server/events/event-hub.ts';
import type { Pattern } from './path-pattern.ts';

/** What only some plain routes work with. */
export type Services = {
  readonly events: Pick<EventHub, 'serve'>;
  /** Who asks, as of now. */
  readonly authenticate: () => Promise<Actor | null>;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly context: ApiContext;
  readonly services: Services;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
};

/** A route that is no call of a procedure: files, streams, the document itself. */
export type PlainRoute = {
  readonly method: 'GET';
  readonly pattern: Pattern;
  /** A right is checked before anything is read. */
  readonly access: Access;
  /** As the audit log names it when it is refused: `audit.download`. */
  readonly name: string;
  /** As the document describes it. */
  readonly operation: JsonRecord;
  serve(exchange: Exchange): Promise<void>;
};

/** Who calls a route that is not open to everybody. Throws UNAUTHENTICATED. */
export function callerOf({ actor }: ApiContext): Actor {
  if (!actor) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
  return actor;
}
