"""Looking at a car: two people before the hand-over, damage on the way, and what follows from either."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.orders.errors import NotInspected, ReasonNeeded, SamePerson
from apps.orders.fulfilment.queue import begin_round, latest_round, stop_open_step, wake
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Inspection, Order
from apps.orders.services import transitions
from apps.orders.services.permissions import INSPECT, require_permission
from apps.orders.terms import LONGEST_REPAIR_DAYS, pace

if TYPE_CHECKING:
    from apps.accounts.models import User

K = Inspection.Kind
# Where a damaged car can be reported, and what its step then waits for.
DAMAGEABLE = (Status.VIN_ASSIGNED, Status.IN_TRANSIT, Status.AT_STORE)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who looked: the name, and the account if it is one of ours."""

    name: str
    user: "User | None" = None


def signature_of(user: "User") -> Signature:
    return Signature((user.name or user.email)[:100], user)


@transaction.atomic
def sign_pdi(*, order: Order, passed: bool, found: str, user: "User", repair_days: int = 0) -> Inspection:
    """One person's signature under the check before the hand-over; the second one's, of somebody else, decides it.

    Whoever finds something ends the check at once: the car is repaired for ``repair_days`` and looked at again.

    Raises:
        NotAllowed; SamePerson: the second signature is the first one's. ReasonNeeded: failed without saying why.
        NotInThisState: the car is not at the store.
    """
    require_permission(user, INSPECT)
    return record_pdi(transitions.lock(order), signature_of(user), passed=passed, found=found, repair_days=repair_days)


def record_pdi(order: Order, by: Signature, *, passed: bool, found: str = "", repair_days: int = 0) -> Inspection:
    """The same for a store that reports by itself. The caller holds the order's lock."""
    if order.status != Status.AT_STORE:
        raise transitions.not_now(order)
    if not passed and not found.strip():
        raise ReasonNeeded(field="found")
    inspection = _open(order, K.PDI)
    if inspection.first_name and passed:
        if by.name == inspection.first_name or (by.user is not None and by.user.pk == inspection.first_by_id):
            raise SamePerson
        inspection.second_name, inspection.second_by = by.name, by.user
        inspection.found = "\n".join(filter(None, [inspection.found, found.strip()]))
        _decide(inspection, passed=True)
        transitions.close_work_items(order, "pdi", "repair", owner=by.user)
        wake(order, "inspect")
        return inspection
    inspection.first_name, inspection.first_by, inspection.found = by.name, by.user, found.strip()
    inspection.save()
    if not passed:
        inspection.repair_days = repair_days
        _decide(inspection, passed=False)
        _repair(order, inspection)
    return inspection


def pass_pdi(order: Order, first: Signature, second: Signature, *, found: str) -> Inspection:
    """Both signatures at once, of a store that reports by itself. The caller holds the order's lock, and knows that nobody is signing.

    Raises:
        SamePerson; NotInThisState: the car is not at the store.
    """
    if order.status != Status.AT_STORE:
        raise transitions.not_now(order)
    if first.name == second.name:
        raise SamePerson
    now = timezone.now()
    inspection = Inspection.objects.create(
        order=order,
        kind=K.PDI,
        round=latest_round(order),
        first_name=first.name,
        second_name=second.name,
        found=found.strip(),
        passed=True,
        opened_at=now,
        closed_at=now,
    )
    transitions.close_work_items(order, "pdi", "repair")
    return inspection


def _open(order: Order, kind: str, text: str = "") -> Inspection:
    found, _created = Inspection.objects.get_or_create(
        order=order,
        kind=kind,
        closed_at=None,
        defaults={"text": text, "opened_at": timezone.now(), "round": latest_round(order)},
    )
    return found


def _decide(inspection: Inspection, *, passed: bool) -> None:
    inspection.passed, inspection.closed_at = passed, timezone.now()
    inspection.save()


def _repair(order: Order, inspection: Inspection) -> None:
    """A repair begins another round; one that takes too long is the buyer's to decide."""
    stop_open_step(order)
    if (inspection.repair_days or 0) > LONGEST_REPAIR_DAYS:
        to_mismatch(order, inspection.found)
        return
    due = timezone.now() + pace(inspection.repair_days or 0, settings.FULFILMENT_SPEED)
    begin_round(order, "inspect", at=due)
    text = gettext_noop("Repair before the hand-over: %(found)s")
    transitions.raise_work_item(order, "repair", text, found=inspection.found)
    transitions.notify(order, "delayed", again=f"repair-{inspection.pk}")


