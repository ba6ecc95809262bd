'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { NewSourceForm } from '@/components/sources/new-source.tsx';
import { ChoiceList } from './choice-list.tsx';
import { StepFrame } from './step-frame.tsx';
import type { Wizard } from './use-wizard.ts';

/** Which database to read from. */
export function StepSource({ wizard }: { wizard: Wizard }) {
  const trpc = useTRPC();
  const list = useQuery(trpc.sources.list.queryOptions({ limit: 200 }));
  const sources = list.data?.items ?? [];
  const isAdding = wizard.url.get('adding') === 'source' || (list.isSuccess && sources.length === 0);
  return (
    <StepFrame
      title="Which database shall be read?"
      description="The primary of a PostgreSQL database, version 14 or newer."
      {...(isAdding
        ? {}
        : {
            next: {
              label: 'Check it',
              reason: wizard.sourceId === null ? 'Choose a source first.' : null,
              onNext: () => wizard.go('preflight'),
            },
          })}
    >
      <ChoiceList
        label="Source"
        list={list}
        value={wizard.sourceId}
        onChange={(source) => wizard.url.set({ source })}
        choices={sources.map(({ id, name, host, port, database }) => ({
          value: id,
          label: name,
          hint: `${host}:${port}/${database}`,
        }))}
        addLabel="Connect another source"
        isAdding={isAdding}
        onAdd={(adding) => wizard.url.set({ adding: adding ? 'source' : null })}
        form={<NewSourceForm onCreated={({ id }) => wizard.go('preflight', { source: id })} />}
      />
    </StepFrame>
  );
}
