"""Save a car under a code, and price a saved one again on the version that is on sale now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.catalog.models import CarModel
from apps.common.translated import Translated
from apps.configurator.codes import new_code, read_code
from apps.configurator.documents import Document
from apps.configurator.errors import (
    Contradiction,
    Incomplete,
    NotConfigurable,
    UnknownMarket,
    UnknownOption,
)
from apps.configurator.machines import Session
from apps.configurator.models import Build
from apps.configurator.pricing import Price, PriceStep, QuoteLine, price
from apps.configurator.rental import RentalTerms
from apps.configurator.selection import known, settle
from apps.configurator.services.sessions import Explanation, OpenSession, answer_at_once, explain, open_session

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

ATTEMPTS = 5


@dataclass(frozen=True)
class Change:
    """One difference between what was saved and what is offered now. Null is "not part of the car"."""

    code: str
    name_en: str
    name_zh: str
    before: int | None
    after: int | None
    name = Translated("name")

    @property
    def kind(self) -> str:
        if self.before is None:
            return "new"
        return "gone" if self.after is None else "repriced"


@dataclass(frozen=True)
class BuildQuote:
    """A saved car on today's version: whether it can still be built, and what it costs now (fen)."""

    code: str
    car_model: CarModel
    version_number: int
    valid: bool
    problem: str
    total: int
    monthly: int | None
    lines: tuple[QuoteLine, ...]
    price_trace: tuple[PriceStep, ...]
    terms: RentalTerms | None
    changes: tuple[Change, ...] = ()
    saved_total: int = 0
    saved_terms: RentalTerms | None = None
    document: Document | None = None

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was saved."""
        return not self.valid or bool(self.changes) or self.total != self.saved_total or self.terms != self.saved_terms


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A whole car with its price, worked out and not yet written."""

    car_model: CarModel
    session: OpenSession
    choices: tuple[str, ...]
    cost: Price


def save_build(
    *,
    car_model: CarModel,
    choices: Sequence[str],
    market: str = "CN",
    user: "AbstractBaseUser | None" = None,
) -> Build:
    """Freeze a whole car under a new code; raises what ``work_out`` does."""
    return freeze(work_out(car_model=car_model, choices=choices, market=market), user=user)


def work_out(*, car_model: CarModel, choices: Sequence[str], market: str = "CN") -> Unsaved:
    """The car that the choices mean, which may take a while.

    Raises:
        NotConfigurable, UnknownMarket: nothing to choose from.
        UnknownOption: a choice that the current version does not have.
        Contradiction: no car has all these choices; carries the conflict and a repair.
        Incomplete: groups are still to be decided.
    """
    session = open_session(car_model.slug, market)
    wanted, unknown = known(session.machine.model, choices)
    if unknown:
        raise UnknownOption(field="choices", extra={"option": unknown[0]})
    return Unsaved(car_model, session, wanted, whole_car(session, wanted))


def freeze(car: Unsaved, *, user: "AbstractBaseUser | None" = None) -> Build:
    """Write it under a new code."""
    session, cost = car.session, car.cost
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return Build.objects.create(
                    code=new_code(),
                    car_model=car.car_model,
                    version_id=session.version_id,
                    market=session.market,
                    choices=list(car.choices),
                    lines=[line.as_json() for line in cost.lines],
                    price_trace=[step.as_json() for step in cost.trace],
                    total=cost.total,
                    monthly=cost.monthly,
                    terms=cost.terms.as_json() if cost.terms else None,
                    user_id=user.pk if user is not None else None,
                )
        except IntegrityError:  # the code is taken: one in 27 thousand million
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def whole_car(session: Session, choices: tuple[str, ...]) -> Price:
    """The price of the car that the choices mean; raises ``Contradiction`` or ``Incomplete``."""
    answer, _priced = answer_at_once(session, choices)  # whether it is whole needs no total
    if not answer.valid:
        found = explain(session, choices, None)
        raise Contradiction(field="choices", extra=_refusal(session, found))
    machine = session.machine
    settled = settle(machine.model, machine.context, choices, answer)
    if not settled.complete:
        groups = [group for group in session.document.groups if group.code in settled.undecided]
        raise Incomplete(
            field="choices",
            extra={
                "groups": [group.code for group in groups],
                "names": _(", ").join(group.name for group in groups),
            },
        )
    return price(session.document, settled.picked, session.day)


def quote(*, code: str) -> BuildQuote:
    """Check and price a saved car again on the current version.

    Raises:
        WrongCode: not a code.
        Build.DoesNotExist: no build has it.
    """
    build = Build.objects.whole().get(code=read_code(code))
    return quote_build(build)


