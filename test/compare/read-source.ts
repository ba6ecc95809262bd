import pg from 'pg';

const ROWS_AT_ONCE = 5_000;
/** PostgreSQL's text depends on the session; these make it the same everywhere. */
const SETTINGS = [
  'datestyle=ISO,MDY',
  'intervalstyle=postgres',
  'timezone=UTC',
  'extra_float_digits=3',
  'bytea_output=hex',
  'lc_monetary=C',
  // Names of types and tables print with their schema unless it is on the path.
  'search_path=pg_catalog',
];

/** All rows of a source table as PostgreSQL prints them, the named columns in order, from one database snapshot. */
export async function* readSource(options: {
  url: string;
  schema: string;
  table: string;
  columns: readonly string[];
}): AsyncGenerator<Array<Array<string | null>>> {
  const client = new pg.Client({
    connectionString: options.url,
    options: SETTINGS.map((setting) => `-c ${setting}`).join(' '),
    // Values as the server sends them.
    types: { getTypeParser: () => (text: string | Buffer) => String(text) },
  });
  await client.connect();
  try {
    const columns = options.columns.map(pg.escapeIdentifier).join(', ');
    const from = `${pg.escapeIdentifier(options.schema)}.${pg.escapeIdentifier(options.table)}`;
    await client.query('begin isolation level repeatable read read only');
    await client.query(`declare rows no scroll cursor for select ${columns} from ${from}`);
    for (;;) {
      const { rows } = await client.query<Array<string | null>>({
        text: `fetch ${ROWS_AT_ONCE} from rows`,
        rowMode: 'array',
      });
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await client.end();
  }
}

/** The columns that the source has now, in order. */
export async function sourceColumns(options: { url: string; schema: string; table: string }): Promise<string[]> {
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ attname: string }>(
      `select attname from pg_attribute
       where attrelid = format('%I.%I', $1::text, $2::text)::regclass and attnum > 0 and not attisdropped
         and attgenerated = '' order by attnum`,
      [options.schema, options.table],
    );
    return rows.map((row) => row.attname);
  } finally {
    await client.end();
  }
}
