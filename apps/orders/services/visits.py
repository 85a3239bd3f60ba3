"""Installations and what is made to order, line by line (``lifecycle.lines``): each function is one rule of that table.

Staff need the permission of the store; a buyer is let in by the page or the API, which know whose order it is. Every function
locks the order first, refuses what the table does not know, and writes the line's history.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import BadQuote, LineNotInThisState, NotInFuture, ReasonNeeded, Stopped
from apps.orders.lifecycle import Actor, Family, LineRule, LineStatus, line_rules
from apps.orders.models import LineStep, LineVisit, Order, OrderLine
from apps.orders.services import returns, supply, transitions
from apps.orders.services.permissions import INSPECT, require_permission
from apps.orders.wording import ARRANGE, WORK

if TYPE_CHECKING:
    from apps.accounts.models import User

_F, _L, _K = Family, LineStatus, LineVisit.Kind
# Who of ours acts next: (kind of the work item, what to do).
_WORK = {
    (_F.INSTALL, _L.ALLOCATED): ("charger", ARRANGE),
    (_F.INSTALL, _L.SURVEYED): ("charger", gettext_noop("Quote what is needed besides, or agree on a day")),
    (_F.INSTALL, _L.ACCEPTED): ("charger", gettext_noop("Agree on a day for the installation")),
    (_F.INSTALL, _L.BOOKED): ("charger", gettext_noop("Install")),
    (_F.MADE_TO_ORDER, _L.PENDING): ("proof", gettext_noop("Send a proof")),
    (_F.MADE_TO_ORDER, _L.ALLOCATED): ("proof", gettext_noop("Send a proof")),
    (_F.MADE_TO_ORDER, _L.APPROVED): ("proof", gettext_noop("Have it made")),
    (_F.MADE_TO_ORDER, _L.MAKING): ("proof", gettext_noop("Ship it when it is made")),
    (_F.MADE_TO_ORDER, _L.LOST): ("proof", gettext_noop("Have it made again")),
}
MOST_EXTRA = 10_000_000


class Work:
    """One act under way: the locked order and line, who does it, and the rule that allows it."""

    def __init__(self, line: OrderLine, act: str | tuple[str, ...], actor: Actor, user: "User | None") -> None:
        if actor == Actor.STAFF:
            require_permission(user, INSPECT)
        self.order = transitions.lock(line.order)
        self.line = OrderLine.objects.select_for_update().get(pk=line.pk)
        self.actor, self.user, self.now = actor, user, timezone.now()
        self.rule = self._rule((act,) if isinstance(act, str) else act)

    def _rule(self, acts: tuple[str, ...]) -> LineRule:
        for rule in line_rules(self.line.family, self.line.status, self.order.status, self.actor):
            if rule.act in acts:
                return rule
        raise LineNotInThisState(extra={"state": str(self.line.get_status_display()), "line_status": self.line.status})

    def done(self, *, text: str = "", amount: int = 0) -> OrderLine:
        """Move the line, write it down, and let the next one of ours know."""
        LineStep.objects.create(
            line=self.line,
            act=self.rule.act,
            source=self.line.status,
            target=self.rule.target,
            actor=self.actor,
            user=self.user,
            text=text.strip()[:300],
            amount=amount,
            at=self.now,
        )
        if self.line.status != self.rule.target:
            self.line.status = self.rule.target
            self.line.save(update_fields=["status"])
        queue_up(self.order)
        return self.line

    def tell(self, kind: str, **data: object) -> None:
        again = f"{self.line.pk}-{LineStep.objects.filter(line=self.line).count()}"
        transitions.notify(self.order, kind, self.now, again=again, data=data)

    def visit(self, kind: str, starts_at: datetime, address: str) -> LineVisit:
        """Somebody comes then; what was to come before does not."""
        if starts_at <= self.now:
            raise NotInFuture(field="starts_at")
        self.end_visit(cancelled=True)
        where = _needed(address, "address")[:200]
        return LineVisit.objects.create(line=self.line, kind=kind, starts_at=starts_at, address=where)

    def end_visit(self, *, cancelled: bool) -> None:
        end = {"cancelled_at": self.now} if cancelled else {"done_at": self.now}
        self.line.visits.filter(done_at=None, cancelled_at=None).update(**end)

    def pay_back(self, reason: str) -> int:
        """The line's price, as the campaigns left it, goes back; the part stands on the shelf again."""
        if self.order.disputed:
            raise Stopped
        self.end_visit(cancelled=True)
        supply.put_back(self.line, self.user)
        return returns.pay_back(self.order, self.line.total, reason=reason, line=self.line)


def _needed(text: str, field: str) -> str:
    if not text.strip():
        raise ReasonNeeded(field=field)
    return text.strip()


