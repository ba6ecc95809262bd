'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, CirclePlay } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTRPC } from '@/components/api/trpc.ts';
import { issueText } from '@/components/form/issue-text.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Findings, FindingsSkeleton } from '@/components/sources/findings.tsx';
import { TABLES_QUERY } from '@/components/sources/source-tables.tsx';
import { qualified } from '@/components/sources/table-pattern.ts';
import { useSourceCheck } from '@/components/sources/use-source-check.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { ErrorNote, ErrorState } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { bytesText, counted, secondsText } from '@/components/ui/figures.ts';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { createPipelineInput } from '@/server/pipelines/pipeline-input.ts';
import { copyEstimate } from './copy-estimate.ts';
import { StepFrame } from './step-frame.tsx';
import type { Wizard } from './use-wizard.ts';
import { lakeTables, modeOf, toTableInput, usualName, usualNamespace } from './wizard-draft.ts';

/** What will be made on the source and in the lake, before anything is. */
export function StepReview({ wizard, sourceId }: { wizard: Wizard; sourceId: string }) {
  const trpc = useTRPC();
  const { draft, destinationId } = wizard;
  const source = useQuery(trpc.sources.get.queryOptions({ id: sourceId }));
  const others = useQuery(trpc.pipelines.list.queryOptions({ limit: 200 }));
  const proposal =
    source.data && others.data
      ? usualName(
          source.data.name,
          others.data.items.map(({ name }) => name),
        )
      : '';
  const input = {
    name: draft.name.trim() || proposal,
    namespace: draft.namespace || usualNamespace(source.data?.database ?? ''),
    sourceId,
    destinationId: destinationId ?? '',
    tables: draft.tables.map(toTableInput),
  };
  const parsed = createPipelineInput.safeParse(input, { reportInput: true });
  const isReady = source.isSuccess && others.isSuccess;
  const nameIssue = isReady ? parsed.error?.issues.find(({ path }) => path[0] === 'name') : undefined;
  const otherIssue = isReady ? parsed.error?.issues.find(({ path }) => path[0] !== 'name') : undefined;
  const check = useSourceCheck(
    sourceId,
    {
      tables: draft.tables.map((table) => {
        const { mirror: _, changelog: __, ...chosen } = toTableInput(table);
        return { ...chosen, mode: modeOf(table) };
      }),
      ...(destinationId === null ? {} : { lake: { destinationId, namespace: input.namespace } }),
    },
    { enabled: draft.tables.length > 0 && source.isSuccess },
  );
  const verbs = useCreation(wizard);
  const blocking = check.data?.items.filter(({ severity }) => severity === 'error').length ?? 0;
  const refusal = useRefusal();
  const missing = refusal('pipeline:write') ?? missingPart(wizard, otherIssue && issueText(otherIssue));
  const noStart =
    blocking > 0 ? `Mend what blocks first: ${counted(blocking, 'finding')}.` : refusal('pipeline:operate');
  return (
    <StepFrame
      title="Is this right?"
      description="Nothing has been made yet. After the start the copy can be watched, paused and stopped on the pipeline’s page."
    >
      <Card>
        <Field
          label="Name of the pipeline"
          hint={proposal && `Leave it empty to call it ${proposal}.`}
          error={nameIssue ? issueText(nameIssue) : null}
          className="max-w-md"
        >
          <Input
            value={draft.name}
            onChange={(event) => wizard.save({ ...draft, name: event.target.value })}
            placeholder={proposal}
            autoComplete="off"
          />
        </Field>
      </Card>
      <WhatWillBe wizard={wizard} sourceId={sourceId} namespace={input.namespace} />
      {draft.tables.length > 0 && (
        <Section title="Check of the chosen tables">
          <Card flush>
            {check.isError && (
              <div className="px-4 py-2">
                <ErrorState error={check.error} onRetry={() => void check.refetch()} />
              </div>
            )}
            {(check.isPending || !source.data) && !check.isError && <FindingsSkeleton />}
            {check.data && source.data && !check.isError && (
              <Findings
                findings={check.data.items}
                place={source.data}
                fine="Nothing blocks: every chosen table can be copied and followed."
              />
            )}
          </Card>
        </Section>
      )}
      {verbs.error ? <ErrorNote error={verbs.error} /> : null}
      <div className="flex flex-wrap justify-between gap-2 border-t border-line pt-3">
        <Button icon={ArrowLeft} onClick={() => wizard.go('destination')}>
          Back
        </Button>
        <span className="flex flex-wrap gap-2">
          <Button
            reason={missing}
            pending={verbs.isSaving && 'Saving'}
            onClick={() => parsed.success && verbs.create(parsed.data, false)}
          >
            Save as draft
          </Button>
          <Button
            kind="primary"
            icon={CirclePlay}
            reason={missing ?? noStart}
            pending={verbs.isStarting && 'Starting'}
            onClick={() => parsed.success && verbs.create(parsed.data, true)}
          >
            Create and start pipeline
          </Button>
        </span>
      </div>
    </StepFrame>
  );
}

