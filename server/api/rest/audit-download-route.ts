import { queryParameters } from '@/server/api/openapi/query-parameters.ts';
import { downloadAudit, downloadAuditInput } from '@/server/audit/download-audit.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { decodeQuery } from './decode-text.ts';
import { parsePattern } from './path-pattern.ts';
import { callerOf, type PlainRoute } from './plain-route.ts';
import { sendFile } from './send-file.ts';

const file = { schema: { type: 'string', format: 'binary' } };

/** The audit log as a file. */
export const auditDownloadRoute: PlainRoute = {
  method: 'GET',
  pattern: parsePattern('/audit/download'),
  name: 'audit.download',
  access: 'audit:read',
  operation: {
    operationId: 'audit_download',
    tags: ['Audit'],
    summary: 'Download the audit log',
    description: 'Oldest entries first. The download itself is on record. Needs the right `audit:read`.',
    parameters: queryParameters(downloadAuditInput),
    responses: {
      '200': { description: 'The file', content: { 'text/csv': file, 'application/vnd.apache.parquet': file } },
    },
  },
  async serve({ request, response, query, context }) {
    const actor = callerOf(context);
    const input = parseInput(downloadAuditInput, decodeQuery(downloadAuditInput.shape, query));
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    await sendFile(response, await downloadAudit(context.deps, actor, input));
  },
};
