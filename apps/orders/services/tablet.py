"""What a store's tablet sends of a hand-over: each entry takes effect once, however often and in whatever order it comes."""

import base64
import binascii
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from PIL import Image, UnidentifiedImageError

from apps.common.errors import DomainError, NotAllowed
from apps.orders.errors import BadEntry, BadPhoto, NonceUsed, PointsMissing, RemarkMissing
from apps.orders.lifecycle import Status
from apps.orders.models import HandoverEntry, Order
from apps.orders.services import transitions
from apps.orders.services.delivery import accept_delivery
from apps.orders.services.rejecting import reject_delivery
from apps.orders.terms import CHECKLIST
from apps.stores.models import Store

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_BYTES = 1_500_000
_PATH = re.compile(r"(?:M-?\d{1,4} -?\d{1,4}(?: L-?\d{1,4} -?\d{1,4})* ?)+")
MOST_PATH = 20_000
Kind = HandoverEntry.Kind


@dataclass(frozen=True, slots=True)
class Sent:
    """One entry as it came: ``data`` of a photo has item and jpeg (base64), of an end vin, signature, path and items."""

    nonce: UUID
    kind: str
    data: Mapping[str, Any]
    recorded_at: datetime

    @property
    def digest(self) -> str:
        text = json.dumps([self.kind, self.data], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def may_hand_over(user: "User", order: Order) -> bool:
    """Whether this person is of the store that hands the car over."""
    if order.delivery_store_id is None or not user.is_staff:
        return False
    return Store.objects.for_staff(user).filter(pk=order.delivery_store_id).exists()


@transaction.atomic
def take_entry(*, order: Order, sent: Sent, user: "User") -> HandoverEntry:
    """Keep an entry and do what it says; the same one again is answered with what came of it the first time.

    What the order refuses (a wrong VIN, a car that was handed over meanwhile) is kept as the entry's result, not raised:
    the tablet has to show it, and must not send it for ever.

    Raises:
        NotAllowed: not of this store. NonceUsed: the nonce belongs to something else.
        BadEntry, BadPhoto, PointsMissing, RemarkMissing: it cannot be understood, or is not whole; nothing is kept.
    """
    if not may_hand_over(user, order):
        raise NotAllowed
    photo = _photo(sent.data) if sent.kind == Kind.PHOTO else None
    if sent.kind == Kind.FINISH:
        _check(sent.data)
    elif sent.kind != Kind.PHOTO:
        raise BadEntry(field="kind")
    mine = transitions.lock(order)  # entries of one order come one after the other
    known = HandoverEntry.objects.filter(nonce=sent.nonce).first()
    if known is not None:
        if (known.order_id, known.digest) != (mine.pk, sent.digest):
            raise NonceUsed
        return known
    entry = HandoverEntry(
        nonce=sent.nonce,
        order=mine,
        kind=sent.kind,
        item=str(sent.data.get("item", ""))[:20],
        data={} if photo else dict(sent.data),
        photo=photo,
        digest=sent.digest,
        user=user,
        recorded_at=_believable(sent.recorded_at),
    )
    entry.result = _finish(mine, sent.data, user) if sent.kind == Kind.FINISH else {"status": "kept"}
    entry.save()
    return entry


def _finish(order: Order, data: Mapping[str, Any], user: "User") -> dict[str, Any]:
    """Accept the car, or refuse it for what is not in order; a refusal of ours comes back in words."""
    if order.status in (Status.DELIVERED, Status.COMPLETED):
        return {"status": "already", "order": order.status}
    refused = _refused(data)
    try:
        with transaction.atomic():
            if refused:
                reject_delivery(order=order, reason="; ".join(refused)[:280], user=user)
            else:
                ticks = dict.fromkeys(CHECKLIST, True)
                accept_delivery(
                    order=order, vin=str(data["vin"]), signature=str(data["signature"]), checklist=ticks, user=user
                )
    except DomainError as error:
        return {"status": "refused", "code": error.code, "detail": str(error)}
    order.refresh_from_db(fields=["status"])
    return {"status": "rejected" if refused else "accepted", "order": order.status}


def _refused(data: Mapping[str, Any]) -> list[str]:
    return [f"{name}: {data['items'][name]['remark'].strip()}" for name in CHECKLIST if not data["items"][name]["ok"]]


def _check(data: Mapping[str, Any]) -> None:
    items = data.get("items")
    if not isinstance(items, dict) or not all(isinstance(data.get(name), str) for name in ("vin", "signature")):
        raise BadEntry(field="items")
    given = {name: one for name, one in items.items() if isinstance(one, dict) and isinstance(one.get("ok"), bool)}
    missing = [name for name in CHECKLIST if name not in given]
    if missing:
        raise PointsMissing(field="items", extra={"missing": missing})
    silent = [name for name in CHECKLIST if not given[name]["ok"] and not str(given[name].get("remark", "")).strip()]
    if silent:
        raise RemarkMissing(field="items", extra={"missing": silent})
    path = data.get("path", "")
    if not isinstance(path, str) or len(path) > MOST_PATH or (path and not _PATH.fullmatch(path)):
        raise BadEntry(field="path")


def _photo(data: Mapping[str, Any]) -> bytes:
    """The picture, whole and really one: what was cut off on the way is refused and sent again."""
    try:
        raw = base64.b64decode(str(data.get("jpeg", "")), validate=True)
        if not raw or len(raw) > MOST_BYTES or hashlib.sha256(raw).hexdigest() != data.get("sha256"):
            raise BadPhoto(field="jpeg")
        with Image.open(io.BytesIO(raw), formats=["JPEG", "PNG", "WEBP"]) as picture:
            picture.load()
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise BadPhoto(field="jpeg") from error
    return raw


def _believable(moment: datetime) -> datetime:
    """A tablet's clock may be wrong: nothing was noted in the future, or more than a month ago."""
    now = timezone.now()
    return min(max(moment, now - timedelta(days=31)), now)
