"""What constraints cannot say: an event's number follows the one before it, and history is not rewritten."""

from django.db import migrations

GUARD = """
CREATE FUNCTION outbox_event_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <> 1 AND NOT EXISTS (SELECT 1 FROM outbox_event WHERE stream_id = NEW.stream_id AND seq = NEW.seq - 1) THEN
    RAISE EXCEPTION 'event % of stream % has no predecessor', NEW.seq, NEW.stream_id
      USING ERRCODE = '23514', CONSTRAINT = 'outbox_event_without_gap';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_event_is_next BEFORE INSERT ON outbox_event
  FOR EACH ROW EXECUTE FUNCTION outbox_event_is_next();

CREATE FUNCTION outbox_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.owner_id IS NULL
     AND (NEW.id, NEW.uid, NEW.stream_id, NEW.seq, NEW.kind, NEW.data, NEW.at)
         = (OLD.id, OLD.uid, OLD.stream_id, OLD.seq, OLD.kind, OLD.data, OLD.at) THEN
    RETURN NEW;  -- a person who leaves takes their name along
  END IF;
  RAISE EXCEPTION 'an event is history' USING ERRCODE = '23514', CONSTRAINT = 'outbox_event_append_only';
END $$;
CREATE TRIGGER outbox_event_is_history BEFORE UPDATE OR DELETE ON outbox_event
  FOR EACH ROW EXECUTE FUNCTION outbox_event_is_history();

CREATE FUNCTION outbox_stream_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Read anew: several events of one transaction have moved it since. No predecessor lacks, so the last one tells all.
  IF (SELECT last FROM outbox_stream WHERE id = NEW.id)
     <> (SELECT coalesce(max(seq), 0) FROM outbox_event WHERE stream_id = NEW.id) THEN
    RAISE EXCEPTION 'stream % has a gap', NEW.id USING ERRCODE = '23514', CONSTRAINT = 'outbox_stream_without_gap';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER outbox_stream_counts AFTER INSERT OR UPDATE OF last ON outbox_stream
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION outbox_stream_counts();
"""
NO_GUARD = """
DROP TRIGGER outbox_stream_counts ON outbox_stream; DROP FUNCTION outbox_stream_counts();
DROP TRIGGER outbox_event_is_history ON outbox_event; DROP FUNCTION outbox_event_is_history();
DROP TRIGGER outbox_event_is_next ON outbox_event; DROP FUNCTION outbox_event_is_next();
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
