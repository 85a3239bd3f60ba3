"""What constraints cannot say about money: payments cover the total, invoices have no gap and are not rewritten."""

from django.db import migrations

LEGS = """
CREATE FUNCTION orders_legs_cover_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted bigint := CASE TG_TABLE_NAME WHEN 'orders_order' THEN (to_jsonb(NEW)->>'id')::bigint
                                      ELSE (to_jsonb(coalesce(NEW, OLD))->>'order_id')::bigint END;
  total bigint;
  status text;
  covered bigint;
BEGIN
  SELECT o.total, o.status INTO total, status FROM orders_order o WHERE o.id = wanted;
  IF NOT FOUND OR status IN ('expired', 'cancelling', 'cancelled', 'returning', 'returned') THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(sum(l.amount - l.given_back), 0) INTO covered FROM orders_paymentleg l
  WHERE l.order_id = wanted AND NOT l.replaced AND l.status <> 'expired';
  IF covered <> total THEN
    RAISE EXCEPTION 'the payments of order % cover %, not %', wanted, covered, total
      USING ERRCODE = '23514', CONSTRAINT = 'order_legs_cover_total';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER orders_legs_cover_total AFTER INSERT OR DELETE OR UPDATE OF amount, given_back, replaced, status
  ON orders_paymentleg DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_legs_cover_total();
CREATE CONSTRAINT TRIGGER orders_total_is_covered AFTER INSERT OR UPDATE OF total, status
  ON orders_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_legs_cover_total();
"""
NO_LEGS = """
DROP TRIGGER orders_total_is_covered ON orders_order; DROP TRIGGER orders_legs_cover_total ON orders_paymentleg;
DROP FUNCTION orders_legs_cover_total();
"""
ATTEMPTS = """
INSERT INTO orders_paymentattempt (id, leg_id, gateway, amount, reference, transaction, pay_url, captured, created_at, closed_at)
SELECT id, id, gateway, amount, '', '', pay_url, captured > 0, coalesce(requested_at, now()), captured_at
FROM orders_paymentleg WHERE gateway <> ''
"""
INVOICES = """
CREATE FUNCTION orders_invoice_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM orders_invoiceseries s
                 WHERE s.seller_id = NEW.seller_id AND s.kind = NEW.kind AND s.last = NEW.number) THEN
    RAISE EXCEPTION 'invoice % is not the next of its series', NEW.number
      USING ERRCODE = '23514', CONSTRAINT = 'invoice_no_gap';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_invoice_is_next BEFORE INSERT ON orders_invoice
  FOR EACH ROW EXECUTE FUNCTION orders_invoice_is_next();
CREATE FUNCTION orders_invoice_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an invoice is not rewritten' USING ERRCODE = '23514', CONSTRAINT = 'invoice_append_only';
END $$;
CREATE TRIGGER orders_invoice_is_final BEFORE UPDATE OR DELETE ON orders_invoice
  FOR EACH ROW EXECUTE FUNCTION orders_invoice_is_final();
CREATE FUNCTION orders_invoiceseries_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.last <> OLD.last + 1 THEN
    RAISE EXCEPTION 'a series of invoices counts by one' USING ERRCODE = '23514', CONSTRAINT = 'invoice_no_gap';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_invoiceseries_counts BEFORE UPDATE OR DELETE ON orders_invoiceseries
  FOR EACH ROW EXECUTE FUNCTION orders_invoiceseries_counts();
CREATE FUNCTION orders_invoiceseries_has_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last > 0 AND NOT EXISTS (SELECT 1 FROM orders_invoice i WHERE i.seller_id = NEW.seller_id AND i.kind = NEW.kind
                                  AND i.number = NEW.last) THEN
    RAISE EXCEPTION 'number % was drawn for no invoice', NEW.last
      USING ERRCODE = '23514', CONSTRAINT = 'invoice_no_gap';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER orders_invoiceseries_has_invoice AFTER INSERT OR UPDATE ON orders_invoiceseries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_invoiceseries_has_invoice();
"""
NO_INVOICES = """
DROP TRIGGER orders_invoiceseries_has_invoice ON orders_invoiceseries;
DROP TRIGGER orders_invoiceseries_counts ON orders_invoiceseries;
DROP TRIGGER orders_invoice_is_final ON orders_invoice; DROP TRIGGER orders_invoice_is_next ON orders_invoice;
DROP FUNCTION orders_invoiceseries_has_invoice(); DROP FUNCTION orders_invoiceseries_counts();
DROP FUNCTION orders_invoice_is_final(); DROP FUNCTION orders_invoice_is_next();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_money")]
    operations = [
        migrations.RunSQL(ATTEMPTS, migrations.RunSQL.noop),
        migrations.RunSQL(LEGS, NO_LEGS),
        migrations.RunSQL(INVOICES, NO_INVOICES),
    ]
