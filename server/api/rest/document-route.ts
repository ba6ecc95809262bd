import document from '@/docs/openapi.json' with { type: 'json' };
import { decodeQuery } from './decode-text.ts';
import { parsePattern } from './path-pattern.ts';
import type { PlainRoute } from './plain-route.ts';

const BYTES = Buffer.from(JSON.stringify(document));

/** The document that describes all this, as it is committed. */
export const documentRoute: PlainRoute = {
  method: 'GET',
  pattern: parsePattern('/openapi.json'),
  name: 'system.document',
  access: 'public',
  operation: {
    operationId: 'openapi_document',
    tags: ['System'],
    summary: 'Read this document',
    responses: {
      '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
    },
  },
  async serve({ request, response, query }) {
    decodeQuery({}, query);
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': BYTES.length,
      'Cache-Control': 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : BYTES);
  },
};
