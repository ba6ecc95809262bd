import type * as z from 'zod';
import { parseJson } from '@/server/domain/iceberg/lossless-json.ts';
import { badRequest, CatalogError } from './catalog-error.ts';

/** A commit names files, it does not hold them; a table's whole schema and properties fit many times. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Parses a JSON body; 400 says which member is wrong. */
export function parseBody<Shape extends z.ZodType>(text: string, shape: Shape): z.output<Shape> {
  const parsed = shape.safeParse(parse(text));
  if (!parsed.success) throw badRequest(`Invalid request: ${describe(parsed.error)}`);
  return parsed.data;
}

/** The request's body as text; 413 when it is too large. */
export async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) {
      throw new CatalogError({ status: 413, type: 'BadRequestException', message: 'The request is too large' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    // A RangeError is nesting that exhausts the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) throw badRequest('Malformed JSON');
    throw error;
  }
}

const describe = (error: z.ZodError): string =>
  error.issues
    .map((issue) => `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`)
    .slice(0, 5)
    .join('; ');
