"""Artefacts that never change, and publications that take no other way than theirs."""

from django.db import migrations

ARTEFACT = """
CREATE FUNCTION configurator_artefact_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.key, NEW.compiler, NEW.data, NEW.sha256, NEW.size, NEW.edges, NEW.cars, NEW.seconds, NEW.created_at)
     IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.compiler, OLD.data, OLD.sha256, OLD.size, OLD.edges, OLD.cars, OLD.seconds, OLD.created_at)
  THEN
    RAISE EXCEPTION 'An artefact never changes.' USING ERRCODE = '23514', CONSTRAINT = 'artefact_is_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER artefact_is_frozen BEFORE UPDATE ON configurator_artefact
  FOR EACH ROW EXECUTE FUNCTION configurator_artefact_is_frozen();
"""
# checking > compiling and too_large > queued: a worker was killed and another one begins again; somebody goes on in
# fallback mode.
PUBLICATION = """
CREATE FUNCTION configurator_publication_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'A publication stays on record.' USING ERRCODE = '23514', CONSTRAINT = 'publication_stays';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NOT (NEW.state = 'queued' AND NEW.asked_by_id IS NOT NULL AND NOT NEW.direct
            OR NEW.state = 'published' AND NEW.direct) THEN
      RAISE EXCEPTION 'A publication begins by somebody asking for it.'
        USING ERRCODE = '23514', CONSTRAINT = 'publication_begins';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.configurator_id, NEW.document, NEW.sha256, NEW.restores_id, NEW.direct, NEW.asked_by_id, NEW.asked_at)
     IS DISTINCT FROM
     (OLD.id, OLD.configurator_id, OLD.document, OLD.sha256, OLD.restores_id, OLD.direct, OLD.asked_by_id, OLD.asked_at)
  THEN
    RAISE EXCEPTION 'What was asked for never changes.' USING ERRCODE = '23514', CONSTRAINT = 'publication_is_frozen';
  END IF;
  IF OLD.state IN ('published', 'refused', 'cancelled', 'failed') OR
     NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
       ('queued', 'compiling'), ('queued', 'cancelled'), ('queued', 'failed'),
       ('compiling', 'checking'), ('compiling', 'too_large'), ('compiling', 'cancelled'), ('compiling', 'failed'),
       ('checking', 'compiling'), ('checking', 'waiting'), ('checking', 'cancelled'), ('checking', 'failed'),
       ('too_large', 'queued'), ('too_large', 'cancelled'),
       ('waiting', 'published'), ('waiting', 'refused'), ('waiting', 'cancelled')) THEN
    RAISE EXCEPTION 'A publication that is % does not become %.', OLD.state, NEW.state
      USING ERRCODE = '23514', CONSTRAINT = 'publication_moves';
  END IF;
  IF OLD.state = 'waiting' AND NEW.report IS DISTINCT FROM OLD.report THEN
    RAISE EXCEPTION 'The report that is approved never changes.'
      USING ERRCODE = '23514', CONSTRAINT = 'publication_report_is_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER publication_moves BEFORE INSERT OR UPDATE OR DELETE ON configurator_publication
  FOR EACH ROW EXECUTE FUNCTION configurator_publication_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0003_publications")]
    operations = [
        migrations.RunSQL(
            ARTEFACT,
            "DROP TRIGGER artefact_is_frozen ON configurator_artefact; DROP FUNCTION configurator_artefact_is_frozen();",
        ),
        migrations.RunSQL(
            PUBLICATION,
            "DROP TRIGGER publication_moves ON configurator_publication;"
            "DROP FUNCTION configurator_publication_moves();",
        ),
    ]