function missingPart({ draft, destinationId }: Wizard, issue: string | undefined): string | null {
  if (draft.tables.length === 0) return 'Choose at least one table.';
  if (destinationId === null) return 'Choose a destination first.';
  return issue ?? null;
}

/** Makes the pipeline, starts it on wish, and goes to its page. A refused start leaves a draft there, with the reason told. */
function useCreation(wizard: Wizard) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const toast = useToast();
  const start = useMutation(trpc.pipelines.start.mutationOptions());
  const create = useMutation(trpc.pipelines.create.mutationOptions());
  const run = async (input: Parameters<typeof create.mutateAsync>[0], isStarted: boolean) => {
    const made = await create.mutateAsync(input).catch(() => null);
    if (!made) return;
    if (isStarted) {
      await start
        .mutateAsync({ id: made.id })
        .then(() => toast.done(`Pipeline ${input.name} is starting`))
        .catch((error: unknown) => toast.failed('The pipeline is saved as a draft; it did not start', error));
    } else {
      toast.done(`Pipeline ${input.name} is saved as a draft`);
    }
    await queries.invalidateQueries({ queryKey: trpc.pipelines.pathKey() });
    router.push(`/pipelines/${made.id}`);
    wizard.clear();
  };
  const isBusy = create.isPending || start.isPending;
  return {
    create: (input: Parameters<typeof create.mutateAsync>[0], isStarted: boolean) => void run(input, isStarted),
    isSaving: create.isPending,
    isStarting: isBusy,
    error: create.error,
  };
}

/** "5 s to 2 min"; "about 5 s" where both ends read the same. */
function durationText(fastS: number, slowS: number): string {
  const [fast, slow] = [secondsText(fastS), secondsText(slowS)];
  return fast === slow ? `about ${fast}` : `${fast} to ${slow}`;
}

/** Everything that will exist afterwards and does not now. */
function WhatWillBe({ wizard, sourceId, namespace }: { wizard: Wizard; sourceId: string; namespace: string }) {
  const trpc = useTRPC();
  const { tables } = wizard.draft;
  const source = useQuery(trpc.sources.get.queryOptions({ id: sourceId })).data;
  const destination = useQuery(
    trpc.destinations.get.queryOptions({ id: wizard.destinationId ?? '' }, { enabled: wizard.destinationId !== null }),
  ).data;
  const known = useQuery(trpc.sources.tables.queryOptions({ id: sourceId }, TABLES_QUERY)).data;
  const names = new Set(tables.map(qualified));
  const chosen = known?.items.filter((table) => names.has(qualified(table)));
  const bytes = chosen?.reduce((sum, table) => sum + table.bytes, 0) ?? 0;
  const rows = chosen?.reduce((sum, table) => sum + (table.rowEstimate ?? 0), 0) ?? 0;
  const { fastS, slowS } = copyEstimate(chosen ?? []);
  return (
    <div className="grid items-start gap-4 md:grid-cols-2">
      <Section title={`On ${source?.name ?? 'the source'}`}>
        <Card>
          <ul className="space-y-2 text-sm">
            <li>A publication of {counted(tables.length, 'table')}.</li>
            <li>A replication slot. While the pipeline rests, the server keeps the WAL that it has not read.</li>
            <li>Reads for the copy, {counted(2, 'connection')} at a time.</li>
            <li className="text-muted">
              No trigger, no table, no column. Deleting the pipeline removes slot and publication.
            </li>
          </ul>
          <p className="mt-4 border-t border-line pt-3 text-sm">
            {chosen ? (
              <>
                The first copy, {bytesText(bytes)} in about {counted(rows, 'row')}, takes{' '}
                <span className="font-medium">{durationText(fastS, slowS)}</span> on two cores like those it was
                measured on. Changes made meanwhile are kept and joined.
              </>
            ) : (
              <Skeleton className="h-3 w-64" />
            )}
          </p>
        </Card>
      </Section>
      <Section title={`In ${destination?.name ?? 'the lake'}`}>
        <Card flush>
          <p className="border-b border-line px-4 py-2.5 text-sm">
            Namespace <code className="font-mono text-xs">{namespace}</code> with{' '}
            {counted(tables.flatMap(lakeTables).length, 'table')}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <ul className="max-h-64 divide-y divide-line overflow-y-auto" tabIndex={0} aria-label="Lake tables">
            {tables.map((table) => (
              <li key={qualified(table)} className="flex flex-wrap items-baseline justify-between gap-x-3 px-4 py-1.5">
                <code className="min-w-0 truncate font-mono text-xs">{lakeTables(table).join(', ')}</code>
                <span className="text-xs text-muted">from {qualified(table)}</span>
              </li>
            ))}
          </ul>
        </Card>
      </Section>
    </div>
  );
}
