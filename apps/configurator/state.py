"""The address of a configurator page: everything a visitor has done stands in the query string. Pure.

``choices=a,b,!c`` is the state; ``undo`` the last steps, each as what it added and removed, so that undo needs no
session and works in a copied address too. A form adds ``pick.<group>`` for the groups it shows; for groups of which
any number is picked it also names them in ``shown``, because a box that is not ticked is not sent. Its buttons send
what they do, whatever the state is by then, so their markup is the same at every click: ``change`` is a step as in
``undo`` (behind the option it makes possible), ``clear`` a group, ``do`` is ``undo``, ``reset`` or ``forget`` (the saved car), ``raise`` a new budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from apps.catalog.stills import INSIDES, VIEWS
from apps.configurator.codes import WrongCode, read_code
from apps.configurator.documents import Document, DocumentGroup
from apps.configurator.engine.model import Model, option_of
from apps.configurator.pictures import LISTED, view_that_shows
from apps.configurator.selection import known, with_choice, without

UNDO_STEPS = 12
BUTTONS = frozenset({"change", "clear", "do", "raise"})
FEN = 100
MOST_YUAN = 10**9


@dataclass(frozen=True, slots=True)
class PageState:
    """``budget`` is in yuan, as people type it; ``lost`` are choices of the address that the car does not have.

    ``view`` is the side that the picture shows, empty for the usual one (``catalog.stills.VIEWS``).
    ``build`` is the code of the saved car that was reopened: the page says what has changed about it since.
    """

    choices: tuple[str, ...]
    undo: tuple[str, ...] = ()
    budget: int | None = None
    market: str = ""
    step: str = ""
    view: str = ""
    lost: tuple[str, ...] = ()
    build: str = ""

    def moved(self, choices: tuple[str, ...]) -> "PageState":
        """The state after a click that leads to ``choices``; the click can be undone."""
        step = step_between(self.choices, choices)
        if not step:
            return self
        return replace(self, choices=choices, undo=(*self.undo, step)[-UNDO_STEPS:])

    def undone(self) -> "PageState | None":
        """The state before the last click, if there was one."""
        if not self.undo:
            return None
        added, removed = _parse_step(self.undo[-1])
        choices = (*without(self.choices, (*added, *removed)), *removed)
        return replace(self, choices=choices, undo=self.undo[:-1])

    def query(self, **more: str) -> str:
        """The query string, ``?`` included. The same state always gives the same text."""
        params = {
            "choices": ",".join(self.choices),
            "budget": "" if self.budget is None else str(self.budget),
            "market": self.market,
            "step": self.step,
            "view": self.view,
            "build": self.build,
            "undo": "~".join(self.undo),
            **more,
        }
        # Commas and marks are legal in a query; left as they are the address stays readable.
        return "?" + urlencode({name: value for name, value in params.items() if value}, safe=",!~")


def read_state(query: QueryDict, document: Document, model: Model) -> PageState:
    """The state that an address (with or without a form's fields) means."""
    given = [part for text in query.getlist("choices") for part in text.split(",") if part]
    choices, lost = known(model, given)
    undo = tuple(step for step in query.get("undo", "").split("~") if _parses(step, model))
    market = query.get("market", "")
    state = PageState(
        choices=choices,
        undo=undo[-UNDO_STEPS:],
        budget=_yuan(query.get("budget", "")),
        market=market if market in document.markets[1:] else "",
        step=query.get("step", "") if query.get("step") in {"all", *(group.code for group in document.groups)} else "",
        view=query.get("view", "") if query.get("view") in (*VIEWS[1:], *INSIDES) else "",
        lost=lost,
        build=_code(query.get("build", "")),
    )
    moved = _pressed(query, document, model, state.moved(_picked(query, document, model, choices)))
    return _turned(document, state, moved)


def has_form_fields(query: Mapping[str, object]) -> bool:
    return any(name == "shown" or name in BUTTONS or name.startswith("pick.") for name in query)


def drawn_with(query: QueryDict) -> QueryDict:
    """The state that a form was drawn with: its hidden fields without what the visitor did since."""
    found = QueryDict(mutable=True)
    for name in ("choices", "undo", "market", "build"):
        found[name] = query.get(name, "")
    for name in ("step", "budget"):
        found[name] = query.get(f"was.{name}", "")
    return found


def step_between(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """What ``after`` adds and removes, as the value of a button: ``+blue.-red``; empty where nothing differs."""
    added = [f"+{choice}" for choice in after if choice not in before]
    removed = [f"-{choice}" for choice in before if choice not in after]
    return ".".join([*added, *removed])


def wish_of(query: QueryDict, document: Document) -> str:
    """The blocked option that a button makes possible: ``change`` is ``tow:+tow.-red`` then."""
    wish = query.get("change", "").rpartition(":")[0]
    return wish if wish in document.options else ""


def _turned(document: Document, before: PageState, after: PageState) -> PageState:
    """A click on an option turns the picture to where the option shows."""
    view = after.view or LISTED
    for code in after.choices:
        if code not in before.choices and code in document.options:
            view = view_that_shows(document, code, view)
    return replace(after, view="" if view == LISTED else view)


def _pressed(query: QueryDict, document: Document, model: Model, state: PageState) -> PageState:
    """The state after the button that sent the form."""
    change, done = query.get("change", ""), query.get("do", "")
    step = change.rpartition(":")[2]
    if step and _parses(step, model):
        added, removed = _parse_step(step)
        state = state.moved((*without(state.choices, (*added, *removed)), *added))
    if group := query.get("clear", ""):
        mine = [one for one in state.choices if document.group_of[option_of(one)].code == group]
        state = state.moved(without(state.choices, mine))
    if done == "reset":
        state = state.moved(())
    elif done == "undo":
        state = state.undone() or state
    elif done == "forget":
        state = replace(state, build="")
    if wanted := _yuan(query.get("raise", "")):
        state = replace(state, budget=wanted)
    return state


def _picked(query: QueryDict, document: Document, model: Model, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The choices after the form's radio buttons and boxes."""
    shown = set(query.getlist("shown"))
    for group in document.groups:
        wanted = [code for code in query.getlist(f"pick.{group.code}") if code in model.group_of]
        if group.pick == "one" and wanted and wanted[0] not in choices:
            choices = with_choice(model, choices, wanted[0])
        elif group.pick == "any" and group.code in shown:
            choices = _ticked(group, set(wanted), model, choices)
    return choices


def _ticked(group: DocumentGroup, wanted: set[str], model: Model, choices: tuple[str, ...]) -> tuple[str, ...]:
    for option in group.options:
        if option.code in wanted and option.code not in choices:
            choices = with_choice(model, choices, option.code)
        elif option.code not in wanted and option.code in choices:
            choices = without(choices, (option.code,))
    return choices


def _parse_step(step: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens = step.split(".")
    return (
        tuple(token[1:] for token in tokens if token.startswith("+")),
        tuple(token[1:] for token in tokens if token.startswith("-")),
    )


def _parses(step: str, model: Model) -> bool:
    added, removed = _parse_step(step)
    return bool(added or removed) and not known(model, (*added, *removed))[1]


def _code(text: str) -> str:
    try:
        return read_code(text) if text else ""
    except WrongCode:
        return ""


def _yuan(text: str) -> int | None:
    """What people type as a budget: "120000", "120,000", "¥120,000"."""
    digits = text.translate({ord(mark): None for mark in "¥￥,，  "})
    if not digits.isascii() or not digits.isdigit():
        return None
    return min(int(digits[:12]), MOST_YUAN) or None
