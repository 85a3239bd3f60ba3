"""``Idempotency-Key`` over a small view of the test's own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, ClassVar, cast

import pytest
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.idempotency import IdempotentMixin, clear_old
from apps.common.errors import DomainError
from apps.common.models import IdempotencyRecord


class Refused(DomainError):
    code = "sold_out"
    message = "Sold out."


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
        return Response({"number": len(self.done)}, status=201)


urlpatterns = [path("count/", Counter.as_view())]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _count_from_zero() -> None:
    Counter.done.clear()


def post(body: dict[str, Any], key: str = "key-1", client: Client | None = None) -> Any:
    caller = client or Client(raise_request_exception=False)
    return caller.post("/count/", body, content_type="application/json", headers={"Idempotency-Key": key})


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


def test_a_call_still_in_flight_is_409() -> None:
    post({"a": 1})
    IdempotencyRecord.objects.update(status=None)
    answer = post({"a": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")


def test_a_call_whose_process_died_may_be_made_again_after_a_minute() -> None:
    post({"a": 1})
    IdempotencyRecord.objects.update(status=None, started_at=timezone.now() - timedelta(seconds=61))
    assert post({"a": 1}).json() == {"number": 2}


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
    IdempotencyRecord.objects.update(started_at=timezone.now() - timedelta(days=3))
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
