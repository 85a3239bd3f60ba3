"""What a message says, before it becomes HTML, plain text or an SMS. Pure data and rendering."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from apps.messaging.look import colours


@dataclass(frozen=True, slots=True)
class File:
    """Something attached: text, or bytes as base64 where ``is_base64``."""

    name: str
    content_type: str
    content: str
    is_base64: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in one language. ``facts`` are label and value; ``action`` is what to press and where it leads.

    ``sms`` is the whole short message; an empty one is not sent. ``reason`` says why somebody gets it, where that is
    nothing they ordered or booked. ``heading`` is the subject as the mail itself says it, where an inbox needs more.
    """

    subject: str
    greeting: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    action: tuple[str, str] | None = None
    small: Sequence[str] = ()
    sms: str = ""
    reason: str = ""
    files: Sequence[File] = field(default=())
    heading: str = ""


def as_html(letter: Letter, language: str) -> str:
    """Tables and inline styles, as mail programs need them; dark where the reader's is."""
    return render_to_string("messaging/letter.html", {"letter": letter, "language": language, **colours()})


def as_text(letter: Letter) -> str:
    return render_to_string("messaging/letter.txt", {"letter": letter}).strip() + "\n"
