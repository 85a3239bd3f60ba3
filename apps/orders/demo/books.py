"""All the rows around a batch of past orders: collected order by order, inserted table by table."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Model

from apps.messaging.kinds import Channel, State
from apps.messaging.models import Message
from apps.orders.demo.money import Till
from apps.orders.demo.stories import Story
from apps.orders.demo.work import SILENT, TRIES, steps_of
from apps.orders.fulfilment.handover import begin, is_worked_on
from apps.orders.lifecycle import Actor, LineStatus, Status
from apps.orders.models import (
    Allocation,
    Contract,
    FulfilmentStep,
    LineKind,
    Order,
    OrderLine,
    PartnerJob,
    PaymentAttempt,
    PaymentEvent,
    PaymentLeg,
    Refund,
    SandboxEvent,
    SandboxPayment,
    Timer,
    Transition,
    Vehicle,
    WorkItem,
)
from apps.orders.partners import simulated
from apps.orders.partners.simulation import Job, vin_of
from apps.orders.services.signing import contract_of, kept
from apps.orders.services.transitions import REMIND_AFTER
from apps.orders.terms import HOLD, RETURN_WINDOW_DAYS, pace
from apps.orders.wording import ARRANGE, FAILED, NOT_AS_ORDERED, WORK, work_item

_S = Status
_BUYERS = {_S.PLACED, _S.SIGNED, _S.DELIVERED, _S.CANCELLING}
_TOLD = {
    _S.PLACED, _S.RESERVED, _S.SIGNED, _S.VIN_ASSIGNED, _S.MISMATCH, _S.AT_STORE, _S.READY, _S.DELIVERED, _S.COMPLETED,
    _S.CANCELLED,
}  # fmt: skip
# A state can be reached twice (a late payment), so these keys carry the version.
_NUMBERED = {_S.RESERVED, _S.EXPIRED}
_TABLES: tuple[type[Model], ...] = (
    OrderLine, Transition, PaymentLeg, PaymentAttempt, SandboxPayment, SandboxEvent, PaymentEvent, Refund, FulfilmentStep, Timer, Message,
    WorkItem, PartnerJob, Contract,
)  # fmt: skip
# What the database stamps with the present, and happened in the past.
_STAMPED: dict[type[Model], str] = {
    **dict.fromkeys((PaymentAttempt, SandboxPayment, SandboxEvent, Refund, FulfilmentStep), "created_at"),
    PaymentEvent: "received_at",
}


class Books:
    """The rows of one batch."""

    def __init__(self, now: datetime, speed: float) -> None:
        self._now, self._speed = now, speed
        self._rows: dict[type[Model], list[Any]] = {table: [] for table in _TABLES}
        self._cars: list[tuple[Story, Order, PartnerJob]] = []

    def enter(self, story: Story, order: Order, lines: Sequence[OrderLine]) -> None:
        """Everything about one order, which is saved already."""
        if order.contract_hash:
            self._add(kept(order, contract_of(order, lines), 1))
        self._enter_lines(story, lines)
        self._add(*_history(story, order), *_messages(story, order), *Till(story, order, self._now).rows())
        self._add(*steps_of(story, order, self._now, self._speed))
        self._enter_timer(story, order)
        if story.at(_S.SIGNED):
            self._enter_jobs(story, order, lines)
        if story.parked:
            self._add(work_item(order, "step", FAILED, step="await_build", count=TRIES, error=SILENT))

    def save(self) -> None:
        for table, rows in self._rows.items():
            column = _STAMPED.get(table)
            since = [getattr(row, column) for row in rows] if column else []
            table._default_manager.bulk_create(rows)
            if column and rows:
                for row, moment in zip(rows, since, strict=True):
                    setattr(row, column, moment)
                table._default_manager.bulk_update(rows, [column])
        self._save_cars()

    def _add(self, *rows: Model) -> None:
        for row in rows:
            self._rows[type(row)].append(row)

    def _enter_lines(self, story: Story, lines: Sequence[OrderLine]) -> None:
        for line in lines:
            line.order_id = line.order.pk
            line.status = _line_status(story, line)
            handed_over = story.at(_S.DELIVERED) or (None if story.has_car else story.at(_S.COMPLETED))
            if handed_over is not None:
                begin(line, handed_over.date())
            if handed_over is None or not is_worked_on(line):
                continue
            if story.status == _S.COMPLETED:
                line.status = LineStatus.ACCEPTED_BY_BUYER
            else:
                work = [[ARRANGE, line.code, line.order.number]]
                self._add(work_item(line.order, "charger", WORK, work=work))
        self._add(*lines)

    def _enter_timer(self, story: Story, order: Order) -> None:
        since = story.way[-1][1]
        due = {
            _S.PLACED: ("hold", since + HOLD),
            _S.RESERVED: ("remind_to_sign", since + REMIND_AFTER),
            _S.DELIVERED: ("return_window", since + pace(RETURN_WINDOW_DAYS, self._speed)),
        }.get(story.status)
        if due is not None and story.has_car:
            self._add(Timer(order=order, kind=due[0], due_at=due[1]))

    def _enter_jobs(self, story: Story, order: Order, lines: Sequence[OrderLine]) -> None:
        car, model = next(line for line in lines if line.kind == LineKind.CAR), order.car_model
        assert model is not None
        options = sorted(option["code"] for option in car.facts["options"])
        facts: dict[str, Any] = {
            "order": order.number,
            "brand": model.brand.slug,
            "model": model.slug,
            "options": options,
        }
        if story.at(_S.MISMATCH):
            facts["as_built"] = options[1:]
            lacking = next(one for one in car.facts["options"] if one["code"] == options[0])
            names = [[lacking["name_en"], lacking["name_zh"]]]
            self._add(work_item(order, "mismatch", NOT_AS_ORDERED, options=names))
        assert order.signed_at is not None
        job = PartnerJob(
            partner=simulated.MAKER,
            key=f"{order.pk}:submit_build:1",
            facts=facts,
            started_at=order.signed_at,
            cancelled_at=story.at(_S.CANCELLING),
        )
        self._add(job)
        if story.at(_S.VIN_ASSIGNED) or story.at(_S.MISMATCH):
            self._cars.append((story, order, job))

    def _save_cars(self) -> None:
        """The cars that were built, each by its job, and whose they are; the carrier's part of it."""
        vehicles, allocations, transports = [], [], []
        for story, order, job in self._cars:
            built_at = story.at(_S.VIN_ASSIGNED) or story.at(_S.MISMATCH)
            assert built_at is not None
            as_built = job.facts.get("as_built", job.facts["options"])
            vin = vin_of(Job(job.pk, job.key, job.facts, job.started_at, None))
            vehicles.append(Vehicle(vin=vin, car_model=order.car_model, as_built=as_built, built_at=built_at))
            allocations.append(Allocation(vehicle=vehicles[-1], order=order, since=built_at))
            left_at = story.at(_S.IN_TRANSIT)
            if left_at is not None:
                facts = {"vin": vin, "store": order.delivery_store.code if order.delivery_store else ""}
                key = f"{order.pk}:ship:1"
                transports.append(PartnerJob(partner=simulated.CARRIER, key=key, facts=facts, started_at=left_at))
            if story.at(_S.DELIVERED):
                order.handover = (order.handover or {}) | {"vin": vin}
        Vehicle.objects.bulk_create(vehicles)
        Allocation.objects.bulk_create(allocations)
        PartnerJob.objects.bulk_create(transports)
        Order.objects.bulk_update([order for _story, order, _job in self._cars if order.handover], ["handover"])


