ALTER TABLE "schema_change" ADD COLUMN "attnum" integer;--> statement-breakpoint
ALTER TABLE "schema_change" ADD COLUMN "proposed" text;--> statement-breakpoint
ALTER TABLE "schema_change" ADD COLUMN "decided_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "schema_change" ADD COLUMN "decided_by" text;--> statement-breakpoint
ALTER TABLE "pipeline" ADD COLUMN "schema_policy" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "schema_policy" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "held" jsonb;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "known_schema_seq" bigint;