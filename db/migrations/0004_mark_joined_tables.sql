-- Tables that were live at some time have their copy in the lake.
UPDATE "pipeline_table" SET "is_joined" = true
 WHERE "state" = 'live' OR ("state" = 'needs_attention' AND "copy_ended_at" IS NOT NULL AND "marker_lsn" IS NOT NULL);