def queue_up(order: Order) -> None:
    """The store's work item says what all lines of the order wait for; without any it is closed. The caller holds the lock."""
    wanted: dict[str, list[list[str]]] = {"charger": [], "proof": []}
    for line in order.lines.order_by("position"):
        kind, text = _WORK.get((Family(line.family), LineStatus(line.status)), ("", ""))
        if kind:
            wanted[kind].append([text, line.code, order.number])
    for kind, work in wanted.items():
        current = order.work_items.filter(kind=kind, closed_at=None).first()
        if current is not None and current.said.get("values") != {"work": work}:
            transitions.close_work_items(order, kind)
        if work:
            transitions.raise_work_item(order, kind, WORK, work=work)


@transaction.atomic
def plan_survey(*, line: OrderLine, starts_at: datetime, address: str, user: "User") -> OrderLine:
    """Somebody looks at the place then; again moves the visit.

    Raises:
        NotAllowed; LineNotInThisState; NotInFuture; ReasonNeeded: no address.
    """
    work = Work(line, "plan_survey", Actor.STAFF, user)
    visit = work.visit(_K.SURVEY, starts_at, address)
    work.done()
    work.tell("install_survey", at=visit.starts_at.isoformat(), address=visit.address)
    return work.line


@transaction.atomic
def survey(*, line: OrderLine, text: str, user: "User") -> OrderLine:
    """The place was looked at.

    Raises:
        NotAllowed; LineNotInThisState; ReasonNeeded: not without what was found.
    """
    work = Work(line, "survey", Actor.STAFF, user)
    found = _needed(text, "text")
    work.end_visit(cancelled=False)
    return work.done(text=found)


@transaction.atomic
def quote(*, line: OrderLine, amount: int, text: str, user: "User") -> OrderLine:
    """More is needed than what is included: it costs so much (fen), paid to the store on the day.

    Raises:
        NotAllowed; LineNotInThisState; BadQuote: nothing, or too much; ReasonNeeded: not without saying for what.
    """
    work = Work(line, "quote", Actor.STAFF, user)
    if not 0 < amount <= MOST_EXTRA:
        raise BadQuote(field="amount")
    work.done(text=_needed(text, "text"), amount=amount)
    work.tell("install_quoted", amount=amount)
    return work.line


@transaction.atomic
def accept_quote(*, line: OrderLine, user: "User | None" = None) -> OrderLine:
    """Raises: LineNotInThisState: nothing is quoted."""
    work = Work(line, "accept_quote", Actor.BUYER, user)
    return work.done(amount=quoted(work.line))


def quoted(line: OrderLine) -> int:
    """What the latest quote asks for, in fen."""
    latest = line.history.filter(act="quote").order_by("-pk").first()
    return latest.amount if latest else 0


@transaction.atomic
def decline_quote(*, line: OrderLine, user: "User | None" = None) -> OrderLine:
    """Charger and installation go back at their price. Raises: LineNotInThisState; Stopped."""
    work = Work(line, "decline_quote", Actor.BUYER, user)
    return work.done(amount=work.pay_back("The offer for the installation was declined"))


@transaction.atomic
def book(*, line: OrderLine, starts_at: datetime, address: str, user: "User") -> OrderLine:
    """The installation is then; again moves it.

    Raises:
        NotAllowed; LineNotInThisState: it is not surveyed, or its quote is not accepted. NotInFuture; ReasonNeeded: no address.
    """
    work = Work(line, ("book", "rebook"), Actor.STAFF, user)
    visit = work.visit(_K.INSTALL, starts_at, address)
    work.done()
    work.tell("install_booked", at=visit.starts_at.isoformat(), address=visit.address)
    return work.line


@transaction.atomic
def resurvey(*, line: OrderLine, text: str, user: "User") -> OrderLine:
    """The place is not as it was surveyed. Raises: NotAllowed; LineNotInThisState; ReasonNeeded."""
    work = Work(line, "resurvey", Actor.STAFF, user)
    work.end_visit(cancelled=True)
    return work.done(text=_needed(text, "text"))


@transaction.atomic
def install(*, line: OrderLine, text: str = "", user: "User") -> OrderLine:
    """The charger hangs and works; the buyer is asked to look at it. Raises: NotAllowed; LineNotInThisState."""
    work = Work(line, "install", Actor.STAFF, user)
    visit = work.line.visits.filter(done_at=None, cancelled_at=None).first()
    work.end_visit(cancelled=False)
    work.done(text=text)
    work.tell("install_done", address=visit.address if visit else "")
    return work.line


@transaction.atomic
def accept_installation(*, line: OrderLine, actor: Actor = Actor.BUYER, user: "User | None" = None) -> OrderLine:
    """The buyer accepts it here, or has signed on paper. Raises: NotAllowed; LineNotInThisState."""
    work = Work(line, "accept_installation", actor, user)
    transitions.close_work_items(work.order, "complaint", owner=user if actor == Actor.STAFF else None)
    return work.done()


