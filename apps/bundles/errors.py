"""Why something beside the car cannot be sold as asked."""

from django.utils.translation import gettext_lazy as _

from apps.capacity.errors import Unavailable
from apps.common.errors import DomainError, InvalidInput


class UnknownProduct(InvalidInput):
    code = "unknown_product"
    message = _("We do not sell “%(sku)s”.")


class NoLongerSold(UnknownProduct):
    """There is one, and it was on sale once."""

    message = _("“%(name)s” is no longer sold.")


class UnknownCar(InvalidInput):
    code = "unknown_car"
    message = _("There is no model or trim “%(fits)s”.")


class DoesNotFit(DomainError):
    """Raised with the reason as message."""

    code = "does_not_fit"
    message = _("This does not fit the car.")


class BadQuantity(InvalidInput):
    code = "bad_quantity"
    message = _("Between 1 and %(most)s of these can be ordered at once.")


class OutOfStock(Unavailable):
    """``extra`` has ``available`` and, where something similar is to be had, ``alternative`` with its number and name."""

    code = "out_of_stock"
    message = _("Only %(available)s of “%(name)s” are left.")
    with_alternative = _("Only %(available)s of “%(name)s” are left. “%(other)s” is similar and in stock.")


class ReasonMissing(InvalidInput):
    code = "reason_missing"
    message = _("Say why the stock changes.")


class StockBelowReserved(DomainError):
    code = "stock_below_reserved"
    message = _("%(reserved)s of %(sku)s are reserved; the stock cannot fall below that.")
