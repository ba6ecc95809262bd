/** Names the logical messages in which a source tells which columns a table has from here on. */
export const COLUMNS_PREFIX = 'philotes.columns';
export const COLUMNS_TRIGGER = 'philotes_columns';

/**
 * Statements that make a source tell, within each transaction that changes the columns of a table, what its columns are
 * called then and which numbers they have (manual: "Event Triggers", `pg_logical_emit_message`). The stream itself names
 * columns and does not number them, so that without this a column that was dropped and another one of its name and type are
 * told apart by the catalog, which shows the present. A failure is a warning: nobody's statement fails because of it.
 */
export const INSTALL_COLUMN_MESSAGES = `CREATE SCHEMA IF NOT EXISTS philotes;

CREATE OR REPLACE FUNCTION philotes.tell_columns() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_logical_emit_message(true, '${COLUMNS_PREFIX}', jsonb_build_object('oid', t.oid::bigint, 'columns', (
            SELECT coalesce(jsonb_agg(jsonb_build_array(a.attnum, a.attname, a.atttypid::bigint, a.atttypmod) ORDER BY a.attnum), '[]')
              FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped))::text)
     FROM (WITH RECURSIVE changed (oid) AS (
             SELECT c.objid FROM pg_event_trigger_ddl_commands() c WHERE c.classid = 'pg_class'::regclass
              UNION SELECT i.inhrelid FROM pg_inherits i JOIN changed ON i.inhparent = changed.oid)
           SELECT c.oid FROM pg_class c JOIN changed ON changed.oid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p') t;
  -- The server orders a message by where it ends, which is where the next record begins: this one stands in between.
  PERFORM pg_logical_emit_message(true, '${COLUMNS_PREFIX}', '');
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'philotes was not told of changed columns: %', SQLERRM;
END $$;

DROP EVENT TRIGGER IF EXISTS ${COLUMNS_TRIGGER};
CREATE EVENT TRIGGER ${COLUMNS_TRIGGER} ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
  EXECUTE FUNCTION philotes.tell_columns();`;

/** Takes it off again. */
export const REMOVE_COLUMN_MESSAGES = `DROP EVENT TRIGGER IF EXISTS ${COLUMNS_TRIGGER};
DROP FUNCTION IF EXISTS philotes.tell_columns();
DROP SCHEMA IF EXISTS philotes;`;
