'use client';

import { useState } from 'react';
import type { PipelineStatus } from '@/server/pipelines/pipeline-view.ts';

type Names = {
  readonly catalogUrl: string;
  readonly warehouse: string;
  readonly namespace: string;
  readonly table: string;
};

/** How engines read a table through the catalog. The key is the reader's own: it is never printed here. */
const ENGINES = {
  DuckDB: ({ catalogUrl, warehouse, namespace, table }: Names) =>
    `INSTALL iceberg; LOAD iceberg;
CREATE SECRET philotes (TYPE iceberg, TOKEN 'phl_your_read_only_key');
ATTACH '${warehouse}' AS lake (TYPE iceberg, ENDPOINT '${catalogUrl}', SECRET philotes);
SELECT * FROM lake.${namespace}.${table} LIMIT 10;`,
  PyIceberg: ({ catalogUrl, warehouse, namespace, table }: Names) =>
    `from pyiceberg.catalog.rest import RestCatalog

catalog = RestCatalog("philotes", uri="${catalogUrl}", warehouse="${warehouse}", token="phl_your_read_only_key")
print(catalog.load_table("${namespace}.${table}").scan(limit=10).to_arrow())`,
} as const;
type Engine = keyof typeof ENGINES;
const NAMES = Object.keys(ENGINES) as Engine[];

export function ReaderSnippets({ pipeline, catalogUrl }: { pipeline: PipelineStatus; catalogUrl: string }) {
  const [engine, setEngine] = useState<Engine>('DuckDB');
  // Live tables first: they are what somebody wants to try.
  const tables = [...pipeline.tableList].sort((a, b) => Number(b.state === 'live') - Number(a.state === 'live'));
  const lakeNames = tables.flatMap(({ lakeName, modes }) =>
    modes.map((mode) => (mode === 'mirror' ? lakeName : `${lakeName}_changelog`)),
  );
  const [chosen, setTable] = useState(lakeNames[0] ?? '');
  const names = { catalogUrl, warehouse: pipeline.destination.name, namespace: pipeline.namespace, table: chosen };
  return (
    <div className="overflow-hidden rounded-2xl border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-2.5 sm:px-6">
        <div className="flex gap-1" role="tablist" aria-label="Engine">
          {NAMES.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={engine === name}
              onClick={() => setEngine(name)}
              className={`rounded-md px-3 py-1 text-sm ${engine === name ? 'bg-raised font-medium' : 'text-muted hover:text-ink'}`}
            >
              {name}
            </button>
          ))}
        </div>
        <select
          aria-label="Table"
          value={chosen}
          onChange={(event) => setTable(event.target.value)}
          className="max-w-full rounded-md border border-line bg-surface px-2 py-1 text-sm"
        >
          {lakeNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <pre className="overflow-x-auto p-4 font-mono text-[13px] leading-6 sm:px-6">{ENGINES[engine](names)}</pre>
    </div>
  );
}
