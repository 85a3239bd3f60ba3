"""Build slots move into the pools of ``capacity``: what there is becomes this month's allotment of each model."""

from django.db import migrations, models
from django.db.models import F, Q

MOVE = """
INSERT INTO capacity_pool (resource, total, held, taken, used, closed)
SELECT 'build:' || m.slug || ':*:' || to_char(now(), 'YYYY-MM'), count(*),
    count(*) FILTER (WHERE o.status = 'placed' AND NOT s.used),
    count(*) FILTER (WHERE o.status <> 'placed' AND NOT s.used), count(*) FILTER (WHERE s.used), false
FROM orders_buildslot s JOIN catalog_carmodel m ON m.id = s.car_model_id LEFT JOIN orders_order o ON o.id = s.order_id
GROUP BY m.slug;

INSERT INTO capacity_movement (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, at)
SELECT p.id, 'open', '', p.total, 0, 0, 0, 'Build slots opened before', now() FROM capacity_pool p
WHERE p.resource LIKE 'build:%%';

INSERT INTO capacity_hold (pool_id, owner, quantity, state, until, created_at, changed_at)
SELECT p.id, o.number, 1, CASE WHEN s.used THEN 'used' WHEN o.status = 'placed' THEN 'held' ELSE 'taken' END, NULL,
    coalesce(s.taken_at, now()), now()
FROM orders_buildslot s JOIN catalog_carmodel m ON m.id = s.car_model_id JOIN orders_order o ON o.id = s.order_id
JOIN capacity_pool p ON p.resource = 'build:' || m.slug || ':*:' || to_char(now(), 'YYYY-MM') ORDER BY s.id;

INSERT INTO capacity_movement (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, at)
SELECT h.pool_id, CASE h.state WHEN 'held' THEN 'hold' WHEN 'taken' THEN 'take' ELSE 'use' END, h.owner, 0,
    (h.state = 'held')::int, (h.state = 'taken')::int, (h.state = 'used')::int, '', h.created_at
FROM capacity_hold h JOIN capacity_pool p ON p.id = h.pool_id WHERE p.resource LIKE 'build:%%' ORDER BY h.id;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_messages"), ("capacity", "0002_functions"), ("bundles", "0002_stock_is_capacity")]
    operations = [
        migrations.RunSQL(MOVE.replace("%%", "%"), migrations.RunSQL.noop),
        migrations.DeleteModel("BuildSlot"),
    ]
