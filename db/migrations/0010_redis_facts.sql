ALTER TABLE "worker_process" ADD COLUMN "redis_version" text;--> statement-breakpoint
ALTER TABLE "worker_process" ADD COLUMN "redis_eviction_policy" text;