"""The port to whoever carries short messages."""

from typing import Protocol

from django.conf import settings

MOST_CHARACTERS = 500


class Refused(Exception):
    """The gateway will never carry this message, such as to a number that does not exist: trying again is no use."""


class SmsGateway(Protocol):
    """One carrier. Anything but ``Refused`` that ``send`` raises is tried again."""

    def send(self, *, key: str, to: str, text: str) -> str:
        """Hand over one message and return the carrier's id of it; a repeated ``key`` is the same message."""


def gateway() -> SmsGateway:
    """HTTP where ``SMS_URL`` names one, otherwise files under ``var/sms``."""
    from apps.messaging.sms.files import FileGateway
    from apps.messaging.sms.http import HttpGateway

    if settings.SMS_URL:
        return HttpGateway(settings.SMS_URL, sender=settings.SMS_SENDER)
    return FileGateway(settings.SMS_FOLDER)


def number(text: str, country: str = "+86") -> str:
    """A telephone number as E.164: ``138 0013 8000`` is ``+8613800138000``."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    if text.strip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else f"{country}{digits}"
