"""Why something cannot be put into a basket, ordered or waited for."""

from django.utils.translation import gettext_lazy as _

from apps.capacity.errors import Unavailable
from apps.common.errors import DomainError, InvalidInput


class BasketNotFound(DomainError):
    code = "basket_not_found"
    message = _("This basket does not exist.")
    status = 404


class BasketClosed(DomainError):
    code = "basket_closed"
    message = _("This basket has been ordered already.")


class EmptyBasket(DomainError):
    code = "basket_empty"
    message = _("The basket is empty.")


class OneCarOnly(DomainError):
    code = "one_car_only"
    message = _("One order is for one car. Remove the other car first.")


class BuildNotOrderable(DomainError):
    """The message says why: an option has gone, or the rules have changed."""

    code = "build_not_orderable"
    message = _("This car can no longer be built as it was saved.")


class UnknownBuild(InvalidInput):
    code = "unknown_build"
    message = _("There is no build with the code “%(build)s”.")


class UnknownKind(InvalidInput):
    code = "unknown_kind"
    message = _("“%(kind)s” is nothing that a basket can hold.")


class TooManyCodes(DomainError):
    code = "too_many_codes"
    message = _("A basket takes at most %(most)s codes.")


class LineNotFound(DomainError):
    code = "line_not_found"
    message = _("This line is not in the basket.")
    status = 404


class PriceChanged(DomainError):
    """``extra`` has ``quoted`` and ``total`` in fen."""

    code = "price_changed"
    message = _("The price has changed since you saw it. Please look at it once more.")


class SoldOut(Unavailable):
    """``extra["alternative"]`` is the nearest way out: another ``month``, or the same one ``without`` certain options."""

    code = "sold_out"
    message = _("The last %(name)s has just been sold.")
    other_month = _("The last %(name)s for %(month)s has just been sold. The nearest month is %(nearest)s.")
    other_option = _("“%(option)s” has run out for the %(name)s. Without it the car can be built in %(nearest)s.")


class WaitingNotFound(DomainError):
    code = "waiting_not_found"
    message = _("There is no such place on the waiting list.")
    status = 404


class NotSoldOut(DomainError):
    code = "not_sold_out"
    message = _("This car is not sold out: you can order it now.")


class AlreadyWaiting(DomainError):
    code = "already_waiting"
    message = _("This address has a place on the waiting list already. We have sent the link to it.")


class NotWaiting(DomainError):
    code = "not_waiting"
    message = _("Nothing is offered to you at the moment.")


class WrongEmail(InvalidInput):
    code = "wrong_email"
    message = _("Enter a valid e-mail address.")


class CodeUsedUp(Unavailable):
    code = "code_used_up"
    message = _("The code “%(code)s” has been used as often as it may be.")
    by_you = _("You have used the code “%(code)s” as often as you may.")


class NoDeliveryThere(InvalidInput):
    code = "no_delivery_there"
    message = _("This store does not hand over cars. Choose another one.")


class TermsNotAccepted(InvalidInput):
    code = "terms_not_accepted"
    message = _("Without your consent to the terms there is no order.")


class BadTaxNumber(InvalidInput):
    code = "bad_tax_number"
    message = _("This is not a valid unified social credit code.")
