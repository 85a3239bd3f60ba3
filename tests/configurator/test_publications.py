"""Asking for a publication, and the decision of somebody else: who may, what is frozen, what the database refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from apps.accounts.models import User
from apps.common.errors import DomainError, NotAllowed
from apps.configurator.errors import (
    AnotherPublicationOpen,
    CannotPublish,
    NotDecidable,
    NothingToPublish,
    OwnPublication,
    PublicationNeedsReason,
)
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, ConfiguratorVersion, Option, Publication
from apps.configurator.services import (
    approve,
    cancel,
    checking,
    go_on_in_fallback,
    open_session,
    refuse,
    request_publication,
)
from tests.factories.configurator import make_configurator, make_rule
from tests.factories.publications import ask, lead, product_manager, staff

State = Publication.State
pytestmark = pytest.mark.django_db


def reprice(car: Configurator, fen: int) -> None:
    Option.objects.filter(configurator=car, code="tow").update(price=fen)


def checked(car: Configurator, by: User | None = None, fen: int = 200_000) -> Publication:
    """A publication of a new price that a worker has checked."""
    reprice(car, fen)
    publication = ask(car, by=by)
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.WAITING, publication.problems
    return publication


def on_sale(car: Configurator) -> int:
    return open_session(car.car_model.slug).document.options["tow"].price


def test_somebody_asks_a_worker_checks_somebody_else_approves(car: Configurator) -> None:
    author, second = product_manager(), lead()
    publication = checked(car, author)
    assert on_sale(car) == 100_000
    version = approve(publication=publication, by=second)
    publication.refresh_from_db()
    assert on_sale(car) == 200_000
    assert (version.number, version.published_by, version.sha256) == (2, author, publication.sha256)
    assert (publication.state, publication.version, publication.approved_by) == (State.PUBLISHED, version, second)


def test_the_report_says_what_was_compiled_and_checked(car: Configurator) -> None:
    report = checked(car).report
    assert report == report | {
        "options": 9,
        "rules": 3,
        "cheapest": 5_000_000,
        "dead": [],
        "exact": True,
        "entangling": [],
    }
    assert [part["market"] for part in report["parts"]] == ["CN", "CN-N"]
    assert (report["cars"], report["parts"][1]["cars"]) == ("16", "32")
    assert all(part["edges"] and part["bytes"] and part["exact"] for part in report["parts"])
    assert (report["clicks"], report["prices"]) == (40, 80)
    dead = [finding for finding in report["findings"] if finding["kind"] == "dead"]
    assert dead == [{"kind": "dead", "subject": "heater", "rules": ["heater-north"], "markets": ["CN"]}]


def test_what_was_checked_is_published_whatever_the_draft_says_by_then(car: Configurator) -> None:
    publication = checked(car, fen=200_000)
    reprice(car, 999_000)
    approve(publication=publication, by=lead())
    assert on_sale(car) == 200_000


def test_the_same_asked_twice_is_one_request(car: Configurator) -> None:
    reprice(car, 200_000)
    author = product_manager()
    assert ask(car, by=author) == ask(car, by=author) == ask(car, by=lead())
    assert Publication.objects.filter(direct=False).count() == 1


def test_a_second_draft_waits_until_the_first_is_decided(car: Configurator) -> None:
    author = product_manager()
    first = checked(car, author, fen=200_000)
    reprice(car, 300_000)
    with pytest.raises(AnotherPublicationOpen) as caught:
        ask(car, by=author)
    assert caught.value.extra == {"publication": first.pk}
    cancel(publication=first, by=author)
    assert ask(car, by=author).pk != first.pk


def test_what_is_on_sale_already_is_not_asked_for(car: Configurator) -> None:
    with pytest.raises(NothingToPublish):
        ask(car)
    assert not Publication.objects.filter(direct=False).exists()


def test_rows_that_do_not_fit_are_named_at_once(car: Configurator) -> None:
    make_rule(car, "typo", "excludes", options=["small", "hug"])
    with pytest.raises(CannotPublish) as caught:
        ask(car)
    assert len(caught.value.problems) == 1
    assert not Publication.objects.filter(direct=False).exists()


def test_a_car_that_cannot_be_built_fails_with_reasons_in_both_languages(car: Configurator) -> None:
    make_rule(car, "no-16", "excludes", options=["small", "blue"])
    make_rule(car, "no-16-red", "excludes", options=["small", "red"])
    publication = ask(car)
    checking.work()
    publication.refresh_from_db()
    assert publication.state == State.FAILED
    assert publication.problem_texts == [
        "The standard option 16-inch (small) is in no car of the market CN.",
        "The standard option 16-inch (small) is in no car of the market CN-N.",
    ]
    with translation.override("zh-hans"):
        assert publication.problem_texts[0] == "标准配置16 英寸（small）在市场 CN 的任何车辆中都不可选。"
    assert on_sale(car) == 100_000
    with pytest.raises(NotDecidable):
        approve(publication=publication, by=lead())


def test_an_earlier_version_goes_on_sale_again_the_same_way(car: Configurator) -> None:
    first = car.current
    assert first is not None
    reprice(car, 200_000)
    publish(configurator=car, clicks=0)
    publication = request_publication(configurator=car, by=product_manager(), restores=first)
    checking.work()
    publication.refresh_from_db()
    assert approve(publication=publication, by=lead()) == first
    assert on_sale(car) == 100_000
    assert ConfiguratorVersion.objects.count() == 2


def test_another_cars_version_is_not_restored(car: Configurator) -> None:
    other = make_configurator("other-car")
    with pytest.raises(NotAllowed):
        request_publication(configurator=car, by=product_manager(), restores=other.current)


def test_refusing_needs_a_reason_and_ends_it(car: Configurator) -> None:
    publication, second = checked(car), lead()
    with pytest.raises(PublicationNeedsReason):
        refuse(publication=publication, by=second, reason="  ")
    refuse(publication=publication, by=second, reason="The tow bar is too dear.")
    publication.refresh_from_db()
    assert (publication.state, publication.decided_by, publication.reason) == (
        State.REFUSED, second, "The tow bar is too dear.",
    )  # fmt: skip
    for decide in (approve, cancel):
        with pytest.raises(NotDecidable):
            decide(publication=publication, by=second)
    assert on_sale(car) == 100_000


def test_nobody_decides_about_what_they_asked_for(car: Configurator) -> None:
    author = lead()
    publication = checked(car, author)
    with pytest.raises(OwnPublication):
        approve(publication=publication, by=author)
    with pytest.raises(OwnPublication):
        refuse(publication=publication, by=author, reason="No.")
    publication.refresh_from_db()
    assert publication.state == State.WAITING
    assert on_sale(car) == 100_000


STRANGERS: dict[str, Callable[[], Any]] = {
    "a guest": lambda: None,
    "a customer": lambda: staff("wang", is_staff=False),
    "a customer with the permission": lambda: staff("odd", "add_publication", "approve_publication", is_staff=False),
    "a clerk": lambda: staff("clerk", "view_publication", "view_configurator"),
    "somebody who left": lambda: staff("gone", "add_publication", "approve_publication", is_active=False),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_whoever_may_not_is_refused_everything(car: Configurator, who: str) -> None:
    stranger = STRANGERS[who]()
    publication = checked(car)
    make_other = make_configurator("other-car", published=False)
    attempts: list[Callable[[], object]] = [
        lambda: request_publication(configurator=make_other, by=stranger),
        lambda: approve(publication=publication, by=stranger),
        lambda: refuse(publication=publication, by=stranger, reason="No."),
        lambda: cancel(publication=publication, by=stranger),
        lambda: go_on_in_fallback(publication=publication, by=stranger),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    publication.refresh_from_db()
    assert publication.state == State.WAITING
    assert not make_other.publications.exists()
    assert on_sale(car) == 100_000


def test_who_may_only_ask_neither_decides_nor_cancels_for_others(car: Configurator) -> None:
    publication, colleague = checked(car, product_manager()), product_manager("colleague")
    with pytest.raises(NotAllowed):
        approve(publication=publication, by=colleague)
    with pytest.raises(NotAllowed):
        refuse(publication=publication, by=colleague, reason="No.")
    with pytest.raises(NotAllowed):
        cancel(publication=publication, by=colleague)
    publication.refresh_from_db()
    assert publication.state == State.WAITING


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("approved_by_id = asked_by_id", "publication_four_eyes"),
        ("state = 'published'", "publication_published_by_somebody"),
        ("state = 'refused'", "publication_refused_with_reason"),
        ("state = 'queued'", "does not become"),
        ("state = 'compiling'", "does not become"),
        ("document = '{}'", "never changes"),
        ("sha256 = repeat('0', 64)", "never changes"),
        ("direct = true", "never changes"),
        ("asked_by_id = NULL", "never changes"),
        ("report = '{}'", "report that is approved"),
        ("percent = 101", "publication_percent"),
    ],
)
def test_the_database_refuses_what_no_service_does(car: Configurator, change: str, constraint: str) -> None:
    publication = checked(car)
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE configurator_publication SET {change} WHERE id = %s", [publication.pk])  # noqa: S608
    publication.refresh_from_db()
    assert publication.state == State.WAITING


def test_the_database_keeps_every_publication_and_how_it_began(car: Configurator) -> None:
    publication = checked(car)
    with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM configurator_publication WHERE id = %s", [publication.pk])
    fields = {"configurator": car, "document": "{}", "sha256": "0" * 64, "asked_at": timezone.now()}
    for wrong in ({"state": "waiting", "asked_by": lead()}, {"state": "queued"}, {"state": "queued", "direct": True}):
        with pytest.raises(DatabaseError, match="begins by somebody"), transaction.atomic():
            Publication.objects.create(**fields, **wrong)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_publish_once_and_one_learns_it() -> None:
    car = make_configurator()
    publication = checked(car)
    people, barrier = [lead("first"), lead("second")], Barrier(2)

    def decide(person: User) -> int | str:
        barrier.wait()
        try:
            return approve(publication=Publication.objects.get(pk=publication.pk), by=person).number
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(map(str, pool.map(decide, people))) == ["2", "not_decidable"]
    assert ConfiguratorVersion.objects.count() == 2


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_approving_refusing_and_cancelling_at_once_come_to_one_decision() -> None:
    car = make_configurator()
    author = product_manager()
    publication = checked(car, author)
    second, third, barrier = lead("second"), lead("third"), Barrier(3)
    attempts: list[Callable[[], object]] = [
        lambda: approve(publication=publication, by=second),
        lambda: refuse(publication=publication, by=third, reason="No."),
        lambda: cancel(publication=publication, by=author),
    ]

    def decide(attempt: Callable[[], object]) -> bool:
        barrier.wait()
        try:
            attempt()
        except NotDecidable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(decide, attempts)) == 1
    publication.refresh_from_db()
    assert (publication.state == State.PUBLISHED) == (on_sale(car) == 200_000)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_the_same_at_once_have_one_request() -> None:
    car = make_configurator()
    reprice(car, 200_000)
    people, barrier = [product_manager("one"), product_manager("two")], Barrier(2)

    def request(person: User) -> int:
        barrier.wait()
        try:
            return ask(car, by=person).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(request, people))) == 1
