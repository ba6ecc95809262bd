import { generateOpenApiDocument } from 'trpc-to-openapi';
import { REST_PATH } from '@/server/api/rest/call-procedure.ts';
import { PLAIN_ROUTES } from '@/server/api/rest/plain-routes.ts';
import { PROCEDURE_ROUTES } from '@/server/api/rest/route-table.ts';
import { TAGS } from '@/server/api/rest-route.ts';
import { appRouter } from '@/server/api/root.ts';
import { describeOperation, describePlain } from './describe-operation.ts';
import { HEALTH_PATHS } from './health-paths.ts';
import { entriesOf, isRecord, type Json, sortedDeep } from './json.ts';
import { problemResponses, problemSchema } from './problems.ts';

const DESCRIPTION = `Everything that the console can do, for scripts. The same procedures answer both.

**Who calls.** Send an API key as \`Authorization: Bearer phl_...\`. Each operation names the right it needs; a key has the
rights it was given, as long as its owner has them.

**Failures** are problems after RFC 9457 with a stable \`code\`, a \`detail\` of the case at hand, a \`remedy\`, and the fields
that are wrong. Every answer carries \`X-Request-Id\`, which names the request in the log.

**Lists** are paged by position: pass \`nextCursor\` as \`cursor\`, with the same \`sort\`, until it is null.

**Concurrent changes.** What can be changed has an \`ETag\`. Send it as \`If-Match\`, and the change is refused with 412 when
somebody else was faster.

**Trying.** Where an operation takes \`Dry-Run: true\`, everything is checked, rights too, and answered as if it were done, and
nothing is changed.

**Repetition.** A POST with an \`Idempotency-Key\` is done once: sent again within a day, it gets the first answer. Failures are
not kept, since they changed nothing.

**Limits.** Bodies have one megabyte at most. Past ${(6_000).toLocaleString('en')} calls a minute the answer is 429 with \`Retry-After\`.`;

/** The OpenAPI document of /api/v1, complete and in a stable order. */
export function openApiDocument(): Json {
  const generated: unknown = generateOpenApiDocument(appRouter, {
    title: 'Philotes',
    version: '1',
    description: DESCRIPTION,
    baseUrl: REST_PATH,
    openApiVersion: '3.1.0',
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, phl_...' },
      session: { type: 'apiKey', in: 'cookie', name: 'philotes-session', description: 'A browser that is signed in' },
    },
  });
  const document: unknown = JSON.parse(JSON.stringify(generated));
  if (!isRecord(document) || !isRecord(document.paths) || !isRecord(document.components)) {
    throw new TypeError('the generator made no document');
  }
  const { paths, components } = document;
  for (const route of PROCEDURE_ROUTES) {
    const path = paths[route.pattern.text];
    const method = route.method.toLowerCase();
    const operation = isRecord(path) ? path[method] : undefined;
    if (!isRecord(path) || !isRecord(operation)) throw new TypeError(`${route.procedure} is not in the document`);
    path[method] = describeOperation(operation, route);
  }
  for (const { method, pattern, operation, access } of PLAIN_ROUTES) {
    const path = paths[pattern.text];
    paths[pattern.text] = { ...(isRecord(path) ? path : {}), [method.toLowerCase()]: describePlain(operation, access) };
  }
  Object.assign(paths, HEALTH_PATHS);
  const schemas = isRecord(components.schemas) ? components.schemas : {};
  const own = entriesOf(schemas).filter(([name]) => !name.startsWith('error.'));
  return sortedDeep({
    ...document,
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    info: { ...(isRecord(document.info) ? document.info : {}), license: LICENCE },
    components: {
      ...components,
      schemas: { ...Object.fromEntries(own), Problem: problemSchema() },
      responses: problemResponses(),
    },
  });
}

const LICENCE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

/** The document as it is committed and served. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
