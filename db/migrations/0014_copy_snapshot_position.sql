ALTER TABLE "copy_chunk" ADD COLUMN "snapshot_lsn" "pg_lsn";
--> statement-breakpoint
-- Parts of copies under way do not know their position: they are copied again.
UPDATE "copy_chunk" SET "state" = 'pending', "worker" = NULL FROM "pipeline_table" WHERE "pipeline_table"."id" = "copy_chunk"."pipeline_table_id" AND "pipeline_table"."generation" = "copy_chunk"."generation" AND "pipeline_table"."state" = 'copying' AND "copy_chunk"."state" = 'done';