def _history(story: Story, order: Order) -> list[Transition]:
    first = Transition(
        order=order, seq=1, source="", target=_S.PLACED, actor=Actor.BUYER, user=order.user, key="placed",
        at=order.placed_at,
    )  # fmt: skip
    rows = [first]
    for seq, ((source, _before), (target, moment)) in enumerate(pairwise(story.way), start=2):
        by_buyer = target in _BUYERS or (source, target) == (_S.PLACED, _S.CANCELLED)
        rows.append(
            Transition(
                order=order,
                seq=seq,
                source=source,
                target=target,
                actor=Actor.BUYER if by_buyer else Actor.SYSTEM,
                user=order.user if by_buyer else None,
                key=f"{target.value}:{seq - 1}" if target in _NUMBERED else target.value,
                at=moment,
            )
        )
    return rows


def _messages(story: Story, order: Order) -> list[Message]:
    """The mails of that time, which were sent; what they said is not kept."""
    told = [(state, moment) for state, moment in story.way if state in _TOLD]
    return [
        Message(
            key=f"order:{order.number}:demo:{state.value}",
            channel=Channel.EMAIL,
            composer="order",
            reference=order.number,
            kind=state.value,
            user_id=order.user_id,
            recipient=order.email,
            language=order.language,
            state=State.SENT,
            attempts=1,
            next_at=moment,
            sent_at=moment + timedelta(seconds=2),
        )
        for state, moment in told
    ]


def _line_status(story: Story, line: OrderLine) -> LineStatus:
    if story.at(_S.RESERVED) is None:
        return LineStatus.PENDING
    if story.status == _S.CANCELLED:
        return LineStatus.REFUNDED
    fitted = line.kind in (LineKind.COVER, LineKind.ACCESSORY) and line.facts.get("needs_fitting")
    return LineStatus.FITTED if fitted and story.at(_S.READY) else LineStatus.ALLOCATED
