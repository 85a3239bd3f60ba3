"""Why a code cannot be entered, and what a reason is called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidInput
from apps.promotions.engine import Missing


class UnknownCode(InvalidInput):
    code = "unknown_code"
    message = _("There is no code “%(code)s”.")


WHY: Mapping[Missing, str | Promise] = {
    Missing.NOT_YET: _("It begins later."),
    Missing.OVER: _("It is over."),
    Missing.CODE: _("It needs a code."),
    Missing.MODEL: _("It is not for this model."),
    Missing.OPTION: _("It needs an option that this car does not have."),
    Missing.THINGS: _("Something that it needs is not in the basket."),
    Missing.CITY: _("It is not for this city."),
    Missing.CITY_UNKNOWN: _("It depends on the city, which you choose at checkout."),
    Missing.MARKET: _("It is not for this market."),
    Missing.SEGMENT: _("It is for certain customers only."),
    Missing.FIRST_ORDER: _("It is for a first order only."),
    Missing.LEAST: _("The total is too low for it."),
    Missing.BETTER: _("Another offer of the same kind saves more."),
    Missing.NOTHING: _("There is nothing in the basket that it lowers."),
}
