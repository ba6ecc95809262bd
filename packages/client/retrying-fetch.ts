import { setTimeout as delay } from 'node:timers/promises';

type Fetch = (request: Request) => Promise<Response>;

const FIRST_WAIT_MS = 250;
const WAIT_MS_MAX = 30_000;

/**
 * Sends a request again when that cannot do harm: reads and POSTs with an Idempotency-Key after a broken connection or a
 * 503, anything after a 429. Waits as long as the server asks for, else twice as long each time.
 */
export function retryingFetch(fetch: Fetch, { retriesMax }: { retriesMax: number }): Fetch {
  return async (request) => {
    const isSafe = request.method === 'GET' || request.method === 'HEAD' || request.headers.has('Idempotency-Key');
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= retriesMax;
      try {
        // A request's body can be read once, so that each attempt but the last sends a copy.
        const response = await fetch(isLast ? request : request.clone());
        const isWorthwhile = response.status === 429 || (response.status === 503 && isSafe);
        if (isLast || !isWorthwhile) return response;
        await response.body?.cancel();
        await wait(request, attempt, response);
      } catch (error) {
        if (isLast || !isSafe || request.signal.aborted) throw error;
        await wait(request, attempt);
      }
    }
  };
}

const wait = (request: Request, attempt: number, response?: Response): Promise<void> => {
  const askedS = Number(response?.headers.get('Retry-After') ?? Number.NaN);
  const ms = Number.isFinite(askedS) ? askedS * 1_000 : FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random());
  return delay(Math.min(ms, WAIT_MS_MAX), undefined, { signal: request.signal });
};
