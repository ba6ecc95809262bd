UPDATE "schema_change" SET "action" = 'unfit' WHERE "action" = 'refused';--> statement-breakpoint
UPDATE "schema_change" SET "proposed" = 'unfit' WHERE "proposed" = 'refused';