@transaction.atomic
def complain(*, line: OrderLine, text: str, user: "User | None" = None) -> OrderLine:
    """Something is not well with the installation: the store puts it right. Raises: LineNotInThisState; ReasonNeeded."""
    work = Work(line, "complain", Actor.BUYER, user)
    said = _needed(text, "text")
    text = gettext_noop("Put right: %(item)s: %(why)s")
    transitions.raise_work_item(work.order, "complaint", text, item=work.line.code, why=said)
    return work.done(text=said)


@transaction.atomic
def infeasible(*, line: OrderLine, text: str, user: "User") -> OrderLine:
    """It cannot be installed there: what was paid for the line goes back by itself, at once.

    Raises:
        NotAllowed; LineNotInThisState; ReasonNeeded; Stopped: a payment is contested.
    """
    work = Work(line, "infeasible", Actor.STAFF, user)
    why = _needed(text, "text")
    amount = work.pay_back(f"Cannot be installed: {why}")
    work.done(text=why)
    work.line.status = _L.REFUNDED
    work.line.save(update_fields=["status"])
    queue_up(work.order)
    work.tell("install_infeasible", amount=amount)
    return work.line


@transaction.atomic
def send_proof(*, line: OrderLine, text: str, user: "User") -> OrderLine:
    """How it will look: ``text`` says it, or where it can be seen. Raises: NotAllowed; LineNotInThisState; ReasonNeeded."""
    work = Work(line, "send_proof", Actor.STAFF, user)
    work.done(text=_needed(text, "text"))
    work.tell("proof")
    return work.line


@transaction.atomic
def approve_proof(*, line: OrderLine, user: "User | None" = None) -> OrderLine:
    """Raises: LineNotInThisState: there is no proof."""
    return Work(line, "approve_proof", Actor.BUYER, user).done()


@transaction.atomic
def change_proof(*, line: OrderLine, text: str, user: "User | None" = None) -> OrderLine:
    """Another proof is wanted. Raises: LineNotInThisState; ReasonNeeded: not without saying what is to be changed."""
    work = Work(line, "change_proof", Actor.BUYER, user)
    return work.done(text=_needed(text, "text"))


@transaction.atomic
def make(*, line: OrderLine, user: "User") -> OrderLine:
    """It is being made: from now on it is not given back for nothing. Raises: NotAllowed; LineNotInThisState: not approved."""
    work = Work(line, "make", Actor.STAFF, user)
    work.done()
    work.tell("making")
    return work.line


@transaction.atomic
def ship_made(*, line: OrderLine, text: str = "", user: "User") -> OrderLine:
    """It has left; ``text`` is the parcel's number. Raises: NotAllowed; LineNotInThisState."""
    work = Work(line, "ship_made", Actor.STAFF, user)
    work.done(text=text)
    work.tell("shipped")
    return work.line


@transaction.atomic
def lose(*, line: OrderLine, text: str, user: "User") -> OrderLine:
    """The parcel was lost: it is made again. Raises: NotAllowed; LineNotInThisState; ReasonNeeded."""
    work = Work(line, "lose", Actor.STAFF, user)
    return work.done(text=_needed(text, "text"))


@transaction.atomic
def receive_made(*, line: OrderLine, actor: Actor = Actor.BUYER, user: "User | None" = None) -> OrderLine:
    """Raises: NotAllowed; LineNotInThisState: it has not left."""
    return Work(line, "receive_made", actor, user).done()


@transaction.atomic
def withdraw(*, line: OrderLine, user: "User | None" = None) -> OrderLine:
    """The buyer does not want it any more: free until it is being made. Raises: LineNotInThisState: too late; Stopped."""
    work = Work(line, "withdraw", Actor.BUYER, user)
    return work.done(amount=work.pay_back("Not wanted any more"))


# What a buyer does by its name; with a few words where the second is true.
BUYERS: "Mapping[str, tuple[Callable[..., OrderLine], bool]]" = {
    "accept_quote": (accept_quote, False),
    "decline_quote": (decline_quote, False),
    "accept_installation": (accept_installation, False),
    "complain": (complain, True),
    "approve_proof": (approve_proof, False),
    "change_proof": (change_proof, True),
    "receive_made": (receive_made, False),
    "withdraw": (withdraw, False),
}


def act_for_buyer(*, line: OrderLine, act: str, text: str = "", user: "User | None" = None) -> OrderLine:
    """One of ``BUYERS`` by its name. Raises: what it raises."""
    do, has_text = BUYERS[act]
    return do(line=line, user=user, **({"text": text} if has_text else {}))