def to_mismatch(order: Order, found: str, *, user: "User | None" = None) -> None:
    """The car is not what was promised any more: the buyer decides what happens. The caller holds the lock."""
    stop_open_step(order)
    transitions.move(
        order, Status.MISMATCH, actor=Actor.STAFF, user=user, reason=found, key=f"mismatch:{order.version}"
    )
    transitions.raise_work_item(order, "mismatch", gettext_noop("Damaged: %(found)s"), found=found)
    transitions.set_timer(order, "mismatch_call", timezone.now() + transitions.CALL_AFTER)
    transitions.notify(order, "mismatch")


@dataclass(frozen=True, slots=True)
class Check:
    """How far the check before the hand-over is: whether somebody is signing, and whether two people have passed the car since it
    was last repaired."""

    signing: bool
    passed: bool


def pdi_of(order: Order) -> Check:
    rows = list(order.inspections.filter(kind=K.PDI))
    closed = [row for row in rows if row.closed_at is not None]
    latest = latest_round(order) if closed else 0
    decided = next((row for row in closed if row.round == latest), None)
    return Check(signing=len(closed) < len(rows), passed=decided is not None and decided.passed is True)


def pdi_passed(order: Order) -> bool:
    """Whether two people have passed the car since it was last repaired."""
    return pdi_of(order).passed


@transaction.atomic
def report_damage(*, order: Order, text: str, user: "User") -> Inspection:
    """Somebody sees damage: the car stands still until it was inspected.

    Raises:
        NotAllowed, ReasonNeeded; NotInThisState: there is no car on its way or at the store.
    """
    require_permission(user, INSPECT)
    if not text.strip():
        raise ReasonNeeded(field="text")
    mine = transitions.lock(order)
    if mine.status not in DAMAGEABLE:
        raise transitions.not_now(mine)
    return note_damage(mine, text.strip())


def note_damage(order: Order, text: str) -> Inspection:
    """Damage was seen, by somebody of ours or by the carrier. The caller holds the order's lock."""
    inspection = _open(order, K.DAMAGE, text)
    if not order.frozen:
        order.frozen = True
        order.save(update_fields=["frozen", "changed_at"])
    transitions.raise_work_item(order, "damage", gettext_noop("Inspect the damage: %(found)s"), found=text)
    return inspection


@transaction.atomic
def close(*, order: Order, passed: bool, found: str, user: "User") -> Inspection:
    """The inspection of damage is over: the car goes on as it is, or the buyer decides what happens.

    Raises:
        NotAllowed, ReasonNeeded; NotInspected: nothing is being inspected.
    """
    require_permission(user, INSPECT)
    if not found.strip():
        raise ReasonNeeded(field="found")
    mine = transitions.lock(order)
    inspection = mine.inspections.filter(kind=K.DAMAGE, closed_at=None).first()
    if inspection is None:
        raise NotInspected
    by = signature_of(user)
    inspection.first_name, inspection.first_by, inspection.found = by.name, by.user, found.strip()
    _decide(inspection, passed=passed)
    mine.frozen = False
    mine.save(update_fields=["frozen", "changed_at"])
    transitions.close_work_items(mine, "damage", owner=user)
    if passed:
        for kind in ("ship", "await_arrival", "prepare", "inspect", "await_balance", "book_handover"):
            wake(mine, kind)
    else:
        to_mismatch(mine, found.strip(), user=user)
    return inspection


@transaction.atomic
def see_insurance(*, order: Order, policy: str, user: "User") -> Order:
    """The store has seen that the car is insured from the hand-over on.

    Raises:
        NotAllowed; ReasonNeeded: no number of a policy. NotInThisState.
    """
    require_permission(user, INSPECT)
    mine = transitions.lock(order)
    note_insurance(mine, policy, signature_of(user))
    wake(mine, "book_handover")
    return mine


def note_insurance(order: Order, policy: str, by: Signature) -> None:
    """The caller holds the lock."""
    if not policy.strip():
        raise ReasonNeeded(field="policy")
    if order.status not in (Status.VIN_ASSIGNED, Status.IN_TRANSIT, Status.AT_STORE):
        raise transitions.not_now(order)
    order.insurance = {"policy": policy.strip()[:60], "seen_by": by.name, "seen_at": timezone.now().isoformat()}
    order.save(update_fields=["insurance", "changed_at"])
    transitions.close_work_items(order, "insurance", owner=by.user)
