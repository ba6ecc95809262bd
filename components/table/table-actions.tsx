'use client';

import { CirclePause, CirclePlay, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Checkbox } from '@/components/ui/choice.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ResyncDialog } from './resync-dialog.tsx';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

/** Errors that a resume does not mend. */
const STUCK: Readonly<Record<string, string>> = {
  SPILL_FULL: 'It waited too long: resync it.',
  SOURCE_PUBLICATION: 'Changes of it are missing: resync it.',
  SOURCE_TABLE_REPLACED: 'Changes of it are missing: resync it.',
  SOURCE_PARTITION_ATTACHED: 'Rows of it are missing: resync it.',
  SCHEMA_CHANGE_WAITING: 'Approve or refuse its changed columns.',
  LAKE_SCHEMA_IMPOSSIBLE: 'Decide about its changed columns, or resync it.',
};

/** Pause or resume, copy anew, take out. */
export function TableActions({ table, onRemoved }: { table: TableView; onRemoved: () => void }) {
  const [asked, setAsked] = useState<'resync' | 'remove' | null>(null);
  const [dropsLake, setDropsLake] = useState(false);
  const refusal = useRefusal();
  const verbs = useTableVerbs(table);
  const operate = refusal('pipeline:operate');
  const { source, state } = table;
  const close = () => setAsked(null);
  const rests = state === 'paused' || state === 'needs_attention';
  return (
    <>
      {rests ? (
        <Button
          icon={CirclePlay}
          kind="primary"
          reason={operate ?? STUCK[table.error?.code ?? ''] ?? null}
          pending={verbs.resume.isPending && 'Resuming'}
          onClick={() => verbs.resume.mutate(verbs.key)}
        >
          Resume table
        </Button>
      ) : (
        <Button
          icon={CirclePause}
          reason={operate ?? (['live', 'catching_up'].includes(state) ? null : 'It is not live yet.')}
          pending={verbs.pause.isPending && 'Pausing'}
          onClick={() => verbs.pause.mutate(verbs.key)}
        >
          Pause table
        </Button>
      )}
      <Button icon={RefreshCw} reason={operate} onClick={() => setAsked('resync')}>
        Resync table
      </Button>
      <Button
        icon={Trash2}
        kind="danger"
        reason={refusal('pipeline:write')}
        onClick={() => setAsked('remove')}
        className="sm:ml-auto"
      >
        Take out
      </Button>
      <ResyncDialog table={table} open={asked === 'resync'} onClose={close} />
      <ConfirmDialog
        open={asked === 'remove'}
        onClose={close}
        title={`Take ${source} out of the pipeline?`}
        consequences={[
          'It is taken out of the publication; its changes are not carried any more.',
          ...(dropsLake
            ? ['The lake tables that were made for it are dropped with all of their files. Readers lose them.']
            : []),
        ]}
        stays={
          dropsLake
            ? ['A lake table of its name that was made for something else stays.', 'Other tables go on.']
            : ['Its lake tables stay as they are.', 'Other tables go on.']
        }
        action="Take out table"
        acting="Taking out"
        isDanger
        {...(dropsLake ? { typeName: source } : {})}
        isPending={verbs.remove.isPending}
        error={verbs.remove.error}
        onConfirm={() =>
          verbs.remove.mutate(
            { ...verbs.seen, dropLakeTables: dropsLake },
            {
              onSuccess: () => {
                close();
                onRemoved();
              },
            },
          )
        }
      >
        <Checkbox checked={dropsLake} onChange={setDropsLake} label="Drop its lake tables too" />
      </ConfirmDialog>
    </>
  );
}
