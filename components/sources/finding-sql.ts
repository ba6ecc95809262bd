import { sqlName, sqlTable, sqlText } from '@/server/domain/sql-name.ts';

/** Whose finding it is: the role and the database that Philotes connects with. */
export type FindingPlace = { readonly username: string; readonly database: string };

type Writer = (place: FindingPlace, tables: readonly Named[]) => string | null;
type Named = { readonly schema: string; readonly table: string };

const onTables = (write: (name: string) => string): Writer => {
  return (_, tables) => lines(tables.map((table) => write(sqlTable(table))));
};

/** What an owner or superuser of the source runs to mend each finding that SQL can mend. */
const WRITERS: Readonly<Record<string, Writer>> = {
  wal_level: () => `ALTER SYSTEM SET wal_level = 'logical';\n-- then restart the server`,
  no_free_slot: () =>
    `-- which slots nobody reads\nSELECT slot_name, plugin, database, restart_lsn FROM pg_replication_slots WHERE NOT active;\n\n-- or make room for more, then restart the server\nALTER SYSTEM SET max_replication_slots = 20;`,
  no_free_sender: () => `ALTER SYSTEM SET max_wal_senders = 20;\n-- then restart the server`,
  no_replication_right: ({ username }) => `ALTER ROLE ${sqlName(username)} REPLICATION;`,
  no_create_right: ({ username, database }) => `GRANT CREATE ON DATABASE ${sqlName(database)} TO ${sqlName(username)};`,
  no_slot_limit: () => `ALTER SYSTEM SET max_slot_wal_keep_size = '50GB';\nSELECT pg_reload_conf();`,
  no_select_right: ({ username }, tables) => {
    const role = sqlName(username);
    const schemas = [...new Set(tables.map(({ schema }) => sqlName(schema)))];
    return lines([
      ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${schema} TO ${role};`),
      ...tables.map((each) => `GRANT SELECT ON ${sqlTable(each)} TO ${role};`),
    ]);
  },
  not_owner: ({ username }, tables) => grantOwners(username, tables),
  row_security: ({ username }) => `ALTER ROLE ${sqlName(username)} BYPASSRLS;`,
  no_replica_identity: onTables(
    (name) =>
      `-- one of these; a mirror needs a key, so the last will do for a changelog alone
-- ALTER TABLE ${name} ADD PRIMARY KEY (...);
-- ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ...; -- a unique one, on columns that are NOT NULL
-- ALTER TABLE ${name} REPLICA IDENTITY FULL;`,
  ),
  unchanged_values: onTables((name) => `ALTER TABLE ${name} REPLICA IDENTITY FULL;`),
};

/** The remedy of a finding as SQL; null where none of ours would do. */
export function findingSql(code: string, subjects: readonly string[], place: FindingPlace): string | null {
  return WRITERS[code]?.(place, subjects.flatMap(toTable)) ?? null;
}

/** A subject with other dots than the one between schema and table is not taken apart. */
function toTable(subject: string): Named[] {
  const [schema, table, ...rest] = subject.split('.');
  return schema && table && rest.length === 0 ? [{ schema, table }] : [];
}

/** Owners differ from table to table, and only the source knows them. */
function grantOwners(username: string, tables: readonly Named[]): string | null {
  if (tables.length === 0) return null;
  const names = tables.map((table) => sqlText(sqlTable(table)));
  return `DO $$
DECLARE owner name;
BEGIN
  FOR owner IN SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
    WHERE oid IN (${names.map((name) => `${name}::regclass`).join(', ')})
  LOOP
    EXECUTE format('GRANT %I TO %I', owner, ${sqlText(username)});
  END LOOP;
END $$;`;
}

const lines = (all: readonly string[]): string | null => (all.length === 0 ? null : all.join('\n'));
