import type { IncomingMessage } from 'node:http';
import { API_BODY_BYTES_MAX } from '@/server/api/serve-trpc.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { readBody } from '@/server/web/read-body.ts';

/** The body as an object; no body is an empty one. Throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or INVALID_INPUT. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, API_BODY_BYTES_MAX);
  if (bytes.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json in UTF-8');
  }
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('INVALID_INPUT', 'the body must be a JSON object');
  }
  // A copy has no inherited names; `__proto__` becomes a field like any other and is refused as unknown.
  return Object.assign(Object.create(null), value);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new AppError('INVALID_INPUT', 'the body is not valid JSON in UTF-8');
  }
}
