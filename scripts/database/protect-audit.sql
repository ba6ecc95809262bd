-- Gives the audit log to a role that nobody signs in as. The role that Philotes signs in as may then read and add entries,
-- and neither change them nor take away the triggers that refuse it. Run it once, as a superuser, in the metadata database:
--
--   psql -v app=philotes -f scripts/database/protect-audit.sql postgres://postgres@host/philotes
--
-- An upgrade may have to change the table: grant philotes_audit to the role before it, and revoke it afterwards.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'philotes_audit') THEN CREATE ROLE philotes_audit NOLOGIN; END IF;
END $$;
GRANT USAGE, CREATE ON SCHEMA public TO philotes_audit;
ALTER TABLE audit_entry OWNER TO philotes_audit;
ALTER FUNCTION audit_entry_refuse_change() OWNER TO philotes_audit;
ALTER FUNCTION audit_entry_chain() OWNER TO philotes_audit;
ALTER FUNCTION audit_entry_text(audit_entry) OWNER TO philotes_audit;
REVOKE CREATE ON SCHEMA public FROM philotes_audit;
GRANT SELECT, INSERT ON audit_entry TO :"app";
GRANT USAGE ON SEQUENCE audit_entry_id_seq TO :"app";
