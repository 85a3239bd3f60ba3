"""The waiting list: first come, first served; what comes free is offered for a time, and then to the next.

An offer holds the unit in capacity in the same transaction in which it came free, so nobody can be quicker and no unit is
offered twice. A model's queue is served under one lock (before any lock of capacity), so nobody overtakes.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.errors import NotEnough
from apps.configurator import services as configurator
from apps.configurator.models import Build
from apps.messaging import services as messaging
from apps.orders.errors import (
    AlreadyWaiting,
    BuildNotOrderable,
    NotSoldOut,
    NotWaiting,
    UnknownBuild,
    WaitingNotFound,
    WrongEmail,
)
from apps.orders.models import Order, Waiting
from apps.orders.services import allotments

if TYPE_CHECKING:
    from apps.accounts.models import User

OFFER_FOR = timedelta(hours=24)
# The sweep of the list ends an offer; capacity's own sweep comes later, in case that was lost.
GRACE = timedelta(hours=1)
SWEEP_AT_ONCE = 100


def join(*, build: str, email: str, language: str = "en", user: "User | None" = None) -> Waiting:
    """Queue for a car like this build. Joining again is the same place.

    Raises:
        UnknownBuild, BuildNotOrderable: of the build. WrongEmail.
        NotSoldOut: it can be ordered now.
    """
    return _join(build, email, language, user)[0]


def join_once(*, build: str, email: str, language: str = "en", user: "User | None" = None) -> Waiting:
    """The same for somebody who is not known to have the mailbox: a place that is there already is shown to nobody else than
    its owner, to whose address the link goes.

    Raises:
        what ``join`` does; AlreadyWaiting: this address has a place.
    """
    entry, created = _join(build, email, language, user)
    if not created and (user is None or entry.user_id != user.pk):
        _send_link(entry)
        raise AlreadyWaiting(field="email")
    return entry


def _send_link(entry: Waiting) -> None:
    """At most once in five minutes, whoever asks."""
    messaging.owe(
        key=f"waiting:{entry.pk}:link:{int(timezone.now().timestamp()) // 300}",
        composer="waiting",
        reference=str(entry.token),
        kind="waiting_link",
        to=messaging.Reader(email=entry.email, user_id=entry.user_id, language=entry.language),
    )


def _join(build: str, email: str, language: str, user: "User | None") -> tuple[Waiting, bool]:
    """The place, and whether it is new."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise WrongEmail(field="email") from error
    try:
        quote = configurator.quote(code=build)
    except Build.DoesNotExist as error:
        raise UnknownBuild(field="build", extra={"build": build}) from error
    if not quote.valid:
        raise BuildNotOrderable(quote.problem, field="build")
    options = [line.code for line in quote.lines]
    model = quote.car_model.slug
    if allotments.choose(allotments.months_of(model, options), None):
        raise NotSoldOut
    row = Waiting(
        model=model,
        build=Build.objects.get(code=quote.code),
        options=options,
        user=user,
        email=address,
        language=language,
        joined_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return Waiting.objects.queued().select_related("build", "order").get(model=model, email=address), False
    return row, True


def place_of(entry: Waiting) -> int:
    """How many are served before this one, itself included; 0 for one that waits no more."""
    if entry.status != Waiting.Status.WAITING:
        return 0
    return Waiting.objects.waiting_for(entry.model).up_to(entry).count()


def found(token: UUID | str) -> Waiting:
    """The place with this token.

    Raises:
        WaitingNotFound
    """
    try:
        entry = Waiting.objects.select_related("build", "order").filter(token=UUID(str(token))).first()
    except ValueError:
        entry = None
    if entry is None:
        raise WaitingNotFound
    return entry


@transaction.atomic
def leave(entry: Waiting) -> Waiting:
    """Give the place up; what was offered goes to the next."""
    lock_queue([entry.model])
    mine = Waiting.objects.select_for_update().get(pk=entry.pk)
    if mine.status in (Waiting.Status.WAITING, Waiting.Status.OFFERED):
        mine.status = Waiting.Status.LEFT
        mine.save(update_fields=["status"])
        capacity.release(owner=mine.owner)
        _serve(mine.model)
    return mine


def lock_queue(models: Iterable[str]) -> None:
    """Serve a model's queue one at a time: taken before any lock of capacity, and kept until the transaction ends."""
    with connection.cursor() as cursor:
        for model in sorted(set(models)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"waiting:{model}"])


