"""Inspections, waivers and returns; damage can be found before the car leaves the maker."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.orders.lifecycle.sql import guard_status

# ``manage.py lifecycle --migration`` as it was then.
PAIRS = (
    ("alloc_failed", "cancelling"),
    ("alloc_failed", "signed"),
    ("at_store", "cancelling"),
    ("at_store", "mismatch"),
    ("at_store", "ready"),
    ("cancelling", "cancelled"),
    ("delivered", "completed"),
    ("delivered", "returning"),
    ("expired", "reserved"),
    ("in_transit", "at_store"),
    ("in_transit", "cancelling"),
    ("in_transit", "mismatch"),
    ("mismatch", "at_store"),
    ("mismatch", "cancelling"),
    ("mismatch", "in_transit"),
    ("mismatch", "scheduled"),
    ("mismatch", "vin_assigned"),
    ("placed", "cancelled"),
    ("placed", "expired"),
    ("placed", "reserved"),
    ("ready", "delivered"),
    ("ready", "rejected"),
    ("rejected", "at_store"),
    ("rejected", "cancelling"),
    ("reserved", "cancelling"),
    ("reserved", "completed"),
    ("reserved", "signed"),
    ("returning", "delivered"),
    ("returning", "returned"),
    ("scheduled", "alloc_failed"),
    ("scheduled", "cancelling"),
    ("scheduled", "mismatch"),
    ("scheduled", "signed"),
    ("scheduled", "vin_assigned"),
    ("signed", "alloc_failed"),
    ("signed", "cancelling"),
    ("signed", "scheduled"),
    ("vin_assigned", "cancelling"),
    ("vin_assigned", "in_transit"),
    ("vin_assigned", "mismatch"),
)
STOPPED = (
    ("at_store", "ready", "disputed"),
    ("at_store", "ready", "frozen"),
    ("cancelling", "cancelled", "disputed"),
    ("delivered", "completed", "disputed"),
    ("in_transit", "at_store", "frozen"),
    ("ready", "delivered", "disputed"),
    ("ready", "delivered", "frozen"),
    ("returning", "returned", "disputed"),
    ("vin_assigned", "in_transit", "frozen"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0006_allotments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='order',
            options={'ordering': ['-placed_at', '-pk'], 'permissions': [('advance_order', 'Can move orders on'), ('cancel_any_order', 'Can cancel orders for buyers'), ('refund_order', 'Can refund payments'), ('inspect_car', 'Can inspect cars and sign for them'), ('take_back_car', 'Can take cars and goods back'), ('clear_dispute', 'Can clear contested payments')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
        ),
        migrations.AddField(
            model_name='order',
            name='insurance',
            field=models.JSONField(blank=True, null=True, verbose_name='insurance that was seen'),
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('policy', 'Within the days and kilometres for giving it back'), ('mismatch', 'It is not what was promised')], max_length=10, verbose_name='cause')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('km_told', models.PositiveIntegerField(blank=True, null=True, verbose_name='kilometres as told')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('outcome', models.CharField(blank=True, choices=[('taken', 'Taken back'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn by the buyer')], max_length=10, verbose_name='outcome')),
                ('km_found', models.PositiveIntegerField(blank=True, null=True, verbose_name='kilometres as found')),
                ('found', models.TextField(blank=True, verbose_name='what was found')),
                ('deduction', models.BigIntegerField(default=0, help_text='fen', verbose_name='deducted for damage')),
                ('refund', models.BigIntegerField(blank=True, help_text='fen', null=True, verbose_name='refunded')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='returns', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'return',
                'verbose_name_plural': 'returns',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReturnLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.BigIntegerField(help_text='fen; negative where something was used and not yet billed', verbose_name='value')),
                ('why', models.CharField(max_length=200, verbose_name='why so much')),
                ('back', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.return', verbose_name='return')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returned_in', to='orders.orderline', verbose_name='line')),
            ],
            options={
                'verbose_name': 'returned line',
                'verbose_name_plural': 'returned lines',
                'ordering': ['back_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('approved', models.BooleanField(blank=True, null=True, verbose_name='approved')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'waiver of the fee',
                'verbose_name_plural': 'waivers of fees',
                'ordering': ['-asked_at', '-pk'],
                'permissions': [('approve_waiver', 'Can approve waivers of fees')],
            },
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pdi', 'Check before the hand-over'), ('damage', 'Damage'), ('handover', 'Refused at the hand-over')], max_length=10, verbose_name='kind')),
                ('round', models.PositiveSmallIntegerField(default=0, verbose_name='round')),
                ('text', models.TextField(blank=True, verbose_name='what was reported')),
                ('found', models.TextField(blank=True, verbose_name='what was found')),
                ('passed', models.BooleanField(blank=True, null=True, verbose_name='passed')),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first signature')),
                ('second_name', models.CharField(blank=True, max_length=100, verbose_name='second signature')),
                ('repair_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days of repair')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('first_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='first person')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inspections', to='orders.order', verbose_name='order')),
                ('second_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='second person')),
            ],
            options={
                'verbose_name': 'inspection',
                'verbose_name_plural': 'inspections',
                'ordering': ['-opened_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('order', 'kind'), name='inspection_one_open_per_kind'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('passed__isnull', True)), models.Q(('closed_at__isnull', False), ('passed__isnull', False)), _connector='OR'), name='inspection_closed_is_decided'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'pdi'), ('passed', True), _negated=True), models.Q(models.Q(('first_name', ''), _negated=True), models.Q(('second_name', ''), _negated=True), models.Q(('first_name', models.F('second_name')), _negated=True)), _connector='OR'), name='inspection_passed_by_two'), models.CheckConstraint(condition=models.Q(('first_by__isnull', True), ('second_by__isnull', True), models.Q(('first_by', models.F('second_by')), _negated=True), _connector='OR'), name='inspection_two_different_people')],
            },
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('order',), name='return_one_open'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='return_closed_has_outcome'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'taken'), _negated=True), models.Q(('decided_by__isnull', False), ('refund__gte', 0)), _connector='OR'), name='return_taken_is_valued'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('deduction__gte', 0)), name='return_deduction_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='returnline',
            constraint=models.UniqueConstraint(fields=('back', 'line'), name='return_line_once'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.UniqueConstraint(condition=models.Q(('approved', None)), fields=('order',), name='waiver_one_open'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='waiver_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('approved__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='waiver_decided_by_somebody'),
        ),
        # Backwards the wider table stays: it allows all that the older one did.
        migrations.RunSQL(guard_status("orders_order", PAIRS, STOPPED), migrations.RunSQL.noop),
    ]
