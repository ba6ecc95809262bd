import { KeyRound } from 'lucide-react';
import { Card, Facts } from '@/components/ui/card.tsx';
import { exactCount } from '@/components/ui/figures.ts';
import { MODE_WORDS, recommend } from './recommend.ts';
import type { SourceTable } from './source-types.ts';

/** What a table of a source is made of, and what follows for its replication. */
export function SourceTableFacts({ table }: { table: SourceTable }) {
  const { mode, reason } = recommend(table);
  const key = new Set(table.key);
  const generated = new Set(table.generatedColumns);
  return (
    <div className="space-y-5">
      <div>
        <p className="font-medium">
          {mode === null ? 'Cannot be replicated' : `Best as ${MODE_WORDS[mode].word.toLowerCase()}`}
        </p>
        <p className="text-sm text-muted">
          {reason} {mode && MODE_WORDS[mode].about}
        </p>
      </div>
      <Facts
        items={[
          { name: 'Kind', value: table.kind },
          {
            name: 'Rows',
            value: table.rowEstimate === null ? 'Never analysed' : `About ${exactCount(table.rowEstimate)}`,
          },
          { name: 'Key', value: table.key.length === 0 ? 'None' : <code>{table.key.join(', ')}</code> },
        ]}
      />
      <Card flush>
        <table aria-label="Columns" className="w-full text-sm">
          <thead className="text-left text-xs text-muted">
            <tr className="border-b border-line">
              <th scope="col" className="h-8 px-4 font-medium">
                Column
              </th>
              <th scope="col" className="px-4 font-medium">
                Type
              </th>
              <th scope="col" className="px-4 font-medium">
                Null
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {table.columns.map((column) => (
              <tr key={column.name} className="h-9">
                <th scope="row" className="px-4 py-1 text-left font-normal">
                  <span className="flex items-center gap-1.5">
                    <code className="font-mono text-xs break-all">{column.name}</code>
                    {key.has(column.name) && <KeyRound className="size-3.5 shrink-0 text-paused" aria-label="key" />}
                  </span>
                </th>
                <td className="px-4 py-1">
                  <code className="font-mono text-xs text-muted">{column.type}</code>
                  {generated.has(column.name) && <span className="block text-xs text-muted">generated, left out</span>}
                </td>
                <td className="px-4 py-1 text-muted">{column.notNull ? 'never' : 'may be'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    </div>
  );
}
