"""On sale is only what a publication has published: with two people, or directly by the loading of demo data."""

from django.db import migrations

PUBLISHED = """
CREATE FUNCTION configurator_current_is_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.current_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM configurator_publication
    WHERE configurator_id = NEW.id AND version_id = NEW.current_id AND state = 'published'
  ) THEN
    RAISE EXCEPTION 'This version nobody has published.'
      USING ERRCODE = '23514', CONSTRAINT = 'current_is_published';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER current_is_published AFTER UPDATE OF current_id ON configurator_configurator
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION configurator_current_is_published();
"""
BACK = """
DROP TRIGGER current_is_published ON configurator_configurator;
DROP FUNCTION configurator_current_is_published();
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0007_rental_guard")]
    operations = [migrations.RunSQL(PUBLISHED, BACK)]
