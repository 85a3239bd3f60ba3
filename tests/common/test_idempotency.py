"""``Idempotency-Key`` over a small view of the test's own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from threading import Barrier, Event
from typing import Any, ClassVar, cast

import pytest
from django.db import Error, connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from apps.common.api.idempotency import IdempotentMixin, clear_old
from apps.common.errors import DomainError
from apps.common.models import IdempotencyRecord
from apps.orders import services
from apps.orders.api.baskets import BasketViewSet
from apps.orders.models import Basket
from tests.factories.bundles import make_plan
from tests.orders.walking.crashing import CONTROL, Crash, backend_is_killed


class Refused(DomainError):
    code = "sold_out"
    message = "Sold out."


class Later(DomainError):
    code = "later"
    message = "Not now."
    status = 503


class Waits(IdempotentMixin, APIView):
    """Says that it has begun, and goes on when told to."""

    begun: ClassVar[Event] = Event()
    may_end: ClassVar[Event] = Event()
    permission_classes = ()
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        self.begun.set()
        assert self.may_end.wait(20)
        return Response({"ended": True}, status=201)


class Asks(IdempotentMixin, ViewSet):
    """Asks somebody else first, and may write afterwards."""

    permission_classes = ()
    authentication_classes = ()
    between_transactions = ("create",)
    inside: ClassVar[list[bool]] = []

    def create(self, request: Request) -> Response:
        self.inside.append(connection.in_atomic_block)
        if cast(dict[str, Any], request.data).get("write"):
            self.begin_writing()
            self.inside.append(connection.in_atomic_block)
            services.create_basket()
        if cast(dict[str, Any], request.data).get("later"):
            raise Later
        return Response({"asked": len(self.inside)}, status=201)


class Counter(IdempotentMixin, APIView):
    """Counts how often its work was really done."""

    done: ClassVar[list[Any]] = []
    permission_classes = ()
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        data = cast(dict[str, Any], request.data)
        self.done.append(data)
        if data.get("refuse"):
            raise Refused
        if data.get("break"):
            raise RuntimeError("broken")
        if data.get("later"):
            services.create_basket()
            raise Later
        return Response({"number": len(self.done)}, status=201)


urlpatterns = [
    path("count/", Counter.as_view()),
    path("wait/", Waits.as_view()),
    path("ask/", Asks.as_view({"post": "create"})),
    path("lines/<uuid:pk>/", BasketViewSet.as_view({"post": "lines"})),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _count_from_zero() -> None:
    Counter.done.clear()


def post(body: dict[str, Any], key: str = "key-1", client: Client | None = None, to: str = "/count/") -> Any:
    caller = client or Client(raise_request_exception=False)
    return caller.post(to, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_the_same_call_again_replays_the_answer_and_does_nothing() -> None:
    first, second = post({"a": 1}), post({"a": 1})
    assert (first.status_code, first.json()) == (201, {"number": 1})
    assert (second.status_code, second.content, second["Content-Type"]) == (201, first.content, first["Content-Type"])
    assert second["Idempotency-Replayed"] == "true"
    assert len(Counter.done) == 1


def test_another_body_under_the_same_key_is_422() -> None:
    post({"a": 1})
    answer = post({"a": 2})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(Counter.done) == 1


def test_a_refusal_is_replayed_too() -> None:
    first, second = post({"refuse": True}), post({"refuse": True})
    assert (first.status_code, first["Content-Type"]) == (409, "application/problem+json")
    assert second.content == first.content
    assert len(Counter.done) == 1


def test_a_breakdown_is_not_kept() -> None:
    assert post({"break": True}).status_code == 500
    assert not IdempotencyRecord.objects.exists()


def test_nobody_replays_another_caller_s_answer() -> None:
    post({"a": 1})
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert post({"a": 1}, client=other).json() == {"number": 2}


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_or_too_many_characters_is_422(key: str) -> None:
    answer = post({"a": 1}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_invalid")
    assert Counter.done == []


def test_old_answers_are_forgotten() -> None:
    post({"a": 1}, "old")
    IdempotencyRecord.objects.update(answered_at=timezone.now() - timedelta(days=3))
    post({"a": 1}, "new")
    assert clear_old() == 1
    assert IdempotencyRecord.objects.get().key == "new"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_twelve_calls_at_once_one_does_the_work() -> None:
    start = Barrier(12)

    def call(_: int) -> int:
        start.wait()
        try:
            return int(post({"a": 1}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(pool.map(call, range(12)))
    assert len(Counter.done) == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses


@pytest.mark.django_db(transaction=True)
def test_a_call_still_in_flight_is_409_and_its_answer_is_replayed_once_it_has_ended() -> None:
    Waits.begun.clear()
    Waits.may_end.clear()

    def first_call() -> Any:
        try:
            return post({}, to="/wait/")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(first_call)
        assert Waits.begun.wait(20)
        answer = post({}, to="/wait/")
        Waits.may_end.set()
        assert first.result(20).json() == {"ended": True}
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    again = post({}, to="/wait/")
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")


def test_what_cannot_be_done_now_is_not_kept_and_leaves_nothing() -> None:
    assert post({"later": True}).status_code == 503
    assert not IdempotencyRecord.objects.exists()
    assert not Basket.objects.exists()
    assert post({"later": True}).status_code == 503
    assert len(Counter.done) == 2


@pytest.mark.django_db(transaction=True)
def test_who_asks_somebody_else_holds_no_transaction_until_they_write() -> None:
    Asks.inside.clear()
    assert post({}, to="/ask/").json() == post({}, to="/ask/").json() == {"asked": 1}
    assert Asks.inside == [False]
    assert post({"write": True}, "key-2", to="/ask/").status_code == 201
    assert Asks.inside == [False, False, True]
    assert Basket.objects.count() == 1
    assert post({"write": True, "later": True}, "key-3", to="/ask/").status_code == 503
    assert Basket.objects.count() == 1
    assert sorted(IdempotencyRecord.objects.values_list("key", flat=True)) == ["key-1", "key-2"]


def striking(number: int, how: str) -> tuple[AbstractContextManager[None], Callable[[], int]]:
    """Crash, or end the connection's process, after so many statements; and how many there were."""
    seen = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        answer = execute(sql, params, many, context)
        if not str(sql).lstrip().upper().startswith(CONTROL):
            seen += 1
            if seen == number and how == "crash":
                raise Crash
            if seen == number:
                backend_is_killed()
        return answer

    return connection.execute_wrapper(watch), lambda: seen


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["crash", "kill"])
def test_a_call_that_dies_after_any_statement_can_be_made_again_at_once_and_is_done_once(how: str) -> None:
    plan, number, struck = make_plan(), 0, True
    while struck:
        number += 1
        basket = services.create_basket()
        address, line = f"/lines/{basket.pk}/", {"kind": "maintenance_plan", "sku": plan.sku}
        wrapper, seen = striking(number, how)
        with suppress(Crash, Error), wrapper:
            post(line, f"key-{number}", to=address)
        struck = seen() >= number
        connection.close()
        answer = post(line, f"key-{number}", to=address)
        assert answer.status_code == 201, (number, answer.json())
        assert [one.quantity for one in basket.lines.all()] == [1]
    assert number > 10
