import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonRecord } from '@/server/api/openapi/json.ts';
import type { Access, ApiContext } from '@/server/api/trpc.ts';
import type { Pattern } from './path-pattern.ts';

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly context: ApiContext;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
};

/** A route that is no call of a procedure: files, streams, the document itself. It checks its own right. */
export type PlainRoute = {
  readonly method: 'GET';
  readonly pattern: Pattern;
  readonly access: Access;
  /** As the document describes it. */
  readonly operation: JsonRecord;
  serve(exchange: Exchange): Promise<void>;
};
