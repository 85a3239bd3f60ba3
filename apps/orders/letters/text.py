"""What a message says, before it is filled in. Pure."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.messaging.kinds import Topic


@dataclass(frozen=True, slots=True)
class Text:
    """``sms`` is the short version, for what cannot wait for the next look into the mail. ``facts`` names what stands in
    the table below (see ``notices.FACTS``).
    """

    subject: Promise
    paragraphs: tuple[Promise, ...]
    action: Promise
    facts: tuple[str, ...] = ("order", "car")
    topic: Topic = Topic.ESSENTIAL
    sms: Promise | None = None


SEE = _("See the order")
