'use client';

import { KeyRound } from 'lucide-react';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { Section } from '@/components/ui/card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { useColumnFinder } from '@/components/ui/use-column-finder.tsx';
import type { LakeTable } from './lake-types.ts';

const TONES: Readonly<Record<string, Tone>> = { added: 'running', removed: 'failed', renamed: 'accent' };

/** The columns as they are, and what each earlier schema changed. */
export function SchemaHistory({ table }: { table: LakeTable }) {
  const history = table.schemas.filter(({ changes }) => changes.length > 0);
  const { shown, finder, more } = useColumnFinder(table.schema.fields);
  return (
    <>
      <Section title="Columns">
        {finder}
        <div className="overflow-x-auto rounded-md border border-line bg-surface">
          <table aria-label="Columns" className="w-full text-sm">
            <thead className="text-left text-xs text-muted">
              <tr className="border-b border-line">
                {['Id', 'Column', 'Type', 'Null'].map((head) => (
                  <th key={head} scope="col" className="h-8 px-3 font-medium first:pl-4">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {shown.map((field) => (
                <tr key={field.id} className="h-9">
                  <td className="w-12 px-3 pl-4 text-muted tabular-nums">{field.id}</td>
                  <th scope="row" className="px-3 text-left font-medium">
                    <span className="flex items-center gap-1.5">
                      {field.name}
                      {field.key && <KeyRound className="size-3.5 text-accent" aria-label="key" />}
                    </span>
                  </th>
                  <td className="px-3 font-mono text-xs">{field.type}</td>
                  <td className="px-3 text-muted">{field.required ? 'never' : 'may be'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {more}
        </div>
      </Section>
      <Section title="History of the schema">
        {history.length === 0 ? (
          <p className="text-sm text-muted">The schema has not changed since the table was made.</p>
        ) : (
          <ol className="divide-y divide-line rounded-md border border-line bg-surface">
            {history.map((version) => (
              <li key={version.id} className="px-4 py-2.5 text-sm">
                <p className="flex items-baseline justify-between gap-4">
                  <span className="font-medium">
                    Schema {version.id}
                    {version.current && <span className="ml-2 font-normal text-muted">in use</span>}
                  </span>
                  {version.firstUsedAt && <RelativeTime at={version.firstUsedAt} className="text-muted" />}
                </p>
                <ul className="mt-1 space-y-1">
                  {version.changes.map(({ kind, column, detail }) => (
                    <li key={`${kind} ${column}`} className="flex flex-wrap items-baseline gap-2">
                      <Badge tone={TONES[kind] ?? 'idle'}>{kind}</Badge>
                      <code className="text-xs font-medium">{column}</code>
                      <span className="text-muted">{detail}</span>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}
