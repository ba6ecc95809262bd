import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** In place of `fetch` for readers that know HTTP only: answers for file URIs, ranges included. */
export async function fetchFile(url: string, init: RequestInit = {}): Promise<Response> {
  const bytes = await readFile(fileURLToPath(url));
  const range = /bytes=(\d+)-(\d*)/.exec(new Headers(init.headers).get('range') ?? '');
  if (!range) return new Response(bytes);
  const end = range[2] ? Number(range[2]) + 1 : bytes.length;
  return new Response(bytes.subarray(Number(range[1]), end), { status: 206 });
}
