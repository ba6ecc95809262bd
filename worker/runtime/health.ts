import { createServer } from 'node:http';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { listen } from '@/server/platform/listen.ts';

/** Progress, not a living process: a worker that has not reconciled for this long is not healthy. */
const PROGRESS_MS_MAX = 30_000;

export type Health = { readonly reconciled: () => void; close(): Promise<void> };

/** `/health/live`, `/health/ready` and `/metrics` of a worker, on loopback unless told otherwise. */
export async function serveHealth(options: { host: string; port: number; registry: Registry }): Promise<Health> {
  const { host, port, registry } = options;
  collectDefaultMetrics({ register: registry, prefix: 'philotes_worker_' });
  let reconciledAt: number | null = null;
  const isReady = () => reconciledAt !== null && performance.now() - reconciledAt < PROGRESS_MS_MAX;
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    if (request.method !== 'GET') answer(405, 'text/plain', 'only GET\n');
    else if (request.url === '/health/live') answer(200, 'application/json', '{"status":"live"}\n');
    else if (request.url === '/health/ready') {
      answer(isReady() ? 200 : 503, 'application/json', `{"status":"${isReady() ? 'ready' : 'starting'}"}\n`);
    } else if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => answer(200, registry.contentType, text),
        () => answer(500, 'text/plain', 'metrics are not available\n'),
      );
    } else answer(404, 'text/plain', 'not found\n');
  });
  await listen(server, { host, port, setting: 'PHILOTES_WORKER_PORT' });
  return {
    reconciled: () => {
      reconciledAt = performance.now();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
