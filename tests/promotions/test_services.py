"""Codes, their limits, and what is wrong with a campaign."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.errors import BelowPromised
from apps.capacity.models import Pool
from apps.promotions import services
from apps.promotions.errors import UnknownCode
from apps.promotions.models import Campaign, Member
from tests.factories.accounts import make_user
from tests.factories.promotions import make_campaign, make_code

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 1)


def test_a_code_is_known_however_it_is_typed() -> None:
    made = make_code("AUTUMN-26")
    assert services.known_code("  autumn-26 ") == made
    with pytest.raises(UnknownCode) as refusal:
        services.known_code("autumn")
    assert str(refusal.value) == "There is no code “AUTUMN”."
    Campaign.objects.update(is_active=False)
    with pytest.raises(UnknownCode):
        services.known_code("AUTUMN-26")


def test_a_limit_is_the_size_of_a_pool_and_never_goes_below_what_was_used() -> None:
    code = make_code("AUTUMN", limit=3)
    capacity.hold(resource=kinds.voucher("AUTUMN"), quantity=2, owner="K1", until=None)
    code.limit = 5
    services.save_code(code)
    assert Pool.objects.get().free == 3
    code.limit = 1
    with pytest.raises(BelowPromised), transaction.atomic():
        services.save_code(code)
    assert (Pool.objects.get().total, capacity.prove()) == (5, [])


def test_rules_of_a_day_are_those_without_a_code_and_those_the_codes_open() -> None:
    plain = make_campaign()
    make_campaign(ends_on=DAY)
    make_campaign(is_active=False)
    code = make_code("AUTUMN")
    assert [rule.slug for rule in services.rules_on(DAY)] == [plain.slug]
    assert {rule.slug for rule in services.rules_on(DAY, ["AUTUMN"])} == {plain.slug, code.campaign.slug}


def test_membership_is_half_open() -> None:
    user = make_user()
    Member.objects.create(user=user, segment="plus", starts_on=date(2026, 11, 1), ends_on=DAY)
    assert services.segments_of(user, date(2026, 11, 30)) == {"signed-in", "plus"}
    assert services.segments_of(user, DAY) == {"signed-in"}
    assert services.segments_of(None, DAY) == frozenset()


def test_lint_names_what_is_wrong() -> None:
    other = make_campaign(car_models=["ut"], starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    bad = make_campaign(
        kind="percent",
        percent=60,
        car_models=["no-such"],
        cities=["nowhere"],
        needs_code=True,
        starts_on=date(2026, 2, 1),
    )
    texts = [str(finding.text) for finding in services.lint(bad)]
    assert texts == [
        "There is no model “no-such”.",
        "There is no city “nowhere”.",
        "More than half is taken off, and nothing limits it.",
        "It needs a code and has none, so nobody can use it.",
    ]
    Campaign.objects.filter(pk=other.pk).update(ends_on=None, car_models=[])
    assert "of the same group applies at the same time" in str(services.lint(bad)[-1].text)


@pytest.mark.services
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "percent", "percent": 0}, "campaign_takes_something_off"),
        ({"starts_on": DAY, "ends_on": DAY}, "campaign_lasts"),
        ({"kind": "bundle", "things": ["CV-1"]}, "campaign_bundle_names_its_things"),
        ({"kind": "free", "targets": []}, "campaign_free_names_what"),
    ],
)
def test_the_database_refuses_campaigns_without_sense(fields: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_campaign(**fields)
