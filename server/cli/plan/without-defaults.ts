import { isDeepStrictEqual } from 'node:util';
import type { DEFAULT_PIPELINE_SETTINGS } from '@/server/domain/pipeline-settings.ts';
import { tableInput, withDefaultSettings, withLakeName } from '@/server/pipelines/pipeline-input.ts';
import { type Kind, SPECS } from './resource-schemas.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A spec without the fields that read the same when they are left out, for whoever writes it anew. */
export function withoutDefaults(kind: Kind, spec: Fields): Fields {
  const short =
    kind === 'Pipeline' ? { ...spec, settings: shortSettings(spec.settings), tables: shortTables(spec) } : spec;
  return leastOf(short, (fields) => SPECS[kind].spec.parse(fields));
}

const shortSettings = (settings: unknown): Fields =>
  leastOf(settings as Fields, (fields) => withDefaultSettings(fields as Partial<typeof DEFAULT_PIPELINE_SETTINGS>));

const shortTables = ({ tables }: Fields): Fields[] => (tables as Fields[]).map((table) => leastOf(table, readTable));

/** A table as it will be stored; what deletes and truncates do is filled in by the database. */
const readTable = (fields: Fields) => ({
  onDelete: 'apply',
  onTruncate: 'apply',
  ...withLakeName(tableInput.parse(fields)),
});

/** Leaves out each field without which `read` makes the same of the rest. What it cannot read stays as it is. */
function leastOf(fields: Fields, read: (fields: Fields) => unknown): Fields {
  const whole = attempt(read, fields);
  if (whole === undefined) return fields;
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => {
      const { [name]: _, ...rest } = fields;
      return !isDeepStrictEqual(attempt(read, rest), whole);
    }),
  );
}

const attempt = (read: (fields: Fields) => unknown, fields: Fields): unknown => {
  try {
    return read(fields);
  } catch {
    return undefined; // A field that has to be there.
  }
};
