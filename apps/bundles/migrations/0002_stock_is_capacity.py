"""Stock moves into the pools of ``capacity``: balances, movements one by one, and what is set aside."""

from django.db import migrations

MOVE = """
INSERT INTO capacity_pool (resource, total, held, taken, used, closed)
SELECT 'stock:' || i.sku, i.on_hand + u.used, i.reserved, 0, u.used, false FROM bundles_stockitem i
CROSS JOIN LATERAL (SELECT coalesce(sum(-m.on_hand_change), 0)::int AS used FROM bundles_stockmovement m
    WHERE m.item_id = i.id AND m.kind = 'consumption') u;

INSERT INTO capacity_movement (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, user_id, at)
SELECT p.id,
    CASE m.kind WHEN 'adjustment' THEN 'adjust' WHEN 'reservation' THEN 'hold' WHEN 'release' THEN 'release' ELSE 'use' END,
    m.reference, CASE WHEN m.kind = 'adjustment' THEN m.on_hand_change ELSE 0 END, m.reserved_change, 0,
    CASE WHEN m.kind = 'consumption' THEN -m.on_hand_change ELSE 0 END, m.reason, m.actor_id, m.at
FROM bundles_stockmovement m JOIN bundles_stockitem i ON i.id = m.item_id
JOIN capacity_pool p ON p.resource = 'stock:' || i.sku ORDER BY m.id;

INSERT INTO capacity_hold (pool_id, owner, quantity, state, until, created_at, changed_at)
SELECT p.id, r.reference, r.quantity,
    CASE r.state WHEN 'reserved' THEN 'held' WHEN 'released' THEN 'released' ELSE 'used' END, NULL, r.created_at, r.changed_at
FROM bundles_stockreservation r JOIN bundles_stockitem i ON i.id = r.item_id
JOIN capacity_pool p ON p.resource = 'stock:' || i.sku ORDER BY r.id;
"""

# Going back brings the tables back, empty.
FUNCTION = """
CREATE FUNCTION bundles_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'stock movements are never changed' USING ERRCODE = '23514';
END $$;
"""
TRIGGER = """
CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE ON bundles_stockmovement
    FOR EACH ROW EXECUTE FUNCTION bundles_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("bundles", "0001_initial"), ("capacity", "0002_functions")]
    operations = [
        migrations.RunSQL(MOVE, TRIGGER),
        migrations.DeleteModel("StockMovement"),
        migrations.DeleteModel("StockReservation"),
        migrations.DeleteModel("StockItem"),
        migrations.RunSQL("DROP FUNCTION bundles_refuse_change();", FUNCTION),
        migrations.CreateModel(
            name="StockItem",
            fields=[],
            options={
                "verbose_name": "stock",
                "verbose_name_plural": "stock",
                "ordering": ["resource"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("capacity.pool",),
        ),
    ]
