import type { JsonRecord } from './json.ts';
import { REQUEST_ID } from './problems.ts';

const json = (schema: JsonRecord, description: string) => ({
  description,
  headers: REQUEST_ID,
  content: { 'application/json': { schema } },
});
const check = {
  type: 'object',
  properties: { name: { type: 'string' }, ok: { type: 'boolean' }, reason: { type: 'string' } },
  required: ['name', 'ok'],
};
const ready = {
  type: 'object',
  properties: { status: { type: 'string' }, checks: { type: 'array', items: check } },
  required: ['status', 'checks'],
};

/** What the front door answers before anybody is asked who they are. */
export const HEALTH_PATHS: JsonRecord = {
  '/health/live': {
    get: {
      operationId: 'health_live',
      tags: ['System'],
      summary: 'See that the web process lives',
      security: [],
      'x-philotes-right': 'public',
      responses: {
        '200': json({ type: 'object', properties: { status: { const: 'live' } }, required: ['status'] }, 'It lives'),
        '4XX': { $ref: '#/components/responses/InvalidInput' },
      },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'health_ready',
      tags: ['System'],
      summary: 'See whether a request would be served',
      security: [],
      'x-philotes-right': 'public',
      responses: {
        '200': json(ready, 'It would'),
        '503': { $ref: '#/components/responses/Unavailable' },
        '4XX': { $ref: '#/components/responses/InvalidInput' },
      },
    },
  },
};
