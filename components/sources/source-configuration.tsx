'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { updateSourceInput } from '@/server/sources/source-input.ts';
import { TestButton, TestResult, useSourceTest } from './connection-test.tsx';
import { SourceFields } from './source-fields.tsx';
import { moves, sourceValues, toUpdateInput } from './source-form-values.ts';
import type { Source } from './source-types.ts';
import { useUsers } from './use-users.ts';

/** Changes how a source is reached, or forgets it. */
export function SourceConfiguration({ id }: { id: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.sources.get.queryOptions({ id }));
  if (!data) return <Skeleton className="h-96 w-full max-w-2xl" />;
  return (
    <div className="max-w-2xl space-y-8">
      <EditSource key={data.version} source={data} />
      <DeleteSource source={data} />
    </div>
  );
}

function EditSource({ source }: { source: Source }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const reason = useRefusal()('source:write');
  const test = useSourceTest();
  const update = useMutation(
    trpc.sources.update.mutationOptions({
      onSuccess: (saved) => {
        toast.done(`Source ${saved.name} is changed`, 'Running pipelines use it from their next connection on.');
        queries.setQueryData(trpc.sources.get.queryKey({ id: saved.id }), saved);
        return queries.invalidateQueries({ queryKey: trpc.sources.pathKey() });
      },
    }),
  );
  const form = useForm({
    initial: sourceValues(source),
    schema: updateSourceInput,
    toInput: (values: ReturnType<typeof sourceValues>) => toUpdateInput(values, source),
    failure: update.error ?? test.error,
  });
  const needsPassword = source.hasPassword && moves(form.values, source) && form.values.password === '';
  const { id: sourceId, version: _, name: __, ...overrides } = form.input ?? { id: source.id };
  const changes = Object.keys(form.input ?? {}).length - 2;
  return (
    <Section title="Connection" description="The password is asked for again when the host or the port changes.">
      <form onSubmit={form.submit((input) => update.mutate(input))} noValidate className="space-y-4">
        <Card>
          <SourceFields
            form={form}
            passwordHint={
              needsPassword
                ? 'Enter it again: the stored one was entered for another address.'
                : 'Leave it empty to keep the stored one.'
            }
          />
        </Card>
        <TestResult test={test} place={form.values} />
        {update.isError && <ErrorNote error={update.error} />}
        <div className="flex flex-wrap gap-2">
          <Button
            kind="primary"
            type="submit"
            reason={
              reason ??
              (needsPassword ? 'Enter the password again first.' : changes === 0 ? 'Nothing was changed.' : null)
            }
            pending={update.isPending && 'Saving'}
          >
            Save changes
          </Button>
          <TestButton
            test={test}
            reason={reason}
            input={form.input ? { sourceId, overrides } : null}
            onRefused={() => form.submit(() => undefined)()}
          />
        </div>
      </form>
    </Section>
  );
}

function DeleteSource({ source }: { source: Source }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const toast = useToast();
  const refusal = useRefusal();
  const [isAsking, setAsking] = useState(false);
  const users = useUsers({ sourceId: source.id });
  const remove = useMutation(
    trpc.sources.delete.mutationOptions({
      onSuccess: async () => {
        toast.done(`Source ${source.name} is deleted`);
        router.push('/sources');
        await queries.invalidateQueries({ queryKey: trpc.sources.list.pathKey() });
      },
    }),
  );
  const inUse =
    users.length === 0
      ? null
      : `Delete the pipelines that read from it first: ${users.map(({ name }) => name).join(', ')}.`;
  return (
    <Section title="Delete" description="Forgets the address and the password. Nothing changes on the source.">
      <Button kind="danger" icon={Trash2} reason={refusal('source:write') ?? inUse} onClick={() => setAsking(true)}>
        Delete source
      </Button>
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete source ${source.name}?`}
        consequences={[
          'Its address and its password are forgotten here.',
          'To read from it again, it has to be connected with its password.',
        ]}
        stays={['The database, its role and its settings stay as they are.', 'Tables that are in the lake stay.']}
        action="Delete source"
        acting="Deleting"
        isDanger
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ id: source.id, version: source.version })}
      />
    </Section>
  );
}
