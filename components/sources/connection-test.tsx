'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { PlugZap } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { secondsText } from '@/components/ui/figures.ts';
import type { AppRouter } from '@/server/api/root.ts';
import type { FindingPlace } from './finding-sql.ts';
import { Findings, FindingsSkeleton } from './findings.tsx';

type SourceTestInput = inferRouterInputs<AppRouter>['sources']['test'];
type Outcome = inferRouterOutputs<AppRouter>['sources']['testResult'];

/** A test that is asked for in one place and shown in another. */
export type ConnectionTest<Input> = {
  readonly start: (input: Input) => void;
  readonly isRunning: boolean;
  /** Once it is over. */
  readonly result: Outcome | null;
  readonly error: unknown;
};

/** The event stream says when a test moves on; this is for when it is away. */
const ASKS_AGAIN_MS = 1_500;

export function useSourceTest(): ConnectionTest<SourceTestInput> {
  const trpc = useTRPC();
  const started = useMutation(trpc.sources.test.mutationOptions());
  const testId = started.data?.testId ?? '';
  const result = useQuery(trpc.sources.testResult.queryOptions({ testId }, whileItRuns(testId)));
  return { start: (input) => started.mutate(input), ...outcomeOf(started, result) };
}

/** Asks until a test is over. */
export const whileItRuns = (testId: string) => ({
  enabled: testId !== '',
  staleTime: 0,
  refetchInterval: ({ state }: { state: { data?: Pick<Outcome, 'state'> | undefined } }) =>
    isOver(state.data?.state) ? (false as const) : ASKS_AGAIN_MS,
});

type Asked = { readonly isPending: boolean; readonly isSuccess: boolean; readonly error: unknown };
type Answered = { readonly data: Outcome | undefined; readonly isError: boolean; readonly error: unknown };

/** Where a test is, from the call that began it and the one that reads it. */
export function outcomeOf(started: Asked, read: Answered): Omit<ConnectionTest<unknown>, 'start'> {
  const isRead = started.isSuccess && isOver(read.data?.state);
  return {
    isRunning: started.isPending || (started.isSuccess && !read.isError && !isRead),
    result: isRead && read.data ? read.data : null,
    error: started.error ?? read.error,
  };
}

const isOver = (state: string | undefined): boolean => state === 'passed' || state === 'failed';

/** Starts a test. `input` null: something in the form is still wrong, and `onRefused` shows what. */
export function TestButton<Input>({
  test,
  input,
  onRefused,
  reason,
}: {
  test: ConnectionTest<Input>;
  input: Input | null;
  onRefused: () => void;
  reason: string | null;
}) {
  return (
    <Button
      icon={PlugZap}
      reason={reason}
      pending={test.isRunning && 'Testing'}
      onClick={() => (input ? test.start(input) : onRefused())}
    >
      Test connection
    </Button>
  );
}

/** What a test found, or where it is. Nothing before the first. */
export function TestResult({ test, place }: { test: ConnectionTest<never>; place: FindingPlace }) {
  if (test.error && !test.isRunning) return <ErrorNote error={test.error} />;
  if (!test.isRunning && !test.result) return null;
  const { result } = test;
  const server = result?.server;
  return (
    <div aria-live="polite">
      <Card flush>
        {test.isRunning || !result ? (
          <FindingsSkeleton />
        ) : (
          <Findings
            findings={result.findings}
            place={place}
            fine={
              server
                ? `Connected to PostgreSQL ${server.version} in ${secondsText(server.durationMs / 1_000)}. Nothing blocks.`
                : 'It works: nothing blocks.'
            }
          />
        )}
      </Card>
    </div>
  );
}
