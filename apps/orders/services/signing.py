"""The contract: what exactly the buyer signs, and that only the buyer signs it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.errors import ConsentMissing, NotPaid, SignatureMissing
from apps.orders.fulfilment.queue import enqueue
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Contract, Order, OrderLine
from apps.orders.services import coins, payments, promises, transitions
from apps.orders.terms import DELAY_CREDIT_A_DAY, DELAY_CREDIT_DAYS, Fee

if TYPE_CHECKING:
    from apps.accounts.models import User


def fee_table_of(order: Order) -> tuple[Fee, ...]:
    """The table of fees that was frozen with the order and is signed with it."""
    return tuple(Fee(**row) for row in order.fees)


def contract_of(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """Everything that is promised, as plain data; its hash goes into the contract."""
    return {
        "number": order.number,
        "buyer": order.name,
        "city": order.city,
        "region": order.region,
        "total": order.total,
        "trace": order.trace,
        "payment_plan": order.payment_plan,
        "monthly": order.monthly,
        "terms": order.terms,
        "fees": order.fees,
        "delay": {"credit_a_day": DELAY_CREDIT_A_DAY, "days": DELAY_CREDIT_DAYS},
        "invoice": [order.invoice_kind, order.invoice_title, order.tax_number],
        "store": order.delivery_store.code if order.delivery_store else None,
        "lines": [
            [
                line.position,
                line.kind,
                line.code,
                line.name_en,
                line.name_zh,
                line.quantity,
                line.total,
                line.facts,
                line.trace,
            ]
            for line in lines
        ],
    }


def contract_hash(order: Order, lines: Iterable[OrderLine] | None = None) -> str:
    """The SHA-256 of the contract; ``lines`` are the order's own, which need not be saved yet."""
    return hash_of(contract_of(order, order.lines.all() if lines is None else lines))


def hash_of(promised: Mapping[str, Any]) -> str:
    """The SHA-256 of a contract's data as canonical JSON."""
    text = json.dumps(promised, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def require_consent(signature: str, *, accept_fees: bool, id_consent: bool) -> None:
    """Refuse what is no signature.

    Raises:
        SignatureMissing, ConsentMissing
    """
    if not signature.strip():
        raise SignatureMissing(field="signature")
    if not accept_fees:
        raise ConsentMissing(field="accept_fees")
    if not id_consent:
        raise ConsentMissing(field="id_consent")


def seal(order: Order, signature: str, now: datetime) -> Contract:
    """Keep who signed what and when. The caller holds the lock and has saved everything that is signed."""
    promised = contract_of(order, order.lines.all())
    order.signature, order.signed_at, order.contract_hash = signature.strip()[:100], now, hash_of(promised)
    order.save(update_fields=["signature", "signed_at", "contract_hash"])
    contract = kept(order, promised, order.contracts.count() + 1)
    contract.save()
    _ring_renderer()
    return contract


def kept(order: Order, promised: Mapping[str, Any], seq: int) -> Contract:
    """The row that keeps what ``order``, which says by whom and when, was signed for."""
    assert order.signed_at is not None
    return Contract(
        order=order,
        seq=seq,
        data=promised,
        sha256=order.contract_hash,
        language=order.language,
        signature=order.signature,
        signed_at=order.signed_at,
    )


def _ring_renderer() -> None:
    from apps.orders.tasks import render_contracts

    ring(render_contracts)


@transaction.atomic
def sign(*, order: Order, signature: str, accept_fees: bool, id_consent: bool, user: "User | None" = None) -> Order:
    """The buyer signs; the maker gets the order. Signing again what is signed changes nothing.

    Raises:
        SignatureMissing, ConsentMissing: of the input.
        NotInThisState: there is nothing to sign.
    """
    require_consent(signature, accept_fees=accept_fees, id_consent=id_consent)
    mine = transitions.lock(order)
    if mine.signed_at is not None and mine.status not in (Status.CANCELLING, Status.CANCELLED):
        return mine
    transitions.require(mine, Status.SIGNED, Actor.BUYER)
    if not mine.has_car:
        raise transitions.not_now(mine)
    if not payments.first_is_paid(mine):
        raise NotPaid
    seal(mine, signature, timezone.now())
    transitions.move(mine, Status.SIGNED, actor=Actor.BUYER, user=user, key="signed")
    transitions.stop_timers(mine, "remind_to_sign")
    transitions.notify(mine, "signed")
    promises.promise(mine, timezone.now())
    coins.capture(mine)
    enqueue(mine, "submit_build")
    return mine
