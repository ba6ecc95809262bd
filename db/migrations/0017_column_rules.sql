ALTER TABLE "pipeline" ADD COLUMN "mask_salt_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "column_rules" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "other_columns" text DEFAULT 'carry' NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "bound_rules" jsonb;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "rules_since_seq" bigint;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD CONSTRAINT "pipeline_table_other_columns" CHECK ("pipeline_table"."other_columns" in ('carry', 'exclude'));