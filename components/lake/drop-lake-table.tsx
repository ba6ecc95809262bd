'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { pathOf } from '@/components/api/apply-event.ts';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { type LakeKey, SLOW } from './lake-types.ts';

/** For a table that a pipeline left behind: ends it with its files. */
export function DropLakeTable({ at }: { at: LakeKey }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [isOpen, setOpen] = useState(false);
  const name = `${at.namespace}.${at.table}`;
  const drop = useMutation(
    trpc.lake.drop.mutationOptions({
      ...SLOW,
      onSuccess: async () => {
        toast.done(`Dropped ${name}`);
        router.push(`/lake/${at.destinationId}`);
        queryClient.removeQueries(trpc.lake.table.queryFilter(at));
        await queryClient.invalidateQueries({ predicate: ({ queryKey }) => pathOf(queryKey).startsWith('lake.') });
      },
    }),
  );
  return (
    <>
      <Button
        icon={Trash2}
        kind="danger"
        reason={useRefusal()('catalog:write')}
        onClick={() => {
          drop.reset();
          setOpen(true);
        }}
      >
        Drop lake table
      </Button>
      <ConfirmDialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={`Drop ${name}?`}
        consequences={['The Iceberg table is dropped with all of its files. Readers lose it.']}
        stays={['Nothing changes on the source, nor in any pipeline: none writes to this table.']}
        action="Drop lake table"
        acting="Dropping"
        isDanger
        typeName={name}
        isPending={drop.isPending}
        error={drop.error}
        onConfirm={() => drop.mutate(at)}
      />
    </>
  );
}
