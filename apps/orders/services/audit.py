"""Counting everything again at night: the ledger against itself, against our payments, and against the gateways' files; stock
against its movements. What differs becomes a work item; nothing is repaired here."""

from collections.abc import Iterator

import structlog
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.capacity import services as capacity
from apps.ledger import services as ledger
from apps.orders.gateways import OFFERABLE
from apps.orders.models import WorkItem
from apps.orders.services import transitions
from apps.orders.services.settlement import unsettled

log = structlog.get_logger(__name__)
MOST_SHOWN = 5

# Each finds the rows whose two sides differ: (name of the row, what it should be, what it is).
_BOOKED = "(SELECT sum(p.amount) FROM ledger_posting p WHERE p.entry_id = e.id AND p.amount > 0)"
_MONEY = {
    "a payment is not booked as it came": """
        SELECT 'capture:' || l.id, l.captured, coalesce(%BOOKED%, 0)
        FROM orders_paymentleg l LEFT JOIN ledger_entry e ON e.key = 'capture:' || l.id
        WHERE l.captured <> coalesce(%BOOKED%, 0)""",
    "a refund that is due is not booked": """
        SELECT 'refund_due:' || r.id, r.amount, coalesce(%BOOKED%, 0)
        FROM orders_refund r LEFT JOIN ledger_entry e ON e.key = 'refund_due:' || r.id
        WHERE r.amount <> coalesce(%BOOKED%, 0)""",
    "a refund is not booked as it was made": """
        SELECT 'refund:' || r.id, CASE r.status WHEN 'done' THEN r.amount ELSE 0 END, coalesce(%BOOKED%, 0)
        FROM orders_refund r LEFT JOIN ledger_entry e ON e.key = 'refund:' || r.id
        WHERE CASE r.status WHEN 'done' THEN r.amount ELSE 0 END <> coalesce(%BOOKED%, 0)""",
    "a movement is booked that no payment knows": """
        SELECT e.key, 0, e.size FROM ledger_entry e
        WHERE (e.kind = 'capture' AND NOT EXISTS (SELECT 1 FROM orders_paymentleg l WHERE 'capture:' || l.id = e.key))
           OR (e.kind = 'refund' AND NOT EXISTS (SELECT 1 FROM orders_refund r WHERE 'refund:' || r.id = e.key))
           OR (e.kind = 'credit_payout'
               AND NOT EXISTS (SELECT 1 FROM orders_payout p WHERE 'credit_payout:' || p.id = e.key))""",
    "a transfer of a credit is not booked as it was confirmed": """
        SELECT 'credit_payout:' || p.id, CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END, coalesce(%BOOKED%, 0)
        FROM orders_payout p LEFT JOIN ledger_entry e ON e.key = 'credit_payout:' || p.id
        WHERE CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END <> coalesce(%BOOKED%, 0)""",
    "an order's credits are not used as they lowered payments and were transferred": """
        SELECT o.number, used.sum, covered.sum + sent.sum FROM orders_order o
        JOIN LATERAL (SELECT sum(c.used) AS sum FROM orders_credit c WHERE c.order_id = o.id) used ON used.sum IS NOT NULL
        JOIN LATERAL (SELECT coalesce(sum(l.captured), 0) AS sum FROM orders_paymentleg l
                      WHERE l.order_id = o.id AND l.purpose = 'credit') covered ON true
        JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS sum FROM orders_payout p JOIN orders_credit c ON c.id = p.credit_id
                      WHERE c.order_id = o.id AND p.status <> 'void') sent ON true
        WHERE used.sum <> covered.sum + sent.sum""",
    "a credit is owed at the end, and nobody pays it out": """
        SELECT o.number || ' ' || c.key, 0, c.amount - c.used - c.lapsed
        FROM orders_credit c JOIN orders_order o ON o.id = c.order_id
        WHERE o.status IN ('delivered', 'completed') AND c.amount > c.used + c.lapsed""",
    "a transfer waits in nobody's queue": """
        SELECT o.number || ' ' || p.id, 1, 0 FROM orders_payout p
        JOIN orders_credit c ON c.id = p.credit_id JOIN orders_order o ON o.id = c.order_id
        WHERE p.status IN ('due', 'noted')
          AND NOT EXISTS (SELECT 1 FROM orders_workitem w WHERE w.payout_id = p.id AND w.closed_at IS NULL)""",
    "a payment's refunds are not what went back": """
        SELECT 'payment:' || l.id, l.refunded, coalesce(sum(r.amount) FILTER (WHERE r.status = 'done'), 0)
        FROM orders_paymentleg l LEFT JOIN orders_refund r ON r.leg_id = l.id
        WHERE NOT EXISTS (SELECT 1 FROM orders_paymentevent v WHERE v.leg_id = l.id AND v.kind = 'dispute.lost')
        GROUP BY l.id HAVING l.refunded <> coalesce(sum(r.amount) FILTER (WHERE r.status = 'done'), 0)""",
    "an order is settled, and money of it is left over": """
        SELECT e.subject, 0, sum(p.amount) FROM ledger_posting p
        JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id
        JOIN orders_order o ON o.number = e.subject
        WHERE a.code = 'customers' AND o.status IN ('cancelled', 'completed', 'returned')
        GROUP BY e.subject HAVING sum(p.amount) <> 0""",
    "an invoice's number was left out": """
        SELECT s.id::text, s.last, count(i.id) FROM orders_invoiceseries s
        LEFT JOIN orders_invoice i ON i.seller_id = s.seller_id AND i.kind = s.kind
        GROUP BY s.id, s.last HAVING s.last <> count(i.id)""",
}


def differences() -> list[str]:
    """What does not fit, in words; nothing, as a rule."""
    return [*_of_the_ledger(), *_of_the_money(), *_of_the_gateways(), *_of_the_stock()]


def _of_the_ledger() -> Iterator[str]:
    for one in ledger.prove():
        yield f"{one.kind}: {one.subject} should be {one.expected} and is {one.found}"


def _of_the_money() -> Iterator[str]:
    with connection.cursor() as cursor:
        for kind, query in _MONEY.items():
            cursor.execute(query.replace("%BOOKED%", _BOOKED))
            for subject, expected, found in cursor.fetchall():
                yield f"{kind}: {subject} should be {expected} and is {found}"


def _of_the_gateways() -> Iterator[str]:
    for name in OFFERABLE:
        for leg in unsettled(name).select_related("order")[:100]:
            yield f"a payment stands in no file of {name}: {leg.order.number} {leg.captured}"


def _of_the_stock() -> Iterator[str]:
    for one in capacity.prove():
        yield f"capacity: {one}"


def prove_ledgers() -> list[str]:
    """Count everything, and open a work item when something differs: one for the whole, until somebody closes it."""
    found = differences()
    if found:
        log.error("ledgers_differ", count=len(found), first=found[0])
        shown = "; ".join(found[:MOST_SHOWN])
        text = gettext_noop("Differences in the books: %(count)s. %(shown)s")
        transitions.raise_work_item(None, "ledgers", text, count=len(found), shown=shown)
    else:
        # A row that says that the night's count was made and found nothing would be noise: the log has it.
        log.info("ledgers_proved", at=timezone.now().isoformat())
        WorkItem.objects.filter(order=None, kind="ledgers", closed_at=None).update(closed_at=timezone.now())
    return found
