'use client';

import { SchemaPolicyFields } from '@/components/pipeline/schema-policy-fields.tsx';
import { useRefusal } from '@/components/session/use-me.ts';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

/** What is done when the source's columns change, where this table is to differ from its pipeline. */
export function TableSchemaPolicy({ table }: { table: TableView }) {
  const { update, seen } = useTableVerbs(table);
  const refusal = useRefusal()('pipeline:write');
  return (
    <section>
      <h3 className="mb-2 font-semibold">When its columns change</h3>
      <div className="grid gap-3 sm:grid-cols-2">
        <SchemaPolicyFields
          value={table.schemaPolicy}
          otherwise="As the pipeline says"
          disabled={refusal !== null || update.isPending}
          title={refusal ?? undefined}
          onChange={(schemaPolicy) => update.mutate({ ...seen, schemaPolicy })}
        />
      </div>
    </section>
  );
}
