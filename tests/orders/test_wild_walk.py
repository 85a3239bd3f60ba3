"""Orders pushed about at random by everybody at once: changes, refusals, damage, disputes, returns, loans, coins, old cars, leniency."""

from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.orders.models import FulfilmentStep, Order
from tests.orders.walking.means import Means
from tests.orders.walking.opening import ACTS, open_shop
from tests.orders.walking.promises import check

pytestmark = pytest.mark.django_db
BEGIN = ("order", "pay", "order", "pay", "change", "sign", "sign", "work_on", "pay", "work_on", "work_on")


@pytest.fixture
def shop() -> Means:
    return open_shop()


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(names=st.lists(st.sampled_from(ACTS), min_size=20, max_size=45), seed=st.integers(0, 2**32))
def test_whatever_anybody_does_the_promises_hold(shop: Means, names: list[str], seed: int) -> None:
    chance = Random(seed)
    shop.last = None
    shop.hurry(Order())()
    with transaction.atomic():
        for name in [*BEGIN, *names]:
            with transaction.atomic():
                shop.act(name, chance)
            check(shop)
        assert not FulfilmentStep.objects.exclude(error="").exists()
        transaction.set_rollback(True)
