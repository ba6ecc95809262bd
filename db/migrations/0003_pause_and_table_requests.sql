ALTER TABLE "pipeline" DROP CONSTRAINT "pipeline_desired_state";--> statement-breakpoint
ALTER TABLE "pipeline" ADD COLUMN "resync_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "requested" jsonb;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "is_joined" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline" ADD CONSTRAINT "pipeline_desired_state" CHECK ("pipeline"."desired_state" in ('stopped', 'running', 'paused', 'deleted'));