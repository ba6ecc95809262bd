import { ERROR_CODES } from '@/server/errors/codes.ts';
import { generatedBy } from './markdown.ts';

const RETRIES = {
  automatic: 'tried again by itself',
  manual: 'waits for a person',
  never: 'not repeated as it is',
} as const;

/** docs/errors.md: every coded failure. */
export function errorsPage(): string {
  const entries = Object.entries(ERROR_CODES).map(
    ([code, { cause, http, retry, remedy }]) => `## ${code}

HTTP ${http}, ${RETRIES[retry]}.

**Cause.** ${cause}

**Remedy.** ${remedy}`,
  );
  return `${generatedBy('server/errors/codes.ts')}

# Errors

Every expected failure has a code. The API answers with a problem (RFC 9457, \`application/problem+json\`) that carries it
beside a detail of the case at hand; pipelines and tables that need attention show it; the command line tool prints it. Codes
keep their meaning between versions; messages do not.

${entries.join('\n\n')}
`;
}
