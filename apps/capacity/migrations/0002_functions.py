"""The functions that change capacity, and movements that are only ever added."""

from django.db import migrations

from apps.capacity import sql


class Migration(migrations.Migration):
    dependencies = [("capacity", "0001_initial")]
    operations = [migrations.RunSQL("".join((*sql.FUNCTIONS, sql.APPEND_ONLY)), sql.UNDO)]
