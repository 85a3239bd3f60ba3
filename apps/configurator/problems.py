"""What stands in the way of publishing, as data that is stored, and as sentences in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

type Problem = Mapping[str, Any]
"""``code`` and what its sentence needs; ``from`` is an ISO date where the problem begins on a later day."""

_SENTENCES: Mapping[str, str | Promise] = {
    "text": "%(text)s",
    "no_car": _("No car can be built in the market %(market)s."),
    "dead_standard": _("The standard option %(name)s (%(option)s) is in no car of the market %(market)s."),
    "model": _("The rules make no sense: %(text)s"),
    "disagreement": _("The compiled rules and the solver disagree in the market %(market)s: %(text)s"),
    "worker_died": _("The check broke off %(attempts)s times."),
    "internal": _("The check broke off with an error; it is in the log."),
}
_LATER = _("From %(day)s: %(sentence)s")


def sentence(problem: Problem) -> str:
    """The problem in words, in the active language."""
    chinese = (get_language() or "").startswith("zh")
    values = {**problem, "name": problem.get("name_zh" if chinese else "name_en", "")}
    text = str(_SENTENCES[problem["code"]]) % values
    day = parse_date(problem.get("from") or "")
    return text if day is None else str(_LATER) % {"day": date_format(day), "sentence": text}
