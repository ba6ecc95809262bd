import * as z from 'zod';

/** One thing that a connection test found. */
export const TestFindingView = z
  .object({
    code: z.string(),
    severity: z.enum(['ok', 'info', 'warning', 'error']),
    subject: z.string().describe('The server, setting, role, table or place that it is about'),
    message: z.string(),
    remedy: z.string().describe('Empty where there is nothing to do'),
  })
  .meta({ id: 'TestFinding' });
export type TestFinding = z.output<typeof TestFindingView>;

/** What a worker answers to a connection test. */
export const testReport = z.object({
  findings: z.array(TestFindingView),
  server: z.object({ version: z.string(), durationMs: z.number() }).nullable(),
});
export type TestReport = z.output<typeof testReport>;
