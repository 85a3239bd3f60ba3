"""The order of a payout's states, and that what is over stays as it is; a payout for each credit that a work item spoke of."""

from typing import Any

from django.db import migrations
from django.db.models import F
from django.utils import timezone

from apps.orders.lifecycle.sql import guard_status, trigger

TABLE = "orders_payout"
PAIRS = (("due", "noted"), ("due", "void"), ("noted", "due"), ("noted", "paid"))
FINAL = """
CREATE FUNCTION orders_payout_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status IN ('paid', 'void')
     OR (OLD.id, OLD.credit_id, OLD.amount) IS DISTINCT FROM (NEW.id, NEW.credit_id, NEW.amount) THEN
    RAISE EXCEPTION 'payout % is not rewritten', OLD.id USING ERRCODE = '23514', CONSTRAINT = 'orders_payout_is_final';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_payout_is_final BEFORE UPDATE OR DELETE ON orders_payout
  FOR EACH ROW EXECUTE FUNCTION orders_payout_is_final();
"""
NOT_FINAL = "DROP TRIGGER orders_payout_is_final ON orders_payout; DROP FUNCTION orders_payout_is_final();"
UNGUARDED = "DROP TRIGGER orders_payout_guard_status ON orders_payout; DROP FUNCTION orders_payout_guard_status();"
SAID = "Pay %(amount)s of credit by transfer: no payment takes it."


def owe(apps: Any, schema_editor: Any) -> None:
    """Until now one work item an order named the first of its open credits, and nothing was set aside."""
    credit_model, payout_model, item_model = (apps.get_model("orders", name) for name in ("Credit", "Payout", "WorkItem"))
    waiting = credit_model.objects.filter(
        order__status__in=["delivered", "completed"], amount__gt=F("used") + F("lapsed")
    )
    for credit in waiting.order_by("pk"):
        open_amount = credit.amount - credit.used - credit.lapsed
        payout = payout_model.objects.create(credit=credit, amount=open_amount)
        credit_model.objects.filter(pk=credit.pk).update(used=F("used") + open_amount)
        said = {"text": SAID, "values": {"amount": open_amount}}
        text = SAID % {"amount": f"¥{open_amount / 100:,.2f}"}
        item_model.objects.filter(order_id=credit.order_id, kind="credit", payout=None, closed_at=None).update(
            closed_at=timezone.now()
        )
        item_model.objects.create(order_id=credit.order_id, kind="credit", payout=payout, said=said, text=text)


class Migration(migrations.Migration):
    dependencies = [("orders", "0021_payouts")]
    operations = [
        migrations.RunSQL(guard_status(TABLE, PAIRS) + trigger(TABLE), UNGUARDED),
        migrations.RunSQL(FINAL, NOT_FINAL),
        migrations.RunPython(owe, migrations.RunPython.noop),
    ]
