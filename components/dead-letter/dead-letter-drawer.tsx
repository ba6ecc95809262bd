'use client';

import { useMutation } from '@tanstack/react-query';
import { Eye, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { columnPolicyHref } from '@/components/table/column-policy-href.ts';
import { Button, ButtonLink } from '@/components/ui/button.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { type DeadLetter, opWord } from './dead-letter-types.ts';
import { LetterValues } from './letter-values.tsx';
import { useDeadLetterVerbs } from './use-dead-letter-verbs.ts';

type Props = {
  readonly pipelineId: string;
  readonly letter: DeadLetter | null;
  /** A number that the list does not have. */
  readonly missing: number | null;
  readonly onClose: () => void;
};

/** One parked row: why it could not be carried, what it holds (on record), and what can be done. */
export function DeadLetterDrawer({ pipelineId, letter, missing, onClose }: Props) {
  const trpc = useTRPC();
  const refusal = useRefusal();
  const [isDiscarding, setDiscarding] = useState(false);
  const inspect = useMutation(trpc.deadLetters.inspect.mutationOptions());
  const verbs = useDeadLetterVerbs();
  if (missing !== null) {
    return (
      <Drawer open onClose={onClose} title={`Dead letter ${missing}`}>
        <p>The list does not show it: it is in another state, on a later page, or there is none of this number.</p>
        <p className="mt-3">
          <ButtonLink href={`/pipelines/${pipelineId}/dead-letters?letter=${missing}`}>Look in all states</ButtonLink>
        </p>
      </Drawer>
    );
  }
  if (letter === null) return null;
  const key = { pipelineId, id: letter.id };
  const reason = refusal('dead-letter:write') ?? (letter.state === 'open' ? null : 'It is not open any more.');
  return (
    <Drawer
      open
      onClose={onClose}
      title={`Dead letter ${letter.id}`}
      description={letter.source}
      footer={
        <>
          <Button
            kind="primary"
            icon={RotateCcw}
            reason={reason}
            pending={verbs.replay.isPending && 'Asking'}
            onClick={() => verbs.replay.mutate(key)}
          >
            Replay row
          </Button>
          <Button kind="danger" icon={Trash2} reason={reason} onClick={() => setDiscarding(true)}>
            Discard row
          </Button>
        </>
      }
    >
      <div className="space-y-6">
        <p>{sentence(letter.reason)}</p>
        <Facts
          items={[
            { name: 'State', value: <StateBadge state={letter.state} /> },
            { name: 'Change', value: opWord(letter.op) },
            ...(letter.column === null ? [] : [{ name: 'Column', value: <code>{letter.column}</code> }]),
            { name: 'Lake table', value: <code>{letter.lakeName}</code> },
            { name: 'Position', value: <Identifier text={letter.lsn} /> },
            { name: 'Parked', value: <RelativeTime at={letter.createdAt} /> },
            ...(letter.replayFailedAt === null || letter.state !== 'open'
              ? []
              : [{ name: 'Replay failed', value: <RelativeTime at={letter.replayFailedAt} /> }]),
          ]}
        />
        {inspect.data ? (
          <LetterValues content={inspect.data} />
        ) : (
          <div className="rounded-md border border-line bg-raised p-3 text-sm">
            <p className="mb-2 text-muted">The row holds data of the source. Looking at it is kept in the audit log.</p>
            <Button icon={Eye} pending={inspect.isPending && 'Opening'} onClick={() => inspect.mutate(key)}>
              Show the row
            </Button>
          </div>
        )}
        {inspect.error && <ErrorNote error={inspect.error} />}
        <section className="text-sm text-muted">
          <h3 className="mb-1 font-semibold text-ink">What can be done</h3>
          <ul className="list-disc space-y-1 pl-5">
            <li>
              <Link
                href={columnPolicyHref({ pipelineId, ...letter })}
                className="text-accent underline underline-offset-2"
              >
                {letter.column === null
                  ? 'Look at the table’s columns'
                  : `Change the policy of column ${letter.column}`}
              </Link>
              , and of others that the reason names, or change the values on the source, then replay.
            </li>
            <li>
              A replay fetches the row for the mirror as it is now on the source, and carries the parked change itself
              into the changelog.
            </li>
            <li>
              A later change of the same row closes the dead letter by itself, unless the table has a changelog: that
              still lacks the parked change.
            </li>
          </ul>
        </section>
      </div>
      <ConfirmDialog
        open={isDiscarding}
        onClose={() => setDiscarding(false)}
        title={`Discard dead letter ${letter.id}?`}
        consequences={['The change is never carried: the lake keeps the older row, or none.']}
        stays={['The source is not touched.', 'A later change of the same row is carried as usual.']}
        action="Discard row"
        acting="Discarding"
        isDanger
        isPending={verbs.discard.isPending}
        error={verbs.discard.error}
        onConfirm={() => verbs.discard.mutate(key, { onSuccess: () => setDiscarding(false) })}
      />
    </Drawer>
  );
}
