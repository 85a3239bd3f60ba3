"""Two product managers at once, each with a database connection of their own: the later one is told, nothing is lost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.models import Configurator, Option, RentalTerms, Rule
from apps.configurator.services.drafts import lint, mark, open_draft
from tests.factories.configurator import make_configurator

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
HTMX = {"HX-Request": "true"}
PATIENCE_S = 60
EXCLUDES = {"kind": "excludes", "options": ["tow", "rack"], "reason_en": "Why.", "reason_zh": "原因。"}


def manager(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(f"{name}@kaiche.example", "x"))
    return client


def url(car: Configurator, name: str, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_{name}", args=[car.pk, *args])


def at_once(car: Configurator, *posts: Callable[[], Any]) -> list[Any]:
    """The answers to requests that have all come as far as waiting for the car, before any of them may write."""

    def sent(post: Callable[[], Any]) -> Any:
        try:
            return post()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as pool:
        with transaction.atomic():
            Configurator.objects.select_for_update().get(pk=car.pk)
            answers = [pool.submit(sent, post) for post in posts]
            _until_waiting(len(posts))
        return [answer.result(PATIENCE_S) for answer in answers]


def _until_waiting(wanted: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same activity again otherwise
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'"
            )
            if cursor.fetchone()[0] >= wanted:
                return
        time.sleep(0.02)
    raise AssertionError("They do not wait for each other.")


def test_two_who_save_the_same_rule_at_once_are_both_heard() -> None:
    car = make_configurator(published=False)
    rule = Rule.objects.get(code="tow-large")
    people = {"Zhou": manager("zhou"), "He": manager("he")}
    address, sent = url(car, "edit", "rules", rule.pk), {**EXCLUDES, "seen": mark(rule)}

    def save(name: str, **more: str) -> Any:
        return people[name].post(address, {**sent, "owner": name, **more}, headers=HTMX)

    answers = dict(zip(people, at_once(car, lambda: save("Zhou"), lambda: save("He")), strict=True))
    assert sorted(answer.status_code for answer in answers.values()) == [200, 409]
    first, second = sorted(people, key=lambda name: answers[name].status_code)
    assert Rule.objects.get(pk=rule.pk).owner == first
    told = answers[second].content.decode()
    assert f"<dd>{first}</dd>" in told
    assert f"{first.lower()}@kaiche.example" in told
    assert f'value="{second}"' in told
    assert LogEntry.objects.count() == 1
    again = save(second, seen=answers[second].context["seen"])
    assert again.status_code == 200
    assert Rule.objects.get(pk=rule.pk).owner == second
    assert LogEntry.objects.count() == 2


@pytest.mark.parametrize("what", ["rules", "options", "rentals"])
def test_two_who_add_the_same_at_once_add_it_once(what: str) -> None:
    car = make_configurator(published=False)
    RentalTerms.objects.all().delete()
    group = car.groups.get(code="extras")
    terms = {"monthly_price": 1, "mileage_cap": 1, "overage_price": 1, "minimum_term": 1, "buyout_price": 1}
    sent: dict[str, dict[str, Any]] = {
        "rules": {**EXCLUDES, "owner": "Me"},
        "options": {"group": group.pk, "code": "net", "name_en": "Net", "name_zh": "网", "price": "1"},
        "rentals": {**terms, "option": "rent", "instead_of": Option.objects.get(code="buy").pk},
    }
    rows = {"rules": Rule, "options": Option, "rentals": RentalTerms}[what]
    before = rows._default_manager.count()
    clients = [manager("zhou"), manager("he")]
    answers = at_once(
        car, *(lambda client=client: client.post(url(car, "new", what), sent[what], headers=HTMX) for client in clients)
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([200, 409], [204, 409])
    assert rows._default_manager.count() == before + 1
    assert LogEntry.objects.count() == 1
    second = next(answer for answer in answers if answer.status_code == 409)
    assert "There is one with this code already." in second.content.decode()
    assert ("Net" if what == "options" else "Why." if what == "rules" else 'value="1"') in second.content.decode()


def test_who_edits_what_somebody_else_deletes_at_once_can_add_it_again() -> None:
    car = make_configurator(published=False)
    rule = Rule.objects.get(code="tow-large")
    zhou, he = manager("zhou"), manager("he")
    sent = {**EXCLUDES, "owner": "He", "seen": mark(rule)}
    deleted, edited = at_once(
        car,
        lambda: zhou.post(url(car, "delete", "rules", rule.pk), {"seen": mark(rule)}, headers=HTMX),
        lambda: he.post(url(car, "edit", "rules", rule.pk), sent, headers=HTMX),
    )
    if deleted.status_code == 200:
        assert edited.status_code == 409
        assert "Somebody else has deleted this meanwhile." in edited.content.decode()
        assert 'value="He"' in edited.content.decode()
        assert not Rule.objects.filter(code="tow-large").exists()
    else:
        assert (deleted.status_code, edited.status_code) == (409, 200)
        assert Rule.objects.get(code="tow-large").owner == "He"


def test_an_option_is_not_deleted_while_a_rule_about_it_is_added() -> None:
    car = make_configurator(published=False, price_rules=[])
    rack = Option.objects.get(code="rack")
    zhou, he = manager("zhou"), manager("he")
    deleted, added = at_once(
        car,
        lambda: zhou.post(url(car, "delete", "options", rack.pk), {"seen": mark(rack)}, headers=HTMX),
        lambda: he.post(url(car, "new", "rules"), {**EXCLUDES, "owner": "He"}, headers=HTMX),
    )
    assert sorted([deleted.status_code, added.status_code]) == [200, 409]
    assert not any(remark.kind == "broken" for remark in lint(open_draft(car)))
