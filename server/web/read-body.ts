import type { IncomingMessage } from 'node:http';
import { AppError } from '@/server/errors/app-error.ts';

/** The whole body, refused as soon as it grows over the limit. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new AppError('PAYLOAD_TOO_LARGE', `the body is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
