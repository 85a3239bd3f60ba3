"""Sending what is owed: one message after the other, nothing locked while the other side takes its time."""

import base64
import hashlib
import time
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from apps.messaging import sms
from apps.messaging.composers import composer
from apps.messaging.kinds import Channel, State, Why
from apps.messaging.letters import Letter, as_html, as_text
from apps.messaging.models import Message
from apps.messaging.quiet import allowed_from
from apps.messaging.services import is_wanted

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = 10
# No attempt takes longer; one that was lost with its worker is made again after this.
ATTEMPT = timedelta(minutes=2)
SLICE_S = 5.0


def send_due(*, slice_s: float = SLICE_S) -> bool:
    """Send for so long; returns whether there may be more."""
    until = time.monotonic() + slice_s
    while time.monotonic() < until:
        if not send_one():
            return False
    return True


def send_one() -> bool:
    """Send, put off or drop one message that is due; returns whether there was one."""
    message, leaves = _claim()
    if message is None or not leaves:
        return message is not None
    try:
        if _written(message):
            _hand_over(message)
    except Exception as error:  # whatever is wrong with one message, the others have to leave
        log.warning("message_failed", kind=message.kind, channel=message.channel, error=type(error).__name__)
        _note_failure(message, error)
    return True


@transaction.atomic
def _claim() -> tuple[Message | None, bool]:
    """A message that is due, and whether it leaves now: its attempt is counted, the next one put off until this is over.

    What is too late or unwanted is dropped here, and an SMS at night waits for the morning: neither is an attempt.
    """
    now = timezone.now()
    message = Message.objects.due(now).select_for_update(skip_locked=True).order_by("next_at", "pk").first()
    if message is None:
        return None, False
    leaves_at = allowed_from(now, message.zone) if message.channel == Channel.SMS else now
    if message.expires_at is not None and leaves_at >= message.expires_at:
        message.state, message.why = State.SKIPPED, Why.LATE
    elif not is_wanted(message):
        message.state, message.why = State.SKIPPED, Why.UNWANTED
    elif leaves_at > now:
        message.next_at = leaves_at
    else:
        message.attempts, message.next_at = message.attempts + 1, now + ATTEMPT
    message.save(update_fields=["state", "why", "attempts", "next_at"])
    return message, message.state == State.DUE and leaves_at <= now


def _written(message: Message) -> bool:
    """Compose the text when it is first sent; a later attempt sends the same. False when there is nothing to say."""
    if message.text:
        return True
    with override(message.language), timezone.override(message.zone):
        letter = composer(message.composer).compose(message)
        if letter is None or (message.channel == Channel.SMS and not letter.sms):
            Message.objects.filter(pk=message.pk, state=State.DUE).update(state=State.SKIPPED, why=Why.UNTRUE)
            return False
        _fill(message, letter)
    message.save(update_fields=["subject", "text", "html", "files"])
    return True


def _fill(message: Message, letter: Letter) -> None:
    message.subject = letter.subject[:200]
    if message.channel == Channel.SMS:
        message.text = letter.sms[: sms.MOST_CHARACTERS]
        return
    message.text, message.html = as_text(letter), as_html(letter, message.language)
    message.files = [
        {"name": one.name, "type": one.content_type, "content": one.content, "base64": one.is_base64}
        for one in letter.files
    ]


def _hand_over(message: Message) -> None:
    provider_id = ""
    if message.channel == Channel.SMS:
        provider_id = sms.gateway().send(key=message.key, to=sms.number(message.recipient), text=message.text)
    else:
        email_of(message).send()
    done = {"state": State.SENT, "sent_at": timezone.now(), "provider_id": provider_id, "error": ""}
    Message.objects.filter(pk=message.pk).update(**done)


def email_of(message: Message) -> EmailMultiAlternatives:
    """The e-mail of a written message. Its Message-ID follows from the event: sent twice, it is the same mail."""
    domain = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    name = hashlib.sha256(f"{message.key}:{message.pk}".encode()).hexdigest()[:40]
    headers = {"Message-ID": f"<{name}@{domain}>", "Auto-Submitted": "auto-generated"}
    email = EmailMultiAlternatives(message.subject, message.text, to=[message.recipient], headers=headers)
    if message.html:
        email.attach_alternative(message.html, "text/html")
    for file in message.files:
        content = base64.b64decode(file["content"]) if file["base64"] else file["content"]
        email.attach(file["name"], content, file["type"])
    return email


@transaction.atomic
def _note_failure(message: Message, error: Exception) -> None:
    final = isinstance(error, sms.Refused) or message.attempts >= GIVE_UP_AFTER
    later = timezone.now() + timedelta(seconds=30 * 2**message.attempts)
    rows = Message.objects.filter(pk=message.pk, state=State.DUE)
    changed = rows.update(
        next_at=later,
        error=f"{type(error).__name__}: {error}"[:200],
        state=State.FAILED if final else State.DUE,
    )
    if final and changed:
        composer(message.composer).gave_up(message)