@transaction.atomic
def serve(model: str) -> int:
    """Offer what is free of a model to whoever waits longest; returns how many offers that were."""
    if not Waiting.objects.waiting_for(model).exists():
        return 0
    lock_queue([model])
    return _serve(model)


def _serve(model: str) -> int:
    """The caller holds the queue's lock. Somebody whose car cannot be built yet does not hold up the others."""
    offers = 0
    for entry in Waiting.objects.waiting_for(model).select_for_update():
        chosen = allotments.choose(allotments.months_of(model, entry.options), None)
        if chosen is None:
            if not allotments.any_free(model):
                break
            continue
        offers += _offer(entry, chosen)
    return offers


def _offer(entry: Waiting, month: allotments.Month) -> bool:
    until = timezone.now() + OFFER_FOR
    try:
        capacity.hold_all(wanted=dict.fromkeys(month.resources, 1), owner=entry.owner, until=until + GRACE)
    except NotEnough:  # somebody who does not wait was quicker
        return False
    entry.status, entry.month, entry.offer_until = Waiting.Status.OFFERED, month.first, until
    entry.save(update_fields=["status", "month", "offer_until"])
    messaging.owe(
        key=f"waiting:{entry.pk}:{until.isoformat()}",
        composer="waiting",
        reference=str(entry.token),
        kind="waiting_offer",
        to=messaging.Reader(email=entry.email, user_id=entry.user_id, language=entry.language),
        expires_at=until,
    )
    return True


def sweep() -> int:
    """End the offers that nobody took, and offer what is free; returns how many offers ended."""
    ended = 0
    due = Waiting.objects.over(timezone.now()).values_list("pk", "model")[:SWEEP_AT_ONCE]
    for pk, model in list(due):
        ended += _end_offer(pk, model)
    for model in list(Waiting.objects.models_waited_for()):
        serve(model)
    return ended


@transaction.atomic
def _end_offer(pk: int, model: str) -> bool:
    lock_queue([model])
    entry = Waiting.objects.over(timezone.now()).select_for_update(skip_locked=True).filter(pk=pk).first()
    if entry is None:
        return False
    entry.status = Waiting.Status.EXPIRED
    entry.save(update_fields=["status"])
    capacity.release(owner=entry.owner, reason=gettext_noop("Offer expired"))
    _serve(model)
    return True


def offer_of(token: UUID | None) -> Waiting | None:
    """The live offer that a basket goes back to, locked so that it does not end meanwhile."""
    if token is None:
        return None
    rows = Waiting.objects.select_for_update().filter(token=token, status=Waiting.Status.OFFERED)
    return rows.first()


def accept(entry: Waiting, order: Order) -> None:
    """The offer has become an order: what of it the order did not need is free again."""
    Waiting.objects.filter(pk=entry.pk).update(status=Waiting.Status.TAKEN, order=order)
    capacity.release(owner=entry.owner)


def require_offer(entry: Waiting) -> None:
    """Refuse somebody to whom nothing is offered.

    Raises:
        NotWaiting
    """
    if entry.status != Waiting.Status.OFFERED:
        raise NotWaiting


def build_models_of(owner: str) -> list[str]:
    """The models of whose build slots an owner holds some, and for which somebody waits."""
    from apps.capacity.models import Hold

    rows = Hold.objects.live().owned_by(owner).of_kind(kinds.BUILD).values_list("pool__resource", flat=True)
    held = {kinds.build_parts(resource)[0] for resource in rows}
    return sorted(held & set(Waiting.objects.models_waited_for())) if held else []
