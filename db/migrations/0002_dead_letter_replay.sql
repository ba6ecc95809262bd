CREATE TABLE "nulled_value" (
	"pipeline_table_id" bigint NOT NULL,
	"column_name" text NOT NULL,
	"count" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "nulled_value_pipeline_table_id_column_name_pk" PRIMARY KEY("pipeline_table_id","column_name")
);
--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "row_key" jsonb;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "needs_mirror" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "needs_changelog" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "replay_batch_id" text;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "replayed_lsn" "pg_lsn";--> statement-breakpoint
ALTER TABLE "nulled_value" ADD CONSTRAINT "nulled_value_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dead_letter_unsettled" ON "dead_letter" USING btree ("pipeline_table_id") WHERE "dead_letter"."needs_mirror" or "dead_letter"."needs_changelog";