import * as z from 'zod';
import { decodeQuery } from './decode-text.ts';
import { parsePattern } from './path-pattern.ts';
import type { PlainRoute } from './plain-route.ts';

/** Browsers send the header only when they come back by themselves; a page that opens the stream anew has the address alone. */
const inQuery = { lastEventId: z.string() };

/** What changes, as it happens. */
export const eventsRoute: PlainRoute = {
  method: 'GET',
  pattern: parsePattern('/events'),
  name: 'events.follow',
  access: 'signed-in',
  operation: {
    operationId: 'events',
    tags: ['System'],
    summary: 'Follow what changes',
    description:
      'A stream of server-sent events: `pipeline`, `table`, `commit`, `dead-letter`, `source`, `destination`, each filtered by your rights. `Last-Event-ID`, or `lastEventId` in the address, resumes it; `ready` says whether anything was missed. Needs no particular right.',
    parameters: [{ name: 'lastEventId', in: 'query', required: false, schema: { type: 'string' } }],
    responses: {
      '200': { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    },
  },
  async serve({ request, response, query, services }) {
    decodeQuery(inQuery, query);
    if (request.method === 'HEAD') return void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end();
    await services.events.serve({ request, response, authenticate: services.authenticate });
  },
};
