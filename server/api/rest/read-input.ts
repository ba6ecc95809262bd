import type { IncomingMessage } from 'node:http';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { decodeQuery, decodeText } from './decode-text.ts';
import { versionOf } from './entity-tag.ts';
import { readJson } from './read-json.ts';
import type { ProcedureRoute } from './route-table.ts';

type Request = {
  readonly route: Pick<ProcedureRoute, 'method' | 'shape' | 'rest'>;
  readonly request: IncomingMessage;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
};

/**
 * The procedure's input out of path, query (GET, DELETE) or JSON body (POST, PATCH), and `If-Match`. What it does not know
 * is left for the schema to refuse by name.
 */
export async function readInput({ route, request, parameters, query }: Request): Promise<Record<string, unknown>> {
  const takesBody = route.method === 'POST' || route.method === 'PATCH' || route.method === 'PUT';
  const input: Record<string, unknown> = takesBody ? await readJson(request) : decodeQuery(route.shape, query);
  if (takesBody) refuseQuery(query);
  for (const [name, text] of Object.entries(parameters)) {
    if (Object.hasOwn(input, name)) throw fieldError('INVALID_INPUT', name, 'stands in the path already');
    input[name] = decodeParameter(route, name, text);
  }
  const seen = versionOf(request.headers['if-match']);
  if (seen !== null && !('version' in route.shape) && route.method !== 'GET') {
    // To do it nevertheless would be what the client guards against.
    throw fieldError('INVALID_INPUT', 'If-Match', 'cannot be kept here, since this has no version; leave it out');
  }
  if (seen !== null && 'version' in route.shape) {
    if (input.version !== undefined && input.version !== seen) {
      throw fieldError('INVALID_INPUT', 'version', 'differs from If-Match');
    }
    input.version = seen;
  }
  return input;
}

function decodeParameter(route: Request['route'], name: string, text: string): unknown {
  const schema = route.shape[name];
  const decoded = schema ? decodeText(schema, [text]) : ({ ok: true, value: text } as const);
  // What cannot be an id names nothing.
  if (!decoded.ok) throw new AppError('NOT_FOUND', `there is nothing under this ${name}`);
  return decoded.value;
}

function refuseQuery(query: URLSearchParams): void {
  for (const name of query.keys()) throw fieldError('INVALID_INPUT', name, 'belongs into the body, not into the query');
}
