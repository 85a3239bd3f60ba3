"""How the pages of the stores write distances and times."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, npgettext
from django.utils.translation import gettext as _

from apps.stores.models import Store

register = template.Library()
# A day that far off is not known by its month alone.
NEEDS_YEAR_DAYS = 180


@register.filter
def distance(metres: float | None) -> str:
    """``850 m``, ``1.2 km``, ``14 km``."""
    if metres is None:
        return ""
    if metres < 950:
        return _("%(number)d m") % {"number": round(metres, -1)}
    kilometres = metres / 1000
    return _("%(number)s km") % {"number": f"{kilometres:.1f}" if kilometres < 10 else f"{kilometres:,.0f}"}


@register.filter
def thousands(number: int) -> str:
    """``43,667``."""
    return f"{number:,}"


@register.filter
def store_time(moment: datetime, store: Store) -> str:
    """``21:00`` by the store's clock."""
    return moment.astimezone(store.zone).strftime("%H:%M")


@register.filter
def store_moment(moment: datetime, store: Store) -> str:
    """``09:00`` today, otherwise with the weekday: ``Mon 09:00``."""
    local = moment.astimezone(store.zone)
    if local.date() == timezone.now().astimezone(store.zone).date():
        return local.strftime("%H:%M")
    return f"{weekday_short(local.date())} {local:%H:%M}"


@register.filter
def store_day(moment: datetime, store: Store) -> str:
    """``Monday 30 November 2026`` by the store's clock."""
    return long_day(moment.astimezone(store.zone).date())


@register.filter
def long_day(day: date) -> str:
    """``Monday 30 November``, ``11月30日星期一``; with the year where the day is half a year off."""
    far = abs((day - timezone.localdate()).days) > NEEDS_YEAR_DAYS
    if _chinese():
        return date_format(day, "Y年n月j日 l" if far else "n月j日 l")
    return date_format(day, "l j F Y" if far else "l j F")


@register.filter
def month(day: date) -> str:
    return date_format(day, "Y年n月" if _chinese() else "F Y")


@register.filter
def weekday_short(day: date) -> str:
    return f"周{'一二三四五六日'[day.weekday()]}" if _chinese() else date_format(day, "D")


@register.filter
def weekday_name(number: int) -> str:
    """0 is Monday."""
    return date_format(date(2024, 1, 1 + number), "l")


@register.filter
def iso(moment: datetime | date) -> str:
    return moment.isoformat()


@register.filter
def free_text(number: int) -> str:
    """How many times of a day are free."""
    return ngettext("%(number)d free time", "%(number)d free times", number) % {"number": number}


@register.filter
def duration(minutes: int) -> str:
    """``45 minutes``, ``2 hours``, ``1.5 hours``."""
    if minutes < 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours = minutes / 60
    return npgettext("duration", "%(number)s hour", "%(number)s hours", 1 if hours == 1 else 2) % {
        "number": f"{hours:g}"
    }


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


@register.filter
def store_moment_date(moment: datetime, store: Store) -> str:
    """``30 Nov, 10:30``, ``11月30日 10:30``."""
    local = moment.astimezone(store.zone)
    return f"{date_format(local.date(), 'n月j日' if _chinese() else 'j M,')} {local:%H:%M}"
