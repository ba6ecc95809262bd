ALTER TABLE "pipeline_table" ADD COLUMN "row_filter" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "bound_filter" jsonb;