'use client';

import { ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

type Doubt = TableView['doubts'][number];

const WORDS: Readonly<Record<Doubt['kind'], (column: string) => string>> = {
  'column-added': (column) =>
    `The column ${column} came with values for rows that were there. The source tells nothing of them in its log, so these rows have null in the lake.`,
  'column-retyped': (column) =>
    `The type of ${column} was changed. If that changed values of rows that were there, the source told nothing of it in its log.`,
  verification: () => 'A verification found rows that differ.',
};

/** Why the mirror may differ from its source although it has every change of the log, and what settles that. */
export function TableDoubts({ table }: { table: TableView }) {
  const [isAsked, setAsked] = useState(false);
  const { accept, key } = useTableVerbs(table);
  const reason = useRefusal()('pipeline:operate');
  const { doubts, source } = table;
  if (doubts.length === 0) return null;
  const close = () => setAsked(false);
  return (
    <section aria-label="May differ from its source" className="rounded-md border border-attention/40 p-3 text-sm">
      <h3 className="mb-2 flex items-center gap-2 font-semibold">
        <ShieldQuestion className="size-4 text-attention" aria-hidden="true" />
        The mirror may differ from its source
      </h3>
      <ul className="list-disc space-y-1 pl-5">
        {doubts.map((doubt) => (
          <li key={`${doubt.kind} ${doubt.column}`}>
            {WORDS[doubt.kind](doubt.column ?? '')}{' '}
            <span className="text-muted">
              <RelativeTime at={doubt.at} />
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-muted">
        Verify the table to see whether it does, and repair what differs; or resync it. If it is fine as it is, accept
        it.
      </p>
      <div className="mt-3">
        <Button reason={reason} onClick={() => setAsked(true)}>
          Accept as it is
        </Button>
      </div>
      <ConfirmDialog
        open={isAsked}
        onClose={close}
        title={`Accept the mirror of ${source} as it is?`}
        consequences={[
          'It is not marked any more, until another change of its columns or a verification gives reason to.',
        ]}
        stays={['Nothing in the lake changes.', 'Rows that are written from now on are carried as always.']}
        action="Accept as it is"
        acting="Accepting"
        isPending={accept.isPending}
        error={accept.error}
        onConfirm={() => accept.mutate(key, { onSuccess: close })}
      />
    </section>
  );
}
