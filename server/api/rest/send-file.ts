import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type File = { readonly fileName: string; readonly contentType: string; readonly body: Readable };

/** Sends a file to be saved. One that breaks off is cut, so that nobody takes it for whole. */
export async function sendFile(response: ServerResponse, { fileName, contentType, body }: File): Promise<void> {
  response.writeHead(200, {
    'Content-Type': contentType,
    'Content-Disposition': `attachment; filename="${fileName.replace(/[^A-Za-z0-9._-]/g, '_')}"`,
    'Cache-Control': 'no-store',
  });
  await pipeline(body, response);
}
