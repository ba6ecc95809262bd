import { queryParameters } from '@/server/api/openapi/query-parameters.ts';
import { downloadDeadLetters, downloadDeadLettersInput } from '@/server/dead-letters/download-dead-letters.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { decodeQuery } from './decode-text.ts';
import { parsePattern } from './path-pattern.ts';
import { callerOf, type PlainRoute } from './plain-route.ts';
import { sendFile } from './send-file.ts';

const file = { schema: { type: 'string', format: 'binary' } };
const inQuery = downloadDeadLettersInput.omit({ pipelineId: true });

/** Parked rows with their values as a file. */
export const deadLetterDownloadRoute: PlainRoute = {
  method: 'GET',
  pattern: parsePattern('/pipelines/{pipelineId}/dead-letters/download'),
  name: 'deadLetters.download',
  access: 'dead-letter:read',
  operation: {
    operationId: 'deadLetters_download',
    tags: ['Dead letters'],
    summary: 'Download parked rows with their values',
    description: 'The download is on record. Needs the right `dead-letter:read`.',
    parameters: [
      { name: 'pipelineId', in: 'path', required: true, schema: { type: 'string' } },
      ...queryParameters(inQuery),
    ],
    responses: {
      '200': { description: 'The file', content: { 'text/csv': file, 'application/x-ndjson': file } },
      '404': { $ref: '#/components/responses/NotFound' },
    },
  },
  async serve({ request, response, query, parameters, context }) {
    const actor = callerOf(context);
    const input = parseInput(downloadDeadLettersInput, { ...decodeQuery(inQuery.shape, query), ...parameters });
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    await sendFile(response, await downloadDeadLetters(context.deps, actor, input));
  },
};
