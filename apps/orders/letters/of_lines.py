"""Parcels, installations, and what is made to order."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.messaging.kinds import Topic
from apps.orders.letters.text import SEE, Text

LINES: Mapping[str, Text] = {
    "shipped": Text(
        _("Your parcel is on its way"),
        (_("It has left the warehouse and should be with you in about three days."),),
        SEE,
        ("order",),
        Topic.PROGRESS,
    ),
    "install_survey": Text(
        _("We look at the place for your charger"),
        (
            _(
                "Somebody comes to your address, looks at the wiring and tells you what the installation costs beyond what is included. The visit is free."
            ),
        ),
        _("See or move the visit"),
        ("order", "visit", "address"),
        sms=_("the visit for your charger is on %(when)s."),
    ),
    "install_quoted": Text(
        _("The offer for your charger is there"),
        (
            _("The installation at your place costs %(amount)s beyond what is included. It begins only if you accept."),
            _(
                "That is paid to the store on the day. If you decline, what you paid for charger and installation goes back to you."
            ),
        ),
        _("See the offer"),
        ("order", "amount"),
    ),
    "install_booked": Text(
        _("Your charger is installed soon"),
        (_("Somebody comes to your address and installs it. Please see that the meter can be reached."),),
        _("See or move the visit"),
        ("order", "visit", "address"),
        sms=_("your charger is installed on %(when)s."),
    ),
    "install_done": Text(
        _("Your charger is installed"),
        (_("Please look at it and say on the order's page that all is well, or what is not."),),
        _("Accept the installation"),
        ("order", "address"),
    ),
    "install_infeasible": Text(
        _("Your charger cannot be installed"),
        (
            _(
                "The wiring at your address does not allow it. What you paid for charger and installation goes back to you by itself."
            ),
        ),
        SEE,
        ("order", "amount"),
    ),
    "proof": Text(
        _("Your proof is there"),
        (
            _(
                "Please look at it on the order's page and approve it, or say what is to be changed. Nothing is made before."
            ),
        ),
        _("See the proof"),
        ("order",),
        sms=_("your proof is there. Nothing is made before you approve it."),
    ),
    "making": Text(
        _("It is being made for you"),
        (_("You have approved the proof, and the work has begun: from now on it cannot be given back for nothing."),),
        SEE,
        ("order",),
        Topic.PROGRESS,
    ),
}
