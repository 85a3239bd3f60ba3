"""What a message can be about, and by which ways it goes. Pure."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", pgettext_lazy("channel", "SMS")


class Topic(TextChoices):
    """``essential`` always goes by e-mail: what is owed, agreed, refused or paid. The rest people may do without."""

    ESSENTIAL = "essential", pgettext_lazy("topic", "What has to reach you: contract, payments, changes")
    PROGRESS = "progress", pgettext_lazy("topic", "How the order is coming along")
    REMINDERS = "reminders", pgettext_lazy("topic", "Reminders of appointments and of what waits for you")
    OFFERS = "offers", pgettext_lazy("topic", "Offers you asked to be told about")


class State(TextChoices):
    DUE = "due", pgettext_lazy("message", "Waiting")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Could not be sent")
    SKIPPED = "skipped", pgettext_lazy("message", "Not sent")


class Why(TextChoices):
    """Why a message was not sent."""

    UNWANTED = "unwanted", pgettext_lazy("message", "not wanted by the reader")
    LATE = "late", pgettext_lazy("message", "its time was over")
    UNTRUE = "untrue", pgettext_lazy("message", "no longer true")


# What a person can switch off: everything but essential e-mails.
OPTIONAL: tuple[tuple[Channel, Topic], ...] = tuple(
    (channel, topic) for topic in Topic for channel in Channel if (channel, topic) != (Channel.EMAIL, Topic.ESSENTIAL)
)
