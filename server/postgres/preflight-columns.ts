import type { DiscoveredTable } from './discover.ts';
import type { Finding } from './preflight.ts';

/** What should be known about a table's columns: types that the lake keeps as text, what is left out, names that collide. */
export function columnFindings(found: DiscoveredTable, subject: string): Finding[] {
  const lossy = found.schema.columns.flatMap((column): Finding[] => {
    const about = `${subject}.${column.name}`;
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
  return [...lossy, ...generated, ...nameFindings(found, subject)];
}

const PLAIN_TEXT = /^(text|character varying|character|name|citext|public\.citext)\b/;
const RESERVED_PREFIX = '_philotes_';

function nameFindings(found: DiscoveredTable, subject: string): Finding[] {
  const seen = new Map<string, string>();
  return found.schema.columns.flatMap((column): Finding[] => {
    const folded = column.name.toLowerCase();
    const twin = seen.get(folded);
    seen.set(folded, column.name);
    const isReserved = folded.startsWith(RESERVED_PREFIX);
    if (twin === undefined && !isReserved) return [];
    return [
      {
        code: 'column_name_collision',
        severity: isReserved ? 'error' : 'warning',
        subject: `${subject}.${column.name}`,
        message: isReserved
          ? `Names that begin with ${RESERVED_PREFIX} are used by the changelog.`
          : `It differs from ${twin} only in case; many query engines cannot tell them apart.`,
        remedy: 'Rename the column at the source.',
      },
    ];
  });
}
