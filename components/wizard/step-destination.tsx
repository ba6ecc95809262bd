'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { kindText } from '@/components/destinations/destination-words.ts';
import { NewDestinationForm } from '@/components/destinations/new-destination.tsx';
import { issueText } from '@/components/form/issue-text.ts';
import { Card } from '@/components/ui/card.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { createPipelineInput } from '@/server/pipelines/pipeline-input.ts';
import { ChoiceList } from './choice-list.tsx';
import { StepFrame } from './step-frame.tsx';
import type { Wizard } from './use-wizard.ts';
import { usualNamespace } from './wizard-draft.ts';

/** Where the lake tables are kept. */
export function StepDestination({ wizard, sourceId }: { wizard: Wizard; sourceId: string }) {
  const trpc = useTRPC();
  const { draft, save, url, destinationId } = wizard;
  const list = useQuery(trpc.destinations.list.queryOptions({ limit: 200 }));
  const source = useQuery(trpc.sources.get.queryOptions({ id: sourceId })).data;
  const destinations = list.data?.items ?? [];
  const isAdding = url.get('adding') === 'destination' || (list.isSuccess && destinations.length === 0);
  const usual = source ? usualNamespace(source.database) : '';
  const namespace = draft.namespace || usual;
  // Nothing is wrong before the usual name is known.
  const error = namespace === '' ? null : namespaceError(namespace);
  return (
    <StepFrame
      title="Where shall the tables be kept?"
      description="A warehouse, and the Iceberg catalog through which query engines find its tables."
      {...(isAdding ? {} : { onBack: () => wizard.go('tables') })}
      {...(isAdding
        ? {}
        : {
            next: {
              label: 'Review',
              reason: destinationId === null ? 'Choose a destination first.' : error,
              onNext: () => wizard.go('review'),
            },
          })}
    >
      <ChoiceList
        label="Destination"
        list={list}
        value={destinationId}
        onChange={(destination) => url.set({ destination })}
        choices={destinations.map((destination) => ({
          value: destination.id,
          label: destination.name,
          hint: `${kindText(destination)}, ${destination.catalogUri ?? destination.storageRoot}`,
        }))}
        addLabel="Add another destination"
        isAdding={isAdding}
        onAdd={(adding) => url.set({ adding: adding ? 'destination' : null })}
        form={<NewDestinationForm onCreated={({ id }) => url.set({ destination: id, adding: null })} />}
      />
      {!isAdding && (
        <Card>
          <Field
            label="Namespace"
            hint={`The schema that the tables have in the lake. Leave it empty for ${usual || 'the usual one'}.`}
            error={error}
            className="max-w-md"
          >
            <Input
              value={draft.namespace}
              onChange={(event) => save({ ...draft, namespace: event.target.value })}
              placeholder={usual}
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
            />
          </Field>
        </Card>
      )}
    </StepFrame>
  );
}

function namespaceError(namespace: string): string | null {
  const issue = createPipelineInput.shape.namespace.safeParse(namespace).error?.issues[0];
  return issue ? issueText(issue) : null;
}
