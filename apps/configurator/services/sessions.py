"""Open a car's current version, and explain what stands in the way of an option."""

import time
from dataclasses import dataclass, replace

from django.utils import timezone

from apps.configurator.documents import DocumentRule
from apps.configurator.engine.answer import Answer, Conflict, Repair
from apps.configurator.engine.deadline import TookTooLong
from apps.configurator.errors import NotConfigurable, UnknownMarket
from apps.configurator.machines import Session, document_for
from apps.configurator.models import Configurator, ConfiguratorVersion
from apps.configurator.selection import settle, without

PATIENCE_S = 5.0
"""What an explanation may take; a compiled car takes milliseconds, one in fallback mode mostly tenths of a second."""


@dataclass(frozen=True)
class OpenSession(Session):
    """A session on the version that is on sale."""

    configurator_id: int
    version_id: int
    version_number: int


@dataclass(frozen=True)
class Explanation:
    """Why an option (or the choices themselves) is impossible, and the nearest way out.

    ``choices`` and ``rules`` contradict each other and nothing of them can be left out. ``remove`` and ``add`` make
    ``repaired`` of the visitor's choices; ``total`` is the cheapest car after that, in fen. All four are empty and
    null when no car has the option. ``late``: the search was given up at its deadline, so what is empty is not known.
    """

    choices: tuple[str, ...]
    rules: tuple[DocumentRule, ...]
    possible: bool
    remove: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    total: int | None = None
    late: bool = False


def open_session(slug: str, market: str = "") -> OpenSession:
    """The current version of a car, today. One query, two when this process sees the version for the first time.

    Raises:
        NotConfigurable: there is no such car, or nothing is published.
        UnknownMarket: the car is not sold there.
    """
    row = (
        Configurator.objects.on_sale()
        .filter(car_model__slug=slug)
        .values_list("pk", "current_id", "current__number", "current__sha256")
        .first()
    )
    if row is None:
        raise NotConfigurable
    configurator_id, version_id, number, sha256 = row

    def load() -> str:
        return ConfiguratorVersion.objects.values_list("document", flat=True).get(pk=version_id)

    document = document_for(sha256, load)
    if market and market not in document.markets:
        raise UnknownMarket(field="market", extra={"market": market})
    day = timezone.localdate()
    return OpenSession(document, market or document.markets[0], day, configurator_id, version_id, number)


def answer_at_once(session: Session, choices: tuple[str, ...]) -> tuple[Answer, bool]:
    """The answer, and whether its totals are known yet.

    In fallback mode, while the totals are calculated, it is the outline in the shape of an answer: what is possible,
    forced and undecided is exact; every total that is not ``None`` is only "possible".
    """
    found = session.priced(choices)
    if found is not None:
        return found, True
    outline = session.outline(choices)
    able = {code: 0 if code in outline.possible else None for code in session.document.options}
    provisional = Answer(
        valid=outline.valid,
        count=None,
        minimum=None,
        from_total=able,
        refuse={},
        undecided=outline.undecided,
        forced=outline.forced,
        complete=None,
    )
    return provisional, False


def is_whole(session: Session, choices: tuple[str, ...]) -> bool:
    """Whether the choices decide a whole car."""
    answer, _priced = answer_at_once(session, choices)
    machine = session.machine
    return answer.valid and settle(machine.model, machine.context, choices, answer).complete


def explain(session: Session, choices: tuple[str, ...], option: str | None) -> Explanation | None:
    """Why ``option`` is blocked, or (without one) why the choices contradict each other; ``None`` if they do not."""
    machine, deadline = session.machine, time.monotonic() + PATIENCE_S
    found = Explanation((), (), possible=False)
    try:
        conflict = (
            machine.conflict(choices, deadline=deadline)
            if option is None
            else machine.why(choices, option, deadline=deadline)
        )
        if conflict is None:
            return None
        found = Explanation(conflict.choices, _rules(session, [conflict]), possible=False)
        repair = (
            machine.repair_conflict(choices, deadline=deadline)
            if option is None
            else machine.repair(choices, option, deadline=deadline)
        )
    except TookTooLong:
        return replace(found, late=True)
    return found if repair is None else _repaired(session, choices, option, found, repair)


def explain_forced(session: Session, choices: tuple[str, ...], option: str) -> Explanation | None:
    """Why ``option`` is in every car that the choices leave: what makes each of its alternatives impossible."""
    group, deadline = session.document.group_of[option], time.monotonic() + PATIENCE_S
    alternatives = [other.code for other in group.options if other.code != option]
    others = [f"!{option}"] if group.pick == "any" else alternatives
    try:
        found = [session.machine.why(choices, other, deadline=deadline) for other in others]
    except TookTooLong:
        return Explanation((), (), possible=True, late=True)
    conflicts = [conflict for conflict in found if conflict is not None]
    if not conflicts:
        return None
    blamed = {choice for conflict in conflicts for choice in conflict.choices}
    return Explanation(
        tuple(choice for choice in choices if choice in blamed), _rules(session, conflicts), possible=True
    )


def _rules(session: Session, conflicts: list[Conflict]) -> tuple[DocumentRule, ...]:
    """The rules at fault, in the document's order."""
    codes = {code for conflict in conflicts for code in conflict.rules}
    return tuple(rule for rule in session.document.rules if rule.code in codes)


def _repaired(
    session: Session, choices: tuple[str, ...], option: str | None, found: Explanation, repair: Repair
) -> Explanation:
    removed = _removed(session, choices, option, repair)
    return replace(
        found,
        possible=True,
        remove=removed,
        add=repair.add,
        repaired=(*(choice for choice in without(choices, removed) if choice not in repair.add), *repair.add),
        total=repair.price + session.document.base_price,
    )


def _removed(session: Session, choices: tuple[str, ...], option: str | None, repair: Repair) -> tuple[str, ...]:
    """What is given up, and the choice of the option's own group, which the option replaces."""
    kept = choices if option is None else session.machine.model.released(choices, option)
    gone = set(repair.give_up) | (set(choices) - set(kept))
    return tuple(choice for choice in choices if choice in gone)
