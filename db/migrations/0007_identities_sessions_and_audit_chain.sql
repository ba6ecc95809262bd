CREATE TABLE "member_identity" (
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"member_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_identity_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "member_link" (
	"member_id" text PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "member_link_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "oidc_setting" (
	"id" text PRIMARY KEY NOT NULL,
	"enabled" boolean NOT NULL,
	"name" text NOT NULL,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret_sealed" "bytea" NOT NULL,
	"scopes" text NOT NULL,
	"groups_claim" text NOT NULL,
	"allowed_domains" jsonb NOT NULL,
	"group_roles" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "last_used_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "last_used_from" "inet";--> statement-breakpoint
ALTER TABLE "audit_entry" ADD COLUMN "hash" "bytea" DEFAULT ''::bytea NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entry" ADD COLUMN "previous_hash" "bytea" DEFAULT ''::bytea NOT NULL;--> statement-breakpoint
ALTER TABLE "member" ADD COLUMN "without_role" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "member" ADD COLUMN "last_sign_in_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "id" text DEFAULT 'ses_' || replace(gen_random_uuid()::text, '-', '') NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "method" text DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "address" "inet";--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "last_seen_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "member_identity" ADD CONSTRAINT "member_identity_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_link" ADD CONSTRAINT "member_link_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "member_identity_member" ON "member_identity" USING btree ("member_id");--> statement-breakpoint
-- Each entry's hash covers the one before. Entries are put in a row by a lock, get their number and instant under it, and
-- those that are there already are chained once, here.
CREATE FUNCTION audit_entry_text(entry audit_entry) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(
    entry.id::text,
    to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.actor, entry.action, entry.subject, entry.detail, host(entry.address)
  )::text
$$;
--> statement-breakpoint
CREATE FUNCTION audit_entry_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7315449002);
  SELECT last.hash INTO NEW.previous_hash FROM audit_entry last ORDER BY last.id DESC LIMIT 1;
  NEW.previous_hash := coalesce(NEW.previous_hash, decode(repeat('00', 32), 'hex'));
  NEW.id := nextval('audit_entry_id_seq');
  NEW.at := clock_timestamp();
  NEW.hash := sha256(NEW.previous_hash || convert_to(audit_entry_text(NEW), 'UTF8'));
  RETURN NEW;
END
$$;
--> statement-breakpoint
ALTER TABLE "audit_entry" DISABLE TRIGGER audit_entry_append_only;
--> statement-breakpoint
DO $$
DECLARE
  entry audit_entry;
  previous bytea := decode(repeat('00', 32), 'hex');
BEGIN
  FOR entry IN SELECT * FROM audit_entry ORDER BY id LOOP
    UPDATE audit_entry
       SET previous_hash = previous, hash = sha256(previous || convert_to(audit_entry_text(entry), 'UTF8'))
     WHERE id = entry.id
    RETURNING hash INTO previous;
  END LOOP;
END
$$;
--> statement-breakpoint
ALTER TABLE "audit_entry" ENABLE TRIGGER audit_entry_append_only;
--> statement-breakpoint
CREATE TRIGGER audit_entry_chain BEFORE INSERT ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION audit_entry_chain();
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entry_previous" ON "audit_entry" USING btree ("previous_hash");--> statement-breakpoint
CREATE INDEX "audit_entry_actor" ON "audit_entry" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "audit_entry_subject" ON "audit_entry" USING btree ("subject","id");--> statement-breakpoint
CREATE UNIQUE INDEX "member_email_any_case" ON "member" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "session_member" ON "session" USING btree ("member_id");--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_id_unique" UNIQUE("id");