"""What constraints cannot say: which states may follow which, and that history is not rewritten."""

from django.db import migrations

# The pairs of lifecycle.TRANSITIONS and lifecycle.LEG_PAIRS as they are now; a later change is a later migration.
PAIRS = (
    ("at_store", "cancelling"),
    ("at_store", "ready"),
    ("cancelling", "cancelled"),
    ("delivered", "completed"),
    ("expired", "reserved"),
    ("in_transit", "at_store"),
    ("in_transit", "cancelling"),
    ("mismatch", "cancelling"),
    ("mismatch", "vin_assigned"),
    ("placed", "cancelled"),
    ("placed", "expired"),
    ("placed", "reserved"),
    ("ready", "delivered"),
    ("reserved", "cancelling"),
    ("reserved", "completed"),
    ("reserved", "signed"),
    ("scheduled", "cancelling"),
    ("scheduled", "mismatch"),
    ("scheduled", "vin_assigned"),
    ("signed", "cancelling"),
    ("signed", "scheduled"),
    ("vin_assigned", "cancelling"),
    ("vin_assigned", "in_transit"),
)
LEG_PAIRS = (
    ("captured", "partially_refunded"),
    ("captured", "refunded"),
    ("expired", "captured"),
    ("expired", "planned"),
    ("expired", "processing"),
    ("expired", "suspect"),
    ("failed", "captured"),
    ("failed", "expired"),
    ("failed", "processing"),
    ("failed", "requested"),
    ("failed", "suspect"),
    ("partially_refunded", "refunded"),
    ("planned", "expired"),
    ("planned", "requested"),
    ("processing", "captured"),
    ("processing", "failed"),
    ("processing", "suspect"),
    ("requested", "captured"),
    ("requested", "expired"),
    ("requested", "failed"),
    ("requested", "processing"),
    ("requested", "suspect"),
    ("suspect", "captured"),
    ("suspect", "refunded"),
)


def _guard(table: str, pairs: tuple[tuple[str, str], ...]) -> str:
    values = ", ".join(f"('{source}', '{target}')" for source, target in pairs)
    return f"""
CREATE FUNCTION {table}_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({values}) THEN
    RAISE EXCEPTION '% may not become %', OLD.status, NEW.status
      USING ERRCODE = '23514', CONSTRAINT = '{table}_status_follows';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {table}_guard_status BEFORE UPDATE OF status ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_guard_status();
"""


def _unguard(table: str) -> str:
    return f"DROP TRIGGER {table}_guard_status ON {table}; DROP FUNCTION {table}_guard_status();"


APPEND_ONLY = """
CREATE FUNCTION orders_transition_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a transition is history' USING ERRCODE = '23514', CONSTRAINT = 'orders_transition_append_only';
END $$;
CREATE TRIGGER orders_transition_is_history BEFORE UPDATE OR DELETE ON orders_transition
  FOR EACH ROW EXECUTE FUNCTION orders_transition_is_history();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER orders_transition_is_history ON orders_transition; DROP FUNCTION orders_transition_is_history();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL(_guard("orders_order", PAIRS), _unguard("orders_order")),
        migrations.RunSQL(_guard("orders_paymentleg", LEG_PAIRS), _unguard("orders_paymentleg")),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
