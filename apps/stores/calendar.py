"""An appointment as a calendar file (RFC 5545). Pure text."""

from datetime import UTC, datetime

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


def calendar_file(appointment: Appointment, url: str) -> str:
    """One event, in the reader's language."""
    store = appointment.store
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kaiche//Stores//EN",
        "BEGIN:VEVENT",
        f"UID:{appointment.pk}@kaiche",
        f"DTSTAMP:{_time(appointment.changed_at)}",
        f"DTSTART:{_time(appointment.starts_at)}",
        f"DTEND:{_time(appointment.ends_at)}",
        f"SUMMARY:{_text(f'{appointment.get_service_display()} · {store.name}')}",
        f"LOCATION:{_text(store.address)}",
        f"GEO:{store.latitude:.6f};{store.longitude:.6f}",
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)
