"""What Django's constraints cannot say: one car for an option and its group, and versions that never change."""

from django.db import migrations

ONE_CAR = """
ALTER TABLE configurator_option
  ADD CONSTRAINT option_and_group_in_one_car FOREIGN KEY (group_id, configurator_id)
  REFERENCES configurator_optiongroup (id, configurator_id) DEFERRABLE INITIALLY DEFERRED;
"""
# The one thing that may change is that the person who published is deleted.
FROZEN = """
CREATE FUNCTION configurator_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.published_by_id IS NULL
     AND (NEW.id, NEW.configurator_id, NEW.number, NEW.document, NEW.sha256, NEW.report, NEW.published_at)
       = (OLD.id, OLD.configurator_id, OLD.number, OLD.document, OLD.sha256, OLD.report, OLD.published_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A published version never changes.'
    USING ERRCODE = '23514', CONSTRAINT = 'version_is_frozen';
END $$;
CREATE TRIGGER version_is_frozen BEFORE UPDATE OR DELETE ON configurator_configuratorversion
  FOR EACH ROW EXECUTE FUNCTION configurator_version_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0001_initial")]
    operations = [
        migrations.RunSQL(ONE_CAR, "ALTER TABLE configurator_option DROP CONSTRAINT option_and_group_in_one_car"),
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER version_is_frozen ON configurator_configuratorversion;"
            "DROP FUNCTION configurator_version_is_frozen();",
        ),
    ]
