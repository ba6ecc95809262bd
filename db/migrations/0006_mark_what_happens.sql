-- Charts show what happened to a pipeline. Triggers, since several processes change these rows and none may forget it.
CREATE FUNCTION mark_pipeline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.state IS DISTINCT FROM old.state THEN
    INSERT INTO pipeline_mark (pipeline_id, kind, text, code) VALUES (new.id, 'state', new.state, new.error_code);
  ELSIF new.error_code IS NOT NULL AND new.error_code IS DISTINCT FROM old.error_code THEN
    INSERT INTO pipeline_mark (pipeline_id, kind, text, code)
    VALUES (new.id, 'error', left(coalesce(new.error_message, ''), 500), new.error_code);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER pipeline_mark AFTER UPDATE OF state, error_code ON pipeline
  FOR EACH ROW WHEN (new.state IS DISTINCT FROM old.state OR new.error_code IS DISTINCT FROM old.error_code)
  EXECUTE FUNCTION mark_pipeline();
--> statement-breakpoint
-- A shift that ends and begins in the same process is no news; work that another process takes over is.
CREATE FUNCTION mark_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pipeline_mark (pipeline_id, kind, text) VALUES (new.pipeline_id, 'restart', new.role || ' taken over by ' || new.holder);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER lease_mark AFTER UPDATE OF holder ON lease
  FOR EACH ROW WHEN (new.holder IS DISTINCT FROM old.holder) EXECUTE FUNCTION mark_lease();
