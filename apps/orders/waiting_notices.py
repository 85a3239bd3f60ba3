"""What is written to whoever waits for a car: the composer ``waiting`` of the messages."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.catalog.models import CarModel
from apps.messaging.letters import Letter
from apps.messaging.models import Message
from apps.orders.models import Waiting


def title(kind: str) -> str:
    return {"waiting_link": _("Your place on the waiting list"), "waiting_offer": _("A car is free")}.get(kind, "")


def compose(message: Message) -> Letter | None:
    """The offer, or nothing when it is over by now; or the way back to one's place."""
    if message.kind == "waiting_link":
        return _link(message)
    entry = Waiting.objects.filter(token=message.reference, status=Waiting.Status.OFFERED).first()
    if entry is None or entry.offer_until is None or entry.month is None:
        return None
    car = CarModel.objects.select_related("brand").filter(slug=entry.model).first()
    name = car.full_name if car else entry.model
    until = date_format(localtime(entry.offer_until), "DATETIME_FORMAT")
    month = date_format(entry.month, "YEAR_MONTH_FORMAT")
    link = f"{settings.PUBLIC_URL.rstrip('/')}{entry.get_absolute_url()}"
    return Letter(
        subject=_("Your %(car)s is free") % {"car": name},
        greeting=_("Hello,"),
        paragraphs=[
            _("The car you wait for can be built in %(month)s. We hold it for you until %(until)s.")
            % {"month": month, "until": until},
            _("If you do not order it by then, it is offered to the next on the list."),
        ],
        action=(_("Order it now"), link),
    )


def _link(message: Message) -> Letter | None:
    entry = Waiting.objects.queued().filter(token=message.reference).first()
    if entry is None:
        return None
    return Letter(
        subject=_("Your place on the waiting list"),
        greeting=_("Hello,"),
        paragraphs=[
            _("Somebody entered your address for a car that you wait for already. Here is the link to your place.")
        ],
        action=(_("See my place"), f"{settings.PUBLIC_URL.rstrip('/')}{entry.get_absolute_url()}"),
    )


def gave_up(message: Message) -> None:
    """An address that takes no mail: the offer ends by itself and goes to the next."""
