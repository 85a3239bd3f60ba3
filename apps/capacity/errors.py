"""Why something cannot be held."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput


@dataclass(frozen=True, slots=True)
class Lack:
    """A resource of which there is less than wanted."""

    resource: str
    wanted: int
    free: int


class Unavailable(DomainError):
    """What a shortage means to a buyer; apps raise their own kinds of it, with the nearest alternative."""

    code = "unavailable"
    message = _("Something of this is not to be had any more.")


class NotEnough(Unavailable):
    """``lacks`` says of what; nothing was held."""

    code = "not_enough"
    message = _("There is not enough left.")

    def __init__(self, lacks: Sequence[Lack]) -> None:
        self.lacks = tuple(lacks)
        names = [{"resource": one.resource, "wanted": one.wanted, "free": one.free} for one in lacks]
        super().__init__(extra={"lacking": names})


class OtherQuantity(DomainError):
    code = "other_quantity"
    message = _("%(owner)s already holds another quantity of this.")


class BelowPromised(DomainError):
    """``extra`` has ``promised``: held, taken and used."""

    code = "below_promised"
    message = _("%(promised)s are promised or used; there cannot be fewer.")


class ReasonWanted(InvalidInput):
    code = "reason_wanted"
    message = _("Say why the capacity changes.")


class BadNumber(InvalidInput):
    code = "bad_number"
    message = _("The number of units is not possible.")
