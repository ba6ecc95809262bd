CREATE TABLE "metric_sample" (
	"pipeline_id" text NOT NULL,
	"step_seconds" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"captured_rows" bigint DEFAULT 0 NOT NULL,
	"committed_rows" bigint DEFAULT 0 NOT NULL,
	"freshness_seconds" double precision NOT NULL,
	"lag_bytes" bigint DEFAULT 0 NOT NULL,
	"lag_seconds" double precision NOT NULL,
	"buffer_bytes" bigint DEFAULT 0 NOT NULL,
	"buffer_rows" bigint DEFAULT 0 NOT NULL,
	"wal_retained_bytes" bigint,
	"dead_letters_open" integer NOT NULL,
	CONSTRAINT "metric_sample_pipeline_id_step_seconds_at_pk" PRIMARY KEY("pipeline_id","step_seconds","at")
);
--> statement-breakpoint
CREATE TABLE "overview_sample" (
	"step_seconds" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"captured_rows" bigint DEFAULT 0 NOT NULL,
	"committed_rows" bigint DEFAULT 0 NOT NULL,
	"worst_freshness_seconds" double precision,
	"most_wal_retained_bytes" bigint,
	"dead_letters_open" integer NOT NULL,
	CONSTRAINT "overview_sample_step_seconds_at_pk" PRIMARY KEY("step_seconds","at")
);
--> statement-breakpoint
CREATE TABLE "pipeline_mark" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"code" text
);
--> statement-breakpoint
CREATE TABLE "inquiry" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"asked_by" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"question_sealed" "bytea" NOT NULL,
	"answer_sealed" "bytea",
	"worker" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"began_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worker_process" (
	"name" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"version" text NOT NULL,
	"node_version" text NOT NULL,
	"duckdb_version" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"memory_bytes" bigint NOT NULL,
	"jobs" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "position" ADD COLUMN "buffer_rows" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "position" ADD COLUMN "captured_rows" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_sample" ADD CONSTRAINT "metric_sample_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_mark" ADD CONSTRAINT "pipeline_mark_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "metric_sample_age" ON "metric_sample" USING btree ("step_seconds","at");--> statement-breakpoint
CREATE INDEX "pipeline_mark_recent" ON "pipeline_mark" USING btree ("pipeline_id","at");--> statement-breakpoint
CREATE INDEX "inquiry_open" ON "inquiry" USING btree ("created_at") WHERE "inquiry"."state" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "inquiry_expiry" ON "inquiry" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "dead_letter_open" ON "dead_letter" USING btree ("pipeline_table_id") WHERE "dead_letter"."state" in ('open', 'replay_requested');--> statement-breakpoint
CREATE INDEX "lake_commit_time" ON "lake_commit" USING btree ("committed_at");