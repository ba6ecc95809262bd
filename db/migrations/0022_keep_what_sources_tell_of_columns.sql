CREATE TABLE "told_columns" (
	"pipeline_id" text NOT NULL,
	"table_oid" bigint NOT NULL,
	"lsn" "pg_lsn" NOT NULL,
	"message_lsn" "pg_lsn" NOT NULL,
	"columns" jsonb NOT NULL,
	CONSTRAINT "told_columns_pipeline_id_table_oid_lsn_message_lsn_pk" PRIMARY KEY("pipeline_id","table_oid","lsn","message_lsn")
);
--> statement-breakpoint
ALTER TABLE "told_columns" ADD CONSTRAINT "told_columns_pipeline_id_pipeline_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipeline"("id") ON DELETE cascade ON UPDATE no action;