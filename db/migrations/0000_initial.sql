CREATE TABLE "copy_chunk" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"range" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"worker" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"heartbeat_at" timestamp with time zone,
	"snapshot" text,
	"rows" bigint DEFAULT 0 NOT NULL,
	"files" jsonb,
	"ended_at" timestamp with time zone,
	CONSTRAINT "copy_chunk_ordinal" UNIQUE("pipeline_table_id","generation","ordinal")
);
--> statement-breakpoint
CREATE TABLE "dead_letter" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"epoch" integer NOT NULL,
	"lsn" "pg_lsn" NOT NULL,
	"ordinal" bigint NOT NULL,
	"op" text NOT NULL,
	"column_name" text,
	"reason" text NOT NULL,
	"schema_hash" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "dead_letter_position" UNIQUE("pipeline_table_id","epoch","lsn","ordinal")
);
--> statement-breakpoint
CREATE TABLE "lake_commit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"mode" text NOT NULL,
	"kind" text NOT NULL,
	"batch_id" text NOT NULL,
	"from_lsn" "pg_lsn" NOT NULL,
	"to_lsn" "pg_lsn" NOT NULL,
	"snapshot_id" text NOT NULL,
	"rows_added" bigint DEFAULT 0 NOT NULL,
	"rows_deleted" bigint DEFAULT 0 NOT NULL,
	"bytes_added" bigint DEFAULT 0 NOT NULL,
	"duration_ms" integer NOT NULL,
	"committed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lease" (
	"pipeline_id" text NOT NULL,
	"role" text NOT NULL,
	"holder" text NOT NULL,
	"token" bigint DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lease_pipeline_id_role_pk" PRIMARY KEY("pipeline_id","role")
);
--> statement-breakpoint
CREATE TABLE "position" (
	"pipeline_id" text PRIMARY KEY NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"system_identifier" text NOT NULL,
	"timeline" integer NOT NULL,
	"tail_lsn" "pg_lsn" NOT NULL,
	"tail_end_lsn" "pg_lsn" NOT NULL,
	"tail_seq" bigint DEFAULT 0 NOT NULL,
	"tail_commit_time" timestamp with time zone NOT NULL,
	"segment_table" integer DEFAULT 0 NOT NULL,
	"committed_lsn" "pg_lsn" NOT NULL,
	"committed_seq" bigint DEFAULT 0 NOT NULL,
	"committed_commit_time" timestamp with time zone NOT NULL,
	"committed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"batch_id" text,
	"batch_to_seq" bigint,
	"buffer_bytes" bigint DEFAULT 0 NOT NULL,
	"source_lsn" "pg_lsn",
	"slot_wal_status" text,
	"slot_retained_bytes" bigint,
	"slot_safe_bytes" bigint,
	"slot_checked_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spill_block" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_table_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"segment_seq" bigint NOT NULL,
	"to_lsn" "pg_lsn" NOT NULL,
	"schema_hash" text NOT NULL,
	"rows" integer NOT NULL,
	"raw_bytes" integer NOT NULL,
	"has_unchanged" boolean NOT NULL,
	"has_truncate" boolean NOT NULL,
	"payload" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "table_schema" (
	"pipeline_id" text NOT NULL,
	"hash" text NOT NULL,
	"table_oid" bigint NOT NULL,
	"schema" jsonb NOT NULL,
	"first_lsn" "pg_lsn" NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "table_schema_pipeline_id_hash_pk" PRIMARY KEY("pipeline_id","hash")
);
--> statement-breakpoint
CREATE TABLE "catalog_idempotency" (
	"warehouse" text NOT NULL,
	"key" uuid NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer NOT NULL,
	"namespace" text[],
	"name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "catalog_idempotency_warehouse_key_pk" PRIMARY KEY("warehouse","key")
);
--> statement-breakpoint
CREATE TABLE "catalog_namespace" (
	"warehouse" text NOT NULL,
	"namespace" text[] NOT NULL,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "catalog_namespace_warehouse_namespace_pk" PRIMARY KEY("warehouse","namespace")
);
--> statement-breakpoint
CREATE TABLE "catalog_table" (
	"warehouse" text NOT NULL,
	"namespace" text[] NOT NULL,
	"name" text NOT NULL,
	"table_uuid" uuid NOT NULL,
	"metadata_location" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "catalog_table_warehouse_namespace_name_pk" PRIMARY KEY("warehouse","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "destination" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"catalog_kind" text NOT NULL,
	"catalog_uri" text,
	"warehouse" text NOT NULL,
	"catalog_auth" text NOT NULL,
	"catalog_secret_sealed" "bytea",
	"storage_kind" text NOT NULL,
	"storage_root" text NOT NULL,
	"s3_endpoint" text,
	"s3_region" text,
	"s3_path_style" boolean DEFAULT false NOT NULL,
	"s3_secret_sealed" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "destination_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "pipeline" (
	"id" text PRIMARY KEY NOT NULL,
	"number" bigserial NOT NULL,
	"name" text NOT NULL,
	"source_id" text NOT NULL,
	"destination_id" text NOT NULL,
	"namespace" text NOT NULL,
	"desired_state" text DEFAULT 'stopped' NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"settings" jsonb NOT NULL,
	"error_code" text,
	"error_message" text,
	"error_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "pipeline_number_unique" UNIQUE("number"),
	CONSTRAINT "pipeline_name_unique" UNIQUE("name"),
	CONSTRAINT "pipeline_desired_state" CHECK ("pipeline"."desired_state" in ('stopped', 'running', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "pipeline_table" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline_id" text NOT NULL,
	"source_schema" text NOT NULL,
	"source_table" text NOT NULL,
	"source_oid" bigint,
	"lake_name" text NOT NULL,
	"mirror" boolean NOT NULL,
	"changelog" boolean NOT NULL,
	"policies" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"copy_end_lsn" "pg_lsn",
	"copy_rows" bigint DEFAULT 0 NOT NULL,
	"copy_rows_estimate" bigint DEFAULT 0 NOT NULL,
	"copy_plan" jsonb,
	"copy_started_at" timestamp with time zone,
	"copy_ended_at" timestamp with time zone,
	"marker_lsn" "pg_lsn",
	"marker_at" timestamp with time zone,
	"mirror_batch_id" text,
	"changelog_batch_id" text,
	"rows_committed" bigint DEFAULT 0 NOT NULL,
	"error_code" text,
	"error_message" text,
	"error_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "pipeline_table_source" UNIQUE("pipeline_id","source_schema","source_table"),
	CONSTRAINT "pipeline_table_lake" UNIQUE("pipeline_id","lake_name")
);
--> statement-breakpoint
CREATE TABLE "source" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"port" integer NOT NULL,
	"database" text NOT NULL,
	"username" text NOT NULL,
	"password_sealed" "bytea",
	"tls_mode" text NOT NULL,
	"tls_ca" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "source_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "api_key" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"owner_id" text NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_entry" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"address" "inet"
);
--> statement-breakpoint
CREATE TABLE "member" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"role" text NOT NULL,
	"password_hash" text,
	"disabled" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "member_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "rate_limit" (
	"key" text PRIMARY KEY NOT NULL,
	"window_start" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"member_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "copy_chunk" ADD CONSTRAINT "copy_chunk_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD CONSTRAINT "dead_letter_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lake_commit" ADD CONSTRAINT "lake_commit_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lease" ADD CONSTRAINT "lease_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "position" ADD CONSTRAINT "position_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "spill_block" ADD CONSTRAINT "spill_block_pipeline_table_id_pipeline_table_id_fk" FOREIGN KEY ("pipeline_table_id") REFERENCES "public"."pipeline_table"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "table_schema" ADD CONSTRAINT "table_schema_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog_table" ADD CONSTRAINT "catalog_table_warehouse_namespace_catalog_namespace_warehouse_namespace_fk" FOREIGN KEY ("warehouse","namespace") REFERENCES "public"."catalog_namespace"("warehouse","namespace") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline" ADD CONSTRAINT "pipeline_source_id_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline" ADD CONSTRAINT "pipeline_destination_id_destination_id_fk" FOREIGN KEY ("destination_id") REFERENCES "public"."destination"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_table" ADD CONSTRAINT "pipeline_table_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_owner_id_member_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "lake_commit_recent" ON "lake_commit" USING btree ("pipeline_table_id","committed_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "spill_block_order" ON "spill_block" USING btree ("pipeline_table_id","segment_seq","id");