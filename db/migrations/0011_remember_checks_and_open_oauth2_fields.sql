ALTER TABLE "destination" ADD COLUMN "catalog_scope" text;--> statement-breakpoint
ALTER TABLE "destination" ADD COLUMN "catalog_token_uri" text;--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "last_check" jsonb;--> statement-breakpoint
ALTER TABLE "oidc_setting" ADD COLUMN "default_role" text;--> statement-breakpoint
CREATE INDEX "dead_letter_groups" ON "dead_letter" USING btree ("pipeline_table_id","reason","column_name","state","created_at");