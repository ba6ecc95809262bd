import { guardedAgents } from './guard.ts';
import { networkPolicy } from './process-policy.ts';

/** As many as the SDK's own agents allow. */
const SOCKETS_MAX = 50;

/** How an S3 client connects, for the `requestHandler` of its options: to checked addresses, and keeping connections. */
export function guardedS3Handler(timeouts: { connectionTimeout?: number; requestTimeout?: number }) {
  const agents = guardedAgents(networkPolicy(), { keepAlive: true, maxSockets: SOCKETS_MAX });
  return { ...timeouts, httpAgent: agents.http, httpsAgent: agents.https };
}
