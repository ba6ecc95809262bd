'use client';

import { useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Findings, FindingsSkeleton } from '@/components/sources/findings.tsx';
import { useSourceCheck } from '@/components/sources/use-source-check.ts';
import { Button, ButtonLink } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { counted } from '@/components/ui/figures.ts';
import { StepFrame } from './step-frame.tsx';
import type { Wizard } from './use-wizard.ts';

/** Whether the database can be read from. */
export function StepPreflight({ wizard, sourceId }: { wizard: Wizard; sourceId: string }) {
  const trpc = useTRPC();
  const source = useQuery(trpc.sources.get.queryOptions({ id: sourceId }));
  const check = useSourceCheck(sourceId);
  const blocking = check.data?.items.filter(({ severity }) => severity === 'error').length ?? 0;
  return (
    <StepFrame
      title="Is it ready?"
      description="What the server, the role and the database need. Nothing is changed there; mend what blocks and check again."
      onBack={() => wizard.go('source')}
      next={{
        label: 'Choose tables',
        reason: check.isError
          ? 'The source has to answer first.'
          : check.isPending
            ? 'The check is not over yet.'
            : blocking > 0
              ? `Mend what blocks first: ${counted(blocking, 'finding')}.`
              : null,
        onNext: () => wizard.go('tables'),
      }}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">{source.data ? `${source.data.name}: ${source.data.host}` : ' '}</p>
        <Button icon={RotateCw} pending={check.isFetching && 'Checking'} onClick={() => void check.refetch()}>
          Check again
        </Button>
      </div>
      <Card flush>
        {(check.isError || source.isError) && (
          <div className="px-4 py-2">
            <ErrorState error={check.error ?? source.error} />
            <ButtonLink href={`/sources/${sourceId}/configuration`}>Change the connection</ButtonLink>
          </div>
        )}
        {(check.isPending || source.isPending) && !check.isError && !source.isError && <FindingsSkeleton />}
        {check.data && source.data && !check.isError && (
          <Findings
            findings={check.data.items}
            place={source.data}
            fine="Nothing blocks: the server sends logical changes, the role may read them, and a slot is free."
          />
        )}
      </Card>
    </StepFrame>
  );
}
