'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { TestButton, TestResult } from '@/components/sources/connection-test.tsx';
import { Button, ButtonLink } from '@/components/ui/button.tsx';
import { Card, PageHeader, Section } from '@/components/ui/card.tsx';
import { RadioCards } from '@/components/ui/choice.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { Segmented } from '@/components/ui/segmented.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { createDestinationInput } from '@/server/destinations/destination-input.ts';
import { CATALOG_PRESETS, PRESETS } from './catalog-presets.ts';
import { CatalogFields, StorageFields } from './destination-fields.tsx';
import { EMPTY_DESTINATION, SECRET_FIELDS, toCreateInput } from './destination-form-values.ts';
import { useDestinationTest } from './destination-test.tsx';
import type { Destination } from './destination-types.ts';
import { NO_PLACE } from './destination-words.ts';

/** The page that adds a destination. */
export function NewDestination() {
  const router = useRouter();
  return (
    <>
      <PageHeader
        title="Add a destination"
        meta="Where the Iceberg tables are kept, and the catalog that knows them."
      />
      <div className="mt-6 max-w-2xl">
        <NewDestinationForm
          onCreated={({ id }) => router.push(`/destinations/${id}`)}
          other={<ButtonLink href="/destinations">Cancel</ButtonLink>}
        />
      </div>
    </>
  );
}

/** The form. What was typed stays until it is saved. */
export function NewDestinationForm({
  onCreated,
  other,
}: {
  onCreated: (destination: Destination) => void;
  other?: ReactNode;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const reason = useRefusal()('destination:write');
  const test = useDestinationTest();
  const create = useMutation(
    trpc.destinations.create.mutationOptions({
      onSuccess: async (destination) => {
        toast.done(`Destination ${destination.name} is added`);
        form.clear();
        await queries.invalidateQueries({ queryKey: trpc.destinations.list.pathKey() });
        onCreated(destination);
      },
    }),
  );
  const form = useForm({
    initial: EMPTY_DESTINATION,
    schema: createDestinationInput,
    toInput: toCreateInput,
    failure: create.error ?? test.error,
    draftKey: 'destination',
    secrets: SECRET_FIELDS,
  });
  const { kind, preset } = form.values;
  return (
    <form onSubmit={form.submit((input) => create.mutate(input))} noValidate className="space-y-6">
      <RadioCards
        label="Kind"
        value={KINDS.find(({ value }) => value === kind)?.value}
        onChange={(next) => form.set('kind', next)}
        choices={KINDS}
      />
      <Card>
        <Field
          label="Name"
          hint={kind === 'rest' ? 'What it is called here.' : 'Query engines know the warehouse by it.'}
          error={form.error('name')}
        >
          <Input {...form.text('name')} autoComplete="off" spellCheck={false} placeholder="lake" />
        </Field>
        {kind === 'local' && (
          <p className="mt-4 text-sm text-muted">
            Tables are kept in Philotes’ own data folder and served by its own catalog. Good for a first look and for
            engines on this machine; an object store is better for everything else.
          </p>
        )}
      </Card>
      {kind === 'rest' && (
        <Section title="Catalog">
          <div className="mb-3">
            <Segmented
              label="Catalog"
              value={PRESETS.find((known) => known === preset) ?? 'generic'}
              onChange={(next) => {
                form.set('preset', next);
                form.set('auth', CATALOG_PRESETS[next].auth, 'catalog.auth');
                form.set('scope', CATALOG_PRESETS[next].scope, 'catalog.auth.scope');
                form.set('region', CATALOG_PRESETS[next].region, 'storage.region');
              }}
              choices={PRESETS.map((value) => ({ value, label: CATALOG_PRESETS[value].label }))}
            />
          </div>
          <Card>
            <CatalogFields form={form} />
          </Card>
        </Section>
      )}
      {kind !== 'local' && (
        <Section title="Object store">
          <Card>
            <StorageFields form={form} />
          </Card>
        </Section>
      )}
      <TestResult test={test} place={NO_PLACE} />
      {create.isError && <ErrorNote error={create.error} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button kind="primary" type="submit" reason={reason} pending={create.isPending && 'Adding'}>
          Add destination
        </Button>
        <TestButton
          test={test}
          reason={reason}
          input={form.input ? { candidate: form.input } : null}
          onRefused={() => form.submit(() => undefined)()}
        />
        {other}
      </div>
    </form>
  );
}

const KINDS = [
  { value: 'local', label: 'This machine', hint: 'Embedded catalog, tables on local disk. Nothing to set up.' },
  { value: 's3', label: 'S3 or MinIO', hint: 'Embedded catalog, tables in an object store.' },
  {
    value: 'rest',
    label: 'REST catalog',
    hint: 'Lakekeeper, Polaris, Nessie, R2 and every other Iceberg REST catalog.',
  },
] as const;
