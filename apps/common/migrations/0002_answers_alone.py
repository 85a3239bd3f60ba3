"""A call in flight is a lock, no longer a row: rows are answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [
        migrations.RunSQL("DELETE FROM common_idempotencyrecord WHERE status IS NULL", migrations.RunSQL.noop),
        migrations.AlterField("idempotencyrecord", "status", models.PositiveSmallIntegerField()),
        migrations.RemoveIndex("idempotencyrecord", "idempotency_started"),
        migrations.RenameField("idempotencyrecord", "started_at", "answered_at"),
        migrations.AddIndex("idempotencyrecord", models.Index(fields=["answered_at"], name="idempotency_answered")),
    ]
