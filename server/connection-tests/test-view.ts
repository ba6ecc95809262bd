import * as z from 'zod';
import type { ControlDeps } from '@/server/control-deps.ts';
import { readAnswer } from '@/server/inquiries/read-answer.ts';
import type { StoredInquiry } from '@/server/inquiries/store-inquiry.ts';
import { TestFindingView, type TestReport, testReport } from './test-finding.ts';

/** A connection test, from being asked for to its findings. It is forgotten ten minutes after it was asked for. */
export const ConnectionTestView = z
  .object({
    testId: z.string(),
    subject: z.enum(['source', 'destination']),
    state: z.enum(['waiting', 'running', 'passed', 'failed']).describe('Failed means that an error was found'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    findings: z.array(TestFindingView).describe('Errors first'),
    server: z.object({ version: z.string(), durationMs: z.number() }).nullable().describe('Of a source that let us in'),
  })
  .meta({ id: 'ConnectionTest' });
export type ConnectionTest = z.output<typeof ConnectionTestView>;

export function testView(sealer: ControlDeps['sealer'], row: StoredInquiry): ConnectionTest {
  const report = row.answerSealed ? reportOf(sealer, { id: row.id, sealed: row.answerSealed }) : null;
  const findings = [...(report?.findings ?? [])].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return {
    testId: row.id,
    subject: row.kind === 'source-test' ? 'source' : 'destination',
    state: report ? (findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed') : openState(row),
    createdAt: isoOf(row.createdAt),
    expiresAt: isoOf(row.expiresAt),
    endedAt: row.endedAt === null ? null : isoOf(row.endedAt),
    findings,
    server: report?.server ?? null,
  };
}

const ORDER = ['error', 'warning', 'ok', 'info'];

/** A worker that could not carry the test out says so in a finding, too. */
function reportOf(sealer: ControlDeps['sealer'], answered: { id: string; sealed: Buffer }): TestReport {
  const answer = readAnswer(sealer, answered);
  if (!('failure' in answer)) return testReport.parse(answer.value);
  const { code, message } = answer.failure;
  const remedy = 'Test again; when it fails again, read the log of the worker.';
  return { server: null, findings: [{ code, severity: 'error', subject: 'test', message, remedy }] };
}

const openState = ({ state }: StoredInquiry): 'waiting' | 'running' => (state === 'running' ? 'running' : 'waiting');
const isoOf = (instant: string): string => new Date(instant).toISOString();
