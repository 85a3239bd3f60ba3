"""What a click says about wishes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from apps.configurator.documents import Document
from apps.configurator.engine.model import option_of
from apps.configurator.insight.models import InsightEvent
from apps.configurator.state import PageState

Kind = InsightEvent.Kind
BUDGET_STEP = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """``amount`` in yuan."""

    kind: str
    code: str = ""
    codes: tuple[str, ...] = ()
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Where an event happened: the car, its version, and the random id of the stay on the page."""

    configurator_id: int
    version_number: int
    visit: UUID | None


def of_click(document: Document, before: PageState, after: PageState, *, wish: str, complete: bool) -> list[Event]:
    """The events between two states; ``wish`` is the blocked option that the click made possible, if it did."""
    events = [_of_added(choice) for choice in after.choices if choice not in before.choices]
    events += [Event(Kind.CLEARED, code) for code in _cleared(document, before, after)]
    if wish:
        events.append(Event(Kind.REPAIRED, wish))
    if after.budget != before.budget and after.budget is not None:
        events.append(Event(Kind.BUDGET, amount=after.budget // BUDGET_STEP * BUDGET_STEP))
    if step := _step(document, before, after):
        events.append(Event(Kind.STEP, step))
    if complete and after.choices != before.choices:
        events.append(Event(Kind.FINISHED))
    return events


def of_question(option: str, rules: Iterable[str]) -> list[Event]:
    """Somebody asked why an option is blocked."""
    return [Event(Kind.ASKED, option, tuple(rules))]


def of_saving(options: Iterable[str]) -> list[Event]:
    """Somebody saved the car with these options."""
    return [Event(Kind.SAVED, codes=tuple(options))]


def _of_added(choice: str) -> Event:
    return Event(Kind.REFUSED if choice.startswith("!") else Kind.CHOSEN, option_of(choice))


def _cleared(document: Document, before: PageState, after: PageState) -> list[str]:
    """What was taken back without another choice of the same group in its place."""
    kept = {document.group_of[option_of(choice)].code for choice in after.choices}
    gone = [choice for choice in before.choices if choice not in after.choices and not choice.startswith("!")]
    return [code for code in gone if document.group_of[code].pick == "any" or document.group_of[code].code not in kept]


def _step(document: Document, before: PageState, after: PageState) -> str:
    """The group the visitor is at after the click: the one that was opened, else the one that was chosen in."""
    if after.step != before.step and after.step != "all":
        return after.step
    changed = set(before.choices).symmetric_difference(after.choices)
    groups = {document.group_of[option_of(choice)].code for choice in changed}
    return groups.pop() if len(groups) == 1 else ""
