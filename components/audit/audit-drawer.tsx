'use client';

import { Badge } from '@/components/ui/badge.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { CodeBlock, Identifier } from '@/components/ui/code-block.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { Link } from '@/components/ui/link.tsx';
import { exactTime } from '@/components/ui/relative-time.tsx';
import type { AuditEntry } from './audit-types.ts';
import { didText, pageOf, subjectText, valueText, whoText } from './audit-words.ts';

/** One entry in full: who, what, from where, and each field before and after. */
export function AuditDrawer({ entry, onClose }: { entry: AuditEntry | undefined; onClose: () => void }) {
  return (
    <Drawer
      open={entry !== undefined}
      onClose={onClose}
      title={entry ? `${whoText(entry)} ${didText(entry)}` : ''}
      description={entry && exactTime(entry.at)}
    >
      {entry && <Entry entry={entry} />}
    </Drawer>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const page = pageOf(entry);
  const name = subjectText(entry);
  return (
    <div className="space-y-5">
      {entry.refused && (
        <p className="flex items-center gap-2 text-sm">
          <Badge tone="failed">Refused</Badge> Nothing was changed.
        </p>
      )}
      {entry.changes.length > 0 && <Changes changes={entry.changes} />}
      <Facts
        items={[
          { name: 'Who', value: whoText(entry) },
          { name: 'Action', value: <Identifier text={entry.action} /> },
          {
            name: entry.refused ? 'Missing right' : 'On',
            value: page ? (
              <Link href={page} className="text-accent underline-offset-2 hover:underline">
                {name}
              </Link>
            ) : (
              name || <Identifier text={entry.subject || '–'} />
            ),
          },
          { name: 'Network address', value: entry.address ? <Identifier text={entry.address} /> : 'Unknown' },
          { name: 'Actor id', value: <Identifier text={entry.actor} /> },
          { name: 'Entry', value: <Identifier text={entry.id} /> },
        ]}
      />
      {Object.keys(entry.detail).length > 0 && (
        <CodeBlock code={JSON.stringify(entry.detail, null, 2)} label="Detail" />
      )}
    </div>
  );
}

function Changes({ changes }: { changes: AuditEntry['changes'] }) {
  return (
    <div className="overflow-hidden rounded-md border border-line">
      {changes.map(({ field, before, after }) => (
        <div key={field} className="border-b border-line last:border-b-0">
          <p className="bg-raised px-3 py-1 font-mono text-xs text-muted">{field}</p>
          <Side sign="-" word="before" value={before} className="bg-failed/8 text-failed" />
          <Side sign="+" word="after" value={after} className="bg-running/8 text-running" />
        </div>
      ))}
    </div>
  );
}

const Side = (props: { sign: string; word: string; value: unknown; className: string }) => (
  <p className={`flex gap-2 px-3 py-1 font-mono text-xs ${props.className}`}>
    <span aria-hidden="true">{props.sign}</span>
    <span className="sr-only">{props.word}</span>
    <span className="min-w-0 break-words whitespace-pre-wrap">{valueText(props.value)}</span>
  </p>
);
