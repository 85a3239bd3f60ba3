"""What a foreign key cannot say: what is rented and what is bought instead are options of one car."""

from django.db import migrations

ONE_CAR = """
CREATE FUNCTION configurator_rental_of_one_car() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT configurator_id FROM configurator_option WHERE id = NEW.option_id)
     IS DISTINCT FROM (SELECT configurator_id FROM configurator_option WHERE id = NEW.instead_of_id) THEN
    RAISE EXCEPTION 'Rental terms join two options of one car.'
      USING ERRCODE = '23514', CONSTRAINT = 'rentalterms_in_one_car';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rentalterms_in_one_car BEFORE INSERT OR UPDATE ON configurator_rentalterms
  FOR EACH ROW EXECUTE FUNCTION configurator_rental_of_one_car();
"""
BACK = """
DROP TRIGGER rentalterms_in_one_car ON configurator_rentalterms;
DROP FUNCTION configurator_rental_of_one_car();
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0006_insight")]
    operations = [migrations.RunSQL(ONE_CAR, BACK)]
