import { AppError } from '@/server/errors/app-error.ts';

/** A response's body as text, given up when it grows beyond `bytesMax`. Throws CATALOG_RESPONSE_INVALID. */
export async function readBody(
  response: { readonly body: AsyncIterable<Uint8Array> | null },
  bytesMax: number,
): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new AppError('CATALOG_RESPONSE_INVALID', `the catalog's answer is larger than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
