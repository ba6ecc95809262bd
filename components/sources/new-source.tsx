'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button, ButtonLink } from '@/components/ui/button.tsx';
import { Card, PageHeader } from '@/components/ui/card.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { createSourceInput } from '@/server/sources/source-input.ts';
import { TestButton, TestResult, useSourceTest } from './connection-test.tsx';
import { SetupGuide } from './setup-guide.tsx';
import { SourceFields } from './source-fields.tsx';
import { EMPTY_SOURCE, isConnectionString, toCreateInput } from './source-form-values.ts';
import type { Source } from './source-types.ts';

/** The page that connects a source. */
export function NewSource() {
  const router = useRouter();
  return (
    <>
      <PageHeader title="Connect a source" meta="A PostgreSQL database, version 14 or newer." />
      <div className="mt-6">
        <NewSourceForm
          onCreated={(source) => router.push(`/sources/${source.id}`)}
          other={<ButtonLink href="/sources">Cancel</ButtonLink>}
        />
      </div>
    </>
  );
}

/** The form, with the SQL that prepares the database beside it. What was typed stays until it is saved. */
export function NewSourceForm({
  onCreated,
  other,
}: {
  onCreated: (source: Source) => void;
  /** A button beside the one that saves. */
  other?: React.ReactNode;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const reason = useRefusal()('source:write');
  const test = useSourceTest();
  const create = useMutation(
    trpc.sources.create.mutationOptions({
      onSuccess: async (source) => {
        toast.done(`Source ${source.name} is connected`);
        form.clear();
        await queries.invalidateQueries({ queryKey: trpc.sources.list.pathKey() });
        onCreated(source);
      },
    }),
  );
  const form = useForm({
    initial: EMPTY_SOURCE,
    schema: createSourceInput,
    toInput: toCreateInput,
    failure: create.error ?? test.error,
    draftKey: 'source',
    secrets: ['password'],
    holdsSecret: isConnectionString,
  });
  const save = form.submit((input) => create.mutate(input));
  const { name: _, ...candidate } = form.input ?? { name: '' };
  return (
    <div className="@container">
      <div className="grid items-start gap-6 @4xl:grid-cols-[minmax(0,1fr)_minmax(0,29rem)]">
        <form onSubmit={save} noValidate className="min-w-0 space-y-4">
          <Card>
            <SourceFields form={form} passwordHint="Kept encrypted. Nobody can read it again." />
          </Card>
          <TestResult test={test} place={form.values} />
          {create.isError && <ErrorNote error={create.error} />}
          <div className="flex flex-wrap items-center gap-2">
            <Button kind="primary" type="submit" reason={reason} pending={create.isPending && 'Connecting'}>
              Connect source
            </Button>
            <TestButton
              test={test}
              reason={reason}
              input={form.input && 'host' in candidate ? { candidate } : null}
              onRefused={() => form.submit(() => undefined)()}
            />
            {other}
          </div>
        </form>
        <SetupGuide role={form.values.username} database={form.values.database} />
      </div>
    </div>
  );
}
