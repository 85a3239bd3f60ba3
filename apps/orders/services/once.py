"""A form of the back office does its act once, however often it is sent: by a double click, a reload, from a second window."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.orders.errors import FormUsed
from apps.orders.models import FormSent

if TYPE_CHECKING:
    from apps.accounts.models import User


# Nobody has a form open for so long.
KEPT = timedelta(days=90)


def stored_key(owner: object, key: str) -> str:
    """One length for keys of any length, and nobody's key is another's."""
    return hashlib.sha256(f"{owner}:{key}".encode()).hexdigest()


@transaction.atomic
def once(*, key: str, content: str, user: "User", do: Callable[[], object]) -> bool:
    """Do it, unless the form with this key has done it before; returns whether it was done now.

    ``content`` is all that the form says, and whereto. Another one who sends the same form at the same moment waits for the first.
    What ``do`` raises leaves nothing behind: the form may be sent again.

    Raises:
        FormUsed: the key was used for something else.
    """
    stored, digest = stored_key(user.pk, key), hashlib.sha256(content.encode()).hexdigest()
    try:
        with transaction.atomic():
            FormSent.objects.create(key=stored, content=digest, user=user)
    except IntegrityError as error:
        before = FormSent.objects.filter(key=stored).first()
        if before is None:
            raise
        if before.content != digest:
            raise FormUsed from error
        return False
    do()
    return True


def forget_old() -> int:
    """Delete what was noted of forms so long ago that none of them can still be open; how many."""
    gone, _of_each = FormSent.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return gone
