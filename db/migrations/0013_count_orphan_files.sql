ALTER TABLE "pipeline_table" ADD COLUMN "orphans_looked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "orphan_files" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "orphan_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "orphans_removed" bigint DEFAULT 0 NOT NULL;