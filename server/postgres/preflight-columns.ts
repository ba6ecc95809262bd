import type { ColumnRules } from '@/server/domain/column-rules.ts';
import { lakeColumnNames } from '@/server/domain/lake-column-names.ts';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import { bindRules, visibleSchema } from '@/server/domain/visible-schema.ts';
import type { DiscoveredTable } from './discover.ts';
import type { Finding } from './preflight.ts';

/**
 * What should be known about the columns that are carried under the table's rules: types that the lake keeps as text, what is
 * left out, names that are others in the lake.
 */
export function columnFindings(found: DiscoveredTable, rules: ColumnRules, subject: string): Finding[] {
  const bound = bindRules(found.schema, rules);
  // Rules that do not fit are a finding of their own.
  const { columns } = typeof bound === 'string' ? found.schema : visibleSchema(found.schema, bound);
  const lossy = columns.flatMap((column): Finding[] => {
    const about = `${subject}.${column.name}`;
    if (column.mask !== undefined) return [];
    if (column.type.kind === 'text' && column.typeName.startsWith('numeric'))
      return [
        {
          code: 'numeric_as_text',
          severity: 'warning',
          subject: about,
          message: `${column.typeName} does not fit into decimal(38); its exact text is kept as a string.`,
          remedy: 'Declare a precision of at most 38 digits at the source to get a decimal.',
        },
      ];
    if (column.type.kind === 'text' && !PLAIN_TEXT.test(column.typeName))
      return [
        {
          code: 'kept_as_text',
          severity: 'info',
          subject: about,
          message: `${column.typeName} has no equivalent in Iceberg; PostgreSQL's text of it is kept as a string.`,
          remedy: 'Nothing to do; query engines can parse it.',
        },
      ];
    if (column.type.kind === 'array')
      return [
        {
          code: 'array_dimensions',
          severity: 'info',
          subject: about,
          message:
            'Lists hold one dimension; lower bounds are not kept, and values of more dimensions follow the column policy.',
          remedy: 'Choose the policy "string" if the column holds arrays of several dimensions.',
        },
      ];
    return [];
  });
  const generated = found.generatedColumns.map((name): Finding => {
    return {
      code: 'generated_column',
      severity: 'info',
      subject: `${subject}.${name}`,
      message: 'Generated columns are not in the change stream and are left out.',
      remedy: 'Compute the value in the query engine.',
    };
  });
  return [...lossy, ...generated, ...nameFindings(columns, subject)];
}

const PLAIN_TEXT = /^(text|character varying|character|name|citext|public\.citext)\b/;

/** Only columns whose name the lake cannot have: its engines compare without case, and some names are theirs or ours. */
function nameFindings(columns: readonly SourceColumn[], subject: string): Finding[] {
  const names = lakeColumnNames(columns);
  return columns.flatMap((column): Finding[] => {
    const name = names.get(column.attnum) ?? column.name;
    if (name === column.name) return [];
    return [
      {
        code: 'column_renamed',
        severity: 'warning',
        subject: `${subject}.${column.name}`,
        message: `In the lake it is called ${name}: engines compare names without case, and some are reserved.`,
        remedy: 'Nothing to do, or leave the column out, or rename it at the source.',
      },
    ];
  });
}
