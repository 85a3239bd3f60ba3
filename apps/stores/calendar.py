"""An appointment as a calendar file (RFC 5545)."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from apps.messaging.letters import File
from apps.stores.models import Appointment


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for char in ("\\", ";", ","):
        value = value.replace(char, f"\\{char}")
    return value.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a character."""
    parts: list[str] = []
    current = b""
    for char in line:
        octets = char.encode()
        if len(current) + len(octets) > (75 if not parts else 74):
            parts.append(current.decode())
            current = b""
        current += octets
    return "\r\n ".join([*parts, current.decode()])


def calendar_file(appointment: Appointment, url: str, *, is_cancelled: bool = False) -> str:
    """One event, in the reader's language. An appointment that was moved is the same event with a later number."""
    store = appointment.store
    first, moves = _root(appointment)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kaiche//Stores//EN",
        f"METHOD:{'CANCEL' if is_cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{first}@kaiche",
        f"SEQUENCE:{2 * moves + is_cancelled}",
        f"DTSTAMP:{_time(appointment.changed_at)}",
        f"DTSTART:{_time(appointment.starts_at)}",
        f"DTEND:{_time(appointment.ends_at)}",
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(f'{appointment.get_service_display()} · {store.name}')}",
        f"LOCATION:{_text(store.address)}",
        f"GEO:{store.latitude:.6f};{store.longitude:.6f}",
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def attachment(appointment: Appointment, *, is_cancelled: bool = False) -> File:
    """The same as a file to a mail, in the language that is active."""
    content = calendar_file(appointment, page_of(appointment), is_cancelled=is_cancelled)
    method = "CANCEL" if is_cancelled else "PUBLISH"
    return File("appointment.ics", f"text/calendar; method={method}; charset=utf-8", content)


def page_of(appointment: Appointment) -> str:
    """The whole address of the appointment's page, in the language that is active."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("stores:appointment", args=[appointment.pk])


def _root(appointment: Appointment) -> tuple[UUID, int]:
    """The id of what was booked first, and how often it was moved since."""
    moves, here = 0, appointment
    while here.replaces_id is not None and (before := Appointment.objects.filter(pk=here.replaces_id).first()):
        here, moves = before, moves + 1
    return here.pk, moves
