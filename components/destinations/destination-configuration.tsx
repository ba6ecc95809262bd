'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { useUsers } from '@/components/sources/use-users.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { counted } from '@/components/ui/figures.ts';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { updateDestinationInput } from '@/server/destinations/destination-input.ts';
import { CatalogFields, StorageFields } from './destination-fields.tsx';
import {
  type DestinationValues,
  destinationValues,
  secretsToGiveAgain,
  toUpdateInput,
} from './destination-form-values.ts';
import type { Destination } from './destination-types.ts';

/** Changes how a destination is reached, or forgets it. */
export function DestinationConfiguration({ id }: { id: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.destinations.get.queryOptions({ id }));
  if (!data) return <Skeleton className="h-96 w-full max-w-2xl" />;
  return (
    <div className="max-w-2xl space-y-8">
      <EditDestination key={data.version} destination={data} />
      <DeleteDestination destination={data} />
    </div>
  );
}

function EditDestination({ destination }: { destination: Destination }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const reason = useRefusal()('destination:write');
  const update = useMutation(
    trpc.destinations.update.mutationOptions({
      onSuccess: (saved) => {
        toast.done(`Destination ${saved.name} is changed`, 'Pipelines use it from their next commit on.');
        queries.setQueryData(trpc.destinations.get.queryKey({ id: saved.id }), saved);
        return queries.invalidateQueries({ queryKey: trpc.destinations.pathKey() });
      },
    }),
  );
  const form = useForm({
    initial: destinationValues(destination),
    schema: updateDestinationInput,
    toInput: (values: DestinationValues) => toUpdateInput(values, destination),
    failure: update.error,
  });
  const missing = secretsToGiveAgain(form.values, destination);
  const hasChanges = Object.keys(toUpdateInput(form.values, destination)).length > 2;
  return (
    <form onSubmit={form.submit((input) => update.mutate(input))} noValidate className="space-y-6">
      <Section title="Name">
        <Card>
          <Field
            label="Name"
            error={form.error('name')}
            hint="With the embedded catalog, readers know it by this name."
          >
            <Input {...form.text('name')} autoComplete="off" spellCheck={false} />
          </Field>
        </Card>
      </Section>
      {destination.catalogKind === 'rest' && (
        <Section title="Catalog" description="Its warehouse stays: tables are where they are.">
          <Card>
            <CatalogFields form={form} isKept />
          </Card>
        </Section>
      )}
      {destination.storageKind === 's3' && (
        <Section title="Object store" description="The place of the tables stays.">
          <Card>
            <StorageFields form={form} isKept />
          </Card>
        </Section>
      )}
      {update.isError && <ErrorNote error={update.error} />}
      <Button
        kind="primary"
        type="submit"
        reason={
          reason ??
          (missing.length > 0
            ? `Enter ${missing.join(' and ')} again first: they would go elsewhere, or for something else.`
            : hasChanges
              ? null
              : 'Nothing was changed.')
        }
        pending={update.isPending && 'Saving'}
      >
        Save changes
      </Button>
    </form>
  );
}

function DeleteDestination({ destination }: { destination: Destination }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const toast = useToast();
  const refusal = useRefusal();
  const [isAsking, setAsking] = useState(false);
  const users = useUsers({ destinationId: destination.id });
  // The catalog is asked only when somebody wants to know, and the dialog does not wait for it.
  const lake = useQuery(
    trpc.lake.tables.queryOptions({ destinationId: destination.id, limit: 1 }, { enabled: isAsking, retry: false }),
  );
  const remove = useMutation(
    trpc.destinations.delete.mutationOptions({
      onSuccess: async () => {
        toast.done(`Destination ${destination.name} is deleted`);
        router.push('/destinations');
        await queries.invalidateQueries({ queryKey: trpc.destinations.list.pathKey() });
      },
    }),
  );
  const inUse =
    users.length === 0
      ? null
      : `Delete the pipelines that write to it first: ${users.map(({ name }) => name).join(', ')}.`;
  return (
    <Section title="Delete" description="Forgets the address and its secrets. The tables stay where they are.">
      <Button
        kind="danger"
        icon={Trash2}
        reason={refusal('destination:write') ?? inUse}
        onClick={() => setAsking(true)}
      >
        Delete destination
      </Button>
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete destination ${destination.name}?`}
        consequences={[
          'No pipeline writes to it. Its address and its secrets are forgotten here, and have to be given again to write to it.',
          ...(destination.catalogKind === 'embedded'
            ? ['The embedded catalog no longer serves this warehouse to query engines.']
            : []),
        ]}
        stays={whatStays(destination, lake.data?.total ?? null)}
        typeName={destination.name}
        action="Delete destination"
        acting="Deleting"
        isDanger
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ id: destination.id, version: destination.version })}
      />
    </Section>
  );
}

/** What nobody loses, counted where the catalog has answered. */
const whatStays = ({ catalogKind, storageRoot }: Destination, tables: number | null): string[] => [
  tables === null
    ? `Every file under ${storageRoot} stays.`
    : `${counted(tables, 'lake table')} and every file under ${storageRoot} ${tables === 1 ? 'stays' : 'stay'}.`,
  ...(catalogKind === 'rest' ? ['The catalog keeps serving them to query engines.'] : []),
];
