import type { ProcedureRoute } from '@/server/api/rest/route-table.ts';
import type { Access } from '@/server/api/trpc.ts';
import { isRecord, type JsonRecord } from './json.ts';
import { type ProblemName, REQUEST_ID, refer } from './problems.ts';

/** Makes a generated operation true: its right, statuses, headers and problems as our handler gives them. */
export function describeOperation(operation: JsonRecord, route: ProcedureRoute): JsonRecord {
  const isOpen = route.access === 'public';
  return {
    ...operation,
    operationId: route.procedure.replaceAll('.', '_'),
    description: [operation.description, rightOf(route)].filter(Boolean).join('\n\n'),
    'x-philotes-right': route.access,
    security: isOpen ? [] : [{ apiKey: [] }, { session: [] }],
    parameters: [...(Array.isArray(operation.parameters) ? operation.parameters : []), ...headersOf(route)],
    responses: { ...successOf(operation, route), ...refer(problemsOf(route)) },
  };
}

/** The same for a route that is no call of a procedure and brings its description along. */
export function describePlain(operation: JsonRecord, access: Access): JsonRecord {
  const names: ProblemName[] = ['InvalidInput', 'TooManyRequests', 'Unavailable'];
  const isOpen = access === 'public';
  if (!isOpen) names.push('Unauthenticated', 'Forbidden');
  return {
    ...operation,
    'x-philotes-right': access,
    security: isOpen ? [] : [{ apiKey: [] }, { session: [] }],
    responses: { ...(isRecord(operation.responses) ? operation.responses : {}), ...refer(names) },
  };
}

function rightOf({ access }: ProcedureRoute): string {
  if (access === 'public') return 'Open to everybody.';
  if (access === 'signed-in') return 'Needs no particular right.';
  return `Needs the right \`${access}\`.`;
}

const isVersionTaken = ({ shape, method }: ProcedureRoute): boolean => 'version' in shape && method !== 'GET';

function headersOf(route: ProcedureRoute): JsonRecord[] {
  const headers: JsonRecord[] = [];
  if (isVersionTaken(route)) {
    headers.push({
      name: 'If-Match',
      in: 'header',
      required: false,
      description: 'The `ETag` that was read; refused with 412 when it is not the present one',
      schema: { type: 'string', pattern: '^("\\d{1,18}"|\\*)$' },
    });
  }
  if (route.rest.dryRun) {
    headers.push({
      name: 'Dry-Run',
      in: 'header',
      required: false,
      description: 'With `true`, everything is checked and answered as if it were done, and nothing is changed',
      schema: { type: 'string', enum: ['true', 'false'] },
    });
  }
  if (route.method === 'POST') {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Any text of your choice; the same request under the same key is done once in 24 hours',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    });
  }
  return headers;
}

function successOf(operation: JsonRecord, { rest, hasOutput }: ProcedureRoute): JsonRecord {
  const given = isRecord(operation.responses) ? operation.responses['200'] : undefined;
  const content = isRecord(given) ? given.content : undefined;
  const text = (schema: JsonRecord, description: string) => ({ description, schema: { type: 'string', ...schema } });
  const headers = {
    ...REQUEST_ID,
    ...(rest.versioned && hasOutput ? { ETag: text({}, 'The version, for `If-Match`') } : {}),
    ...(rest.location === undefined ? {} : { Location: text({ format: 'uri-reference' }, 'Where it is found') }),
  };
  if (!hasOutput) return { '204': { description: 'Done', headers } };
  const status = rest.status ?? 200;
  const description = status === 201 ? 'Created' : status === 202 ? 'Begun; ask for the result' : 'Done';
  return { [String(status)]: { description, headers, content } };
}

function problemsOf(route: ProcedureRoute): ProblemName[] {
  const { method, shape, access, rest, pattern } = route;
  const takesBody = method === 'POST' || method === 'PATCH' || method === 'PUT';
  const names: ProblemName[] = ['InvalidInput', 'Forbidden', 'TooManyRequests', 'Unavailable'];
  if (access !== 'public') names.push('Unauthenticated');
  const namesOthers = ['sourceId', 'destinationId', 'pipelineId'].some((name) => name in shape);
  if (method !== 'GET' || namesOthers || pattern.segments.some((segment) => segment.startsWith('{')))
    names.push('NotFound');
  if (method !== 'GET') names.push('Conflict');
  if (isVersionTaken(route)) names.push('PreconditionFailed');
  if (takesBody) names.push('PayloadTooLarge', 'UnsupportedMediaType', 'Unprocessable');
  if (rest.connects) names.push('Unreachable', 'Conflict', 'Unprocessable');
  return [...new Set(names)];
}
