import type { TestFinding, TestReport } from '@/server/connection-tests/test-finding.ts';
import { type AppError, policyOf } from '@/server/errors/app-error.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import { type PreflightTable, preflight } from '@/server/postgres/preflight.ts';
import { sourceError } from '@/server/postgres/source-error.ts';
import { UNIFORM_MS, uniformly } from './uniform.ts';

type Options = {
  readonly connection: SourceConnection;
  readonly tables: readonly PreflightTable[];
  readonly signal: AbortSignal;
};

const SESSION = { applicationName: 'philotes_test', connectTimeoutMs: UNIFORM_MS - 500, queryTimeoutMs: 10_000 };

/** Tries a source: connects, then asks everything that a pipeline would need. What fails becomes a finding. */
export async function probeSource({ connection, tables, signal }: Options): Promise<TestReport> {
  const startedAt = performance.now();
  try {
    const server = await describeServer(connection);
    const findings = await preflight(connection, { ...SESSION, tables });
    return { server, findings: [connected(connection, server), ...findings] };
  } catch (error) {
    const failure = sourceError(error, 'testing the source');
    if (failure.code === 'INTERNAL') throw failure;
    if (failure.code === 'SOURCE_UNREACHABLE') await uniformly(startedAt, signal);
    return { server: null, findings: [failureFinding(connection, failure)] };
  }
}

async function describeServer(connection: SourceConnection): Promise<{ version: string; durationMs: number }> {
  const startedAt = performance.now();
  await using session = await openSourceSession(connection, SESSION);
  const { rows } = await session.client.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  return { version: rows[0]?.version ?? '', durationMs: Math.round(performance.now() - startedAt) };
}

const connected = ({ database }: SourceConnection, { version, durationMs }: { version: string; durationMs: number }) =>
  ({
    code: 'connected',
    severity: 'ok',
    subject: database,
    message: `PostgreSQL ${version} let us in within ${durationMs} ms.`,
    remedy: '',
  }) satisfies TestFinding;

/** Of a network failure it is not told what it was: refused, unknown, filtered, or not PostgreSQL. */
function failureFinding({ host, port }: SourceConnection, failure: AppError): TestFinding {
  const subject = `${host}:${port}`;
  const { remedy } = policyOf(failure);
  if (failure.code !== 'SOURCE_UNREACHABLE') {
    return { code: failure.code, severity: 'error', subject, message: failure.message, remedy };
  }
  return {
    code: failure.code,
    severity: 'error',
    subject,
    message: 'No PostgreSQL server that can be used answered there.',
    remedy:
      'Check host, port and firewall, that the server listens on that address, and that it offers TLS unless that is disabled here.',
  };
}