def quote_build(build: Build, session: OpenSession | None = None) -> BuildQuote:
    """``quote`` for a build that is already read; needs its ``car_model.brand`` and ``version``.

    ``session`` is the car's current version in the build's market, where the caller has it already.
    """
    lines = tuple(QuoteLine(**line) for line in build.lines)
    try:
        session = session or open_session(build.car_model.slug, build.market)
    except (NotConfigurable, UnknownMarket) as error:
        return _not_any_more(build, None, str(error))
    wanted, unknown = known(session.machine.model, build.choices)
    if unknown:
        names = {line.code: line.name for line in lines}
        gone = names.get(unknown[0].removeprefix("!"), unknown[0])
        return _not_any_more(build, session, _("%(option)s is no longer offered.") % {"option": gone})
    try:
        cost = whole_car(session, wanted)
    except (Contradiction, Incomplete) as error:
        return _not_any_more(build, session, str(error))
    return BuildQuote(
        code=build.code,
        car_model=build.car_model,
        version_number=session.version_number,
        valid=True,
        problem="",
        total=cost.total,
        monthly=cost.monthly,
        lines=cost.lines,
        price_trace=cost.trace,
        terms=cost.terms,
        changes=changes(tuple(PriceStep(**step) for step in build.price_trace), lines, cost),
        saved_total=build.total,
        saved_terms=_terms(build),
        document=session.document,
    )


def changes(old_trace: tuple[PriceStep, ...], old_lines: tuple[QuoteLine, ...], now: Price) -> tuple[Change, ...]:
    """What is gone, new or repriced: options by their code, everything else in the trace by its label."""
    before = {line.code: (line.name_en, line.name_zh, line.price) for line in old_lines}
    after = {line.code: (line.name_en, line.name_zh, line.price) for line in now.lines}
    before |= _other_steps(old_trace, old_lines)
    after |= _other_steps(now.trace, now.lines)
    found = []
    for code in {**before, **after}:
        old, new = before.get(code), after.get(code)
        if old is None or new is None or old[2] != new[2]:
            name_en, name_zh, _amount = new or old or ("", "", 0)
            found.append(Change(code, name_en, name_zh, old[2] if old else None, new[2] if new else None))
    return tuple(found)


def _other_steps(trace: tuple[PriceStep, ...], lines: tuple[QuoteLine, ...]) -> dict[str, tuple[str, str, int]]:
    """The base price and the price rules: what the trace has beside the options."""
    options = {(line.step.label_en, line.price) for line in lines}
    return {
        f"step:{step.label_en}": (step.label_en, step.label_zh, step.amount)
        for step in trace
        if (step.label_en, step.amount) not in options
    }


def _not_any_more(build: Build, session: OpenSession | None, problem: str) -> BuildQuote:
    """The build as it was saved, with what became of each of its options."""
    saved = tuple(QuoteLine(**line) for line in build.lines)
    return BuildQuote(
        code=build.code,
        car_model=build.car_model,
        version_number=session.version_number if session else build.version.number,
        valid=False,
        problem=problem,
        total=build.total,
        monthly=build.monthly,
        lines=saved,
        price_trace=tuple(PriceStep(**step) for step in build.price_trace),
        terms=_terms(build),
        changes=_option_changes(saved, session.document) if session else (),
        saved_total=build.total,
        saved_terms=_terms(build),
        document=session.document if session else None,
    )


def _option_changes(lines: tuple[QuoteLine, ...], document: Document) -> tuple[Change, ...]:
    """What is gone or repriced, option by option: a car that cannot be built has no total to compare."""
    found = []
    for line in lines:
        option = document.options.get(line.code)
        if option is None or option.price != line.price:
            after = None if option is None else option.price
            found.append(Change(line.code, line.name_en, line.name_zh, line.price, after))
    return tuple(found)


def _terms(build: Build) -> RentalTerms | None:
    return RentalTerms.read(build.terms) if build.terms else None


def _refusal(session: Session, found: Explanation | None) -> dict[str, object]:
    """The conflict as an API client gets it, and as a sentence."""
    if found is None:
        return {"reason": ""}
    reasons = [rule.reason for rule in found.rules]
    if found.late:
        reasons.append(_("The search for a way out took too long and was given up."))
    return {
        "reason": " ".join(reasons) or _("only one of them can be picked."),
        "conflict": {"choices": list(found.choices), "rules": [rule.code for rule in found.rules]},
        "repair": {"remove": list(found.remove), "add": list(found.add), "total": found.total, "delta": None}
        if found.possible
        else None,
    }
