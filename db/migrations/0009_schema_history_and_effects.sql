CREATE TABLE "schema_change" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"epoch" integer NOT NULL,
	"lsn" "pg_lsn" NOT NULL,
	"kind" text NOT NULL,
	"column_name" text,
	"before" jsonb,
	"after" jsonb,
	"action" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "position" ADD COLUMN "slot_growth" double precision;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "on_delete" text DEFAULT 'apply' NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "on_truncate" text DEFAULT 'apply' NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "known_schema" text;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "known_schema_lsn" "pg_lsn";--> statement-breakpoint
ALTER TABLE "schema_change" ADD CONSTRAINT "schema_change_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "schema_change_recent" ON "schema_change" USING btree ("pipeline_table_id","id" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD CONSTRAINT "pipeline_table_on_delete" CHECK ("pipeline_table"."on_delete" in ('apply', 'soft', 'ignore'));--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD CONSTRAINT "pipeline_table_on_truncate" CHECK ("pipeline_table"."on_truncate" in ('apply', 'soft', 'ignore'));