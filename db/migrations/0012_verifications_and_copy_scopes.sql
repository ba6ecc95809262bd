CREATE TABLE "verification" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"lower" text,
	"upper" text,
	"key_column" text,
	"left_out" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"rows_estimate" bigint DEFAULT 0 NOT NULL,
	"requested_by" text NOT NULL,
	"worker" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"heartbeat_at" timestamp with time zone,
	"cancel_requested_at" timestamp with time zone,
	"repair_requested_at" timestamp with time zone,
	"error_code" text,
	"error_message" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"began_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "verification_range" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"verification_id" bigint NOT NULL,
	"ordinal" integer NOT NULL,
	"lower" text,
	"upper" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"looks" integer DEFAULT 0 NOT NULL,
	"source_rows" bigint DEFAULT 0 NOT NULL,
	"lake_rows" bigint DEFAULT 0 NOT NULL,
	"source_checksum" text,
	"lake_checksum" text,
	"missing" bigint DEFAULT 0 NOT NULL,
	"extra" bigint DEFAULT 0 NOT NULL,
	"different" bigint DEFAULT 0 NOT NULL,
	"unsettled" bigint DEFAULT 0 NOT NULL,
	"excused" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sample" jsonb,
	"reason" text,
	"compared_at" timestamp with time zone,
	CONSTRAINT "verification_range_ordinal" UNIQUE("verification_id","ordinal")
);
--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD COLUMN "copy_scope" jsonb;--> statement-breakpoint
ALTER TABLE "verification" ADD CONSTRAINT "verification_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_range" ADD CONSTRAINT "verification_range_verification_id_verification_id_fk" FOREIGN KEY ("verification_id") REFERENCES "public"."verification"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "verification_open" ON "verification" USING btree ("pipeline_table_id") WHERE "verification"."state" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "verification_recent" ON "verification" USING btree ("pipeline_table_id","id" DESC NULLS LAST);