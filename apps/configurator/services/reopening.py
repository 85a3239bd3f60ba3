"""A saved car reopened in the configurator: what has changed about its offer, and the nearest car that is offered now."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.configurator.codes import WrongCode, read_code
from apps.configurator.errors import Contradiction, Incomplete
from apps.configurator.machines import Session
from apps.configurator.models import Build
from apps.configurator.pricing import Price, QuoteLine
from apps.configurator.selection import known, settle
from apps.configurator.services.builds import BuildQuote, quote_build, whole_car
from apps.configurator.services.sessions import OpenSession, answer_at_once, explain


@dataclass(frozen=True)
class Nearest:
    """The way back to a whole car: ``choices`` lead to it, ``total`` and ``saved_total`` (fen) are exact.

    ``gives_up`` and ``takes`` are names: what of the saved car it lacks, and what it has instead.
    """

    choices: tuple[str, ...]
    gives_up: str
    takes: str
    total: int
    saved_total: int

    @property
    def difference(self) -> int:
        return self.total - self.saved_total


@dataclass(frozen=True)
class Reopened:
    """``nearest`` is null while the saved car can be built as it was, and where no car is near or its price is not known yet."""

    build: Build
    quote: BuildQuote
    nearest: Nearest | None

    @property
    def difference(self) -> int:
        """What the car costs more today than when it was saved, in fen."""
        return self.quote.total - self.build.total


def reopen(code: str, session: OpenSession) -> Reopened | None:
    """The saved car of a code, looked at on the version on sale in its own market; ``None`` if it is no car of this model."""
    try:
        wanted = read_code(code)
    except WrongCode:
        return None
    build = Build.objects.whole().filter(code=wanted, car_model__slug=session.document.car).first()
    if build is None:
        return None
    same = session.market == build.market
    quote = quote_build(build, session if same else None)
    return Reopened(build, quote, nearest_car(build, session) if same and not quote.valid else None)


def nearest_car(build: Build, session: Session) -> Nearest | None:
    """As much of a saved car as today's rules allow, completed at the least price."""
    choices, _gone = known(session.machine.model, build.choices)
    found = explain(session, choices, None)
    if found is not None and not found.possible:
        return None
    choices = _completed(session, found.repaired if found else choices)
    try:
        cost = whole_car(session, choices)
    except (Contradiction, Incomplete):
        return None
    return Nearest(choices, *_differences(build, cost), cost.total, build.total)


def _completed(session: Session, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The choices and, for every group that waits, what the cheapest car has there."""
    answer, _priced = answer_at_once(session, choices)
    settled = settle(session.machine.model, session.machine.context, choices, answer)
    waiting, group_of = set(settled.undecided), session.document.group_of
    more = [code for code in answer.complete or () if group_of[code].code in waiting and code not in choices]
    return (*choices, *more)


def _differences(build: Build, cost: Price) -> tuple[str, str]:
    saved = [QuoteLine(**line) for line in build.lines]
    before, after = {line.code for line in saved}, {line.code for line in cost.lines}
    lost = [line.name for line in saved if line.code not in after]
    return _(", ").join(lost), _(", ").join(line.name for line in cost.lines if line.code not in before)
