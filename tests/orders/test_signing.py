"""The contract."""

import pytest

from apps.orders import services
from apps.orders.errors import ConsentMissing, NotInThisState, SignatureMissing
from apps.orders.models import Order
from apps.orders.services.signing import contract_hash
from tests.factories.bundles import make_accessory
from tests.factories.orders import make_order, pay, place, reserved_order, sign, signed_order

pytestmark = pytest.mark.django_db


def test_signing_freezes_the_contract_and_starts_the_work() -> None:
    order = signed_order()
    assert order.status == "signed"
    assert order.contract_hash == contract_hash(order)
    assert len(order.contract_hash) == 64
    assert [(step.kind, step.status) for step in order.steps.all()] == [("submit_build", "ready")]
    assert not order.timers.filter(kind="remind_to_sign", done_at=None).exists()
    assert [fee.amount for fee in services.fee_table_of(order)][:2] == [90_000, 180_000]


def test_the_hash_changes_with_every_promise() -> None:
    order = signed_order()
    before = contract_hash(order)
    line = order.lines.get()
    order.fees[0]["amount"] += 1
    changed = {contract_hash(order)}
    order.refresh_from_db()
    order.lines.filter(pk=line.pk).update(facts=line.facts | {"options": []})
    changed.add(contract_hash(order))
    assert before not in changed
    assert len(changed) == 2


def test_signing_twice_signs_once() -> None:
    order = signed_order()
    services.sign(order=order, signature="Somebody Else", accept_fees=True, id_consent=True)
    order.refresh_from_db()
    assert (order.signature, order.transitions.count(), order.steps.count()) == ("Li Lei", 3, 1)


def test_without_name_and_consent_nothing_is_signed() -> None:
    order = reserved_order()
    for signature, fees, consent, error in [
        ("  ", True, True, SignatureMissing),
        ("Li Lei", False, True, ConsentMissing),
        ("Li Lei", True, False, ConsentMissing),
    ]:
        with pytest.raises(error):
            services.sign(order=order, signature=signature, accept_fees=fees, id_consent=consent)
    order.refresh_from_db()
    assert (order.status, order.signed_at, order.steps.count()) == ("reserved", None, 0)


def test_there_is_nothing_to_sign_before_the_deposit_after_the_end_or_without_a_car() -> None:
    part = make_accessory()
    unpaid, cancelled = make_order(), signed_order()
    services.cancel(order=cancelled, accept_fee=True)
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=part.sku)
    goods = place(basket, delivery_store=None)
    pay(goods)
    for order in (unpaid, cancelled, goods):
        status = Order.objects.get(pk=order.pk).status
        with pytest.raises(NotInThisState):
            sign(order)
        assert Order.objects.get(pk=order.pk).status == status
