"""What one configurator page shows, worked out from a document, a state and the engine's answer."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from apps.common.money import signed_yuan, yuan
from apps.configurator.documents import Document, DocumentGroup, DocumentOption
from apps.configurator.dressing import dressing_of
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.model import option_of
from apps.configurator.machines import Session
from apps.configurator.pictures import LISTED, Picture, is_shown, picture_of, views_of
from apps.configurator.pricing import Price, PriceStep, price
from apps.configurator.rental import RentalTerms
from apps.configurator.selection import Settled, settle
from apps.configurator.services.sessions import Explanation, answer_at_once, explain, explain_forced
from apps.configurator.state import FEN, PageState, step_between

# Cars with more options than this show one group at a time.
ALL_OPEN = 60
MANY = 10**7
# Stands for a price that is not known yet; the page says so beside it.
PENDING = "…"
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation in words; ``repair_step`` is the value of the button that applies the repair."""

    because: str
    reasons: tuple[str, ...]
    repair: str
    repair_step: str
    hopeless: bool
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One option. ``state`` is chosen, forced, available, blocked, over_budget or refused."""

    code: str
    name: str
    description: str
    colour: str
    state: str
    amount: str
    note: str
    checked: bool
    disabled: bool
    rental: RentalTerms | None
    pending: bool
    can_ask: bool
    why: Why | None


@dataclass(frozen=True, slots=True)
class Block:
    """One group. A block that is not ``open`` shows only its summary."""

    code: str
    name: str
    pick: str
    open: bool
    swatches: bool
    decided: bool
    summary: str
    rows: tuple[Row, ...]
    clearable: bool
    next_code: str
    next_name: str

    @property
    def explained(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.why)


@dataclass(frozen=True, slots=True)
class Screen:
    """The whole page. Totals are in fen; ``total`` is exact when ``complete``, otherwise the least possible.

    Until ``priced`` (fallback mode) the total of a car that is not complete is what its decided options cost so far.
    """

    path: str
    name: str
    slug: str
    brand: str
    choices: str
    market: str
    markets: tuple[tuple[str, str, bool], ...]
    budget: int | None
    step: str
    undo: str
    blocks: tuple[Block, ...]
    total: int
    complete: bool
    valid: bool
    priced: bool
    monthly: int | None
    terms: RentalTerms | None
    trace: tuple[PriceStep, ...]
    rest: int
    cars: str
    missing: tuple[Block, ...]
    over_budget: int
    stepwise: bool
    conflict: Why | None
    lost: tuple[str, ...]
    standard: str
    finish: str
    picture: Picture | None
    view: str
    views: tuple[str, ...]
    dressing: str
    description: str

    @property
    def pending(self) -> bool:
        """Whether the least price of a whole car is still being calculated."""
        return self.valid and not self.priced and not self.complete

    @property
    def enough_budget(self) -> int:
        """The budget, in yuan, that the choices fit into."""
        return -(-self.total // FEN)

    @property
    def missing_more(self) -> int:
        """How many undecided groups there are beside the four that are named."""
        return max(0, len(self.missing) - 4)


class Drawing:
    """Collects what all parts of a screen need, and draws them."""

    def __init__(self, session: Session, state: PageState, *, path: str, asked: Collection[str] = ()) -> None:
        self.session, self.state, self.path, self.asked = session, state, path, asked
        self.document: Document = session.document
        self.answer: Answer
        self.priced: bool
        self.answer, self.priced = answer_at_once(session, state.choices)
        model = session.machine.model
        self.settled = (
            settle(model, session.machine.context, state.choices, self.answer)
            if self.answer.valid
            else Settled(frozenset(c for c in state.choices if not c.startswith("!")), ())
        )
        self.price: Price = price(self.document, self.settled.picked, session.day)
        self.complete = self.answer.valid and self.settled.complete
        least = self.answer.minimum
        self.total = self.price.total if self.complete or least is None else self.document.base_price + least
        self.budget = None if state.budget is None else state.budget * FEN
        self.sole_open = len(self.document.options) > ALL_OPEN and state.step != "all"
        self.chosen = frozenset(state.choices)
        self.touched = {self.document.group_of[option_of(choice)].code for choice in state.choices}

    def step(self, choices: tuple[str, ...]) -> str:
        """The value of a button that leads to ``choices``."""
        return step_between(self.state.choices, choices)

    def screen(self) -> Screen:
        blocks = self._blocks()
        state, document = self.state, self.document
        views = views_of(document)
        view = state.view if state.view in views else LISTED
        over = 0
        if self.budget is not None and self.answer.valid and (self.priced or self.complete):
            over = max(0, self.total - self.budget)
        return Screen(
            path=self.path,
            name=document.name,
            slug=document.car,
            brand=document.brand,
            choices=",".join(state.choices),
            market=self.session.market,
            markets=tuple((code, market_name(code), code == self.session.market) for code in document.markets),
            budget=state.budget,
            step=state.step,
            undo="~".join(state.undo),
            blocks=blocks,
            total=self.total,
            complete=self.complete,
            valid=self.answer.valid,
            priced=self.priced,
            monthly=self.price.monthly,
            terms=self.price.terms,
            trace=self.price.trace,
            rest=self.total - self.price.total,
            cars=cars_left(self.answer.count),
            missing=tuple(block for block in blocks if block.code in self.settled.undecided),
            over_budget=over,
            stepwise=self.sole_open,
            conflict=None if self.answer.valid else self._why(explain(self.session, state.choices, None)),
            lost=state.lost,
            standard=self.step(standard_choices(document)) if not state.choices else "",
            finish=self.step(self._finished()) if not self.complete and self.answer.complete else "",
            picture=picture_of(document, self.settled.picked, view),
            view=view,
            views=views,
            dressing=json.dumps(dressing_of(document, self.settled.picked), separators=(",", ":")),
            description=self._description(view),
        )

    def _blocks(self) -> tuple[Block, ...]:
        groups = self.document.groups
        current = self.state.step or self._first_step()
        following = dict(pairwise(groups))
        return tuple(
            self.block(group, following.get(group), is_open=not self.sole_open or group.code == current)
            for group in groups
        )

    def _first_step(self) -> str:
        """The first group that is not decided, or the first of all."""
        waiting = self.settled.undecided or (self.document.groups[0].code,)
        return waiting[0]

    def block(self, group: DocumentGroup, following: DocumentGroup | None, *, is_open: bool) -> Block:
        rows = tuple(self.row(group, option) for option in group.options) if is_open else ()
        picked = [option for option in group.options if option.code in self.settled.picked]
        return Block(
            code=group.code,
            name=group.name,
            pick=group.pick,
            open=is_open,
            swatches=group.pick == "one" and all(option.colour for option in group.options),
            decided=group.code not in self.settled.undecided and bool(picked),
            summary=_(", ").join(option.name for option in picked) or self._open_summary(group),
            rows=rows,
            clearable=group.code in self.touched,
            next_code=following.code if is_open and self.sole_open and following else "",
            next_name=following.name if is_open and self.sole_open and following else "",
        )

    def _open_summary(self, group: DocumentGroup) -> str:
        left = sum(self.answer.from_total.get(option.code) is not None for option in group.options)
        if group.pick == "any":
            return _("Nothing picked")
        return _("%(left)d of %(all)d possible") % {"left": left, "all": len(group.options)}

    def row(self, group: DocumentGroup, option: DocumentOption) -> Row:
        state = self._state_of(option)
        total = self.answer.from_total.get(option.code)
        explicit = option.code in self.chosen
        amount, note = self._amount(group, option, state, total)
        return Row(
            code=option.code,
            name=option.name,
            description=option.description,
            colour=option.colour,
            state=state,
            amount=amount,
            note=note,
            checked=explicit or state == "forced",
            disabled=state in ("blocked", "forced") and not explicit,
            rental=option.rental,
            pending=amount == PENDING,
            can_ask=state in ("blocked", "forced"),
            why=self._explained(option, state) if option.code in self.asked else None,
        )

    def _state_of(self, option: DocumentOption) -> str:
        if option.code in self.chosen:
            return "chosen"
        if option.code in self.answer.forced:
            return "forced"
        total = self.answer.from_total.get(option.code)
        if total is None:
            return "blocked"
        if self.priced and self.budget is not None and total + self.document.base_price > self.budget:
            return "over_budget"
        return "refused" if f"!{option.code}" in self.chosen else "available"

    def _amount(self, group: DocumentGroup, option: DocumentOption, state: str, total: int | None) -> tuple[str, str]:
        if state in ("chosen", "forced"):
            return (signed_yuan(option.price) if option.price else _("Included")), ""
        if total is None:
            return "", ""
        if not self.priced:
            return PENDING, ""
        difference = total + self.document.base_price - self.total
        text = signed_yuan(difference) if difference else _("No extra cost")
        if state == "over_budget" and self.budget is not None:
            over = total + self.document.base_price - self.budget
            return text, _("%(amount)s over your budget") % {"amount": yuan(over)}
        replaced = sum(
            self.document.options[code].price
            for code in self.settled.picked
            if group.pick == "one" and self.document.group_of[code] is group
        )
        decided = group.pick == "any" or any(self.document.group_of[code] is group for code in self.settled.picked)
        brings = self.complete and decided and difference != option.price - replaced
        return text, _("with all it brings along") if brings else ""

    def _explained(self, option: DocumentOption, state: str) -> Why | None:
        if state == "forced":
            return self._why(explain_forced(self.session, self.state.choices, option.code))
        return self._why(explain(self.session, self.state.choices, option.code))

    def _why(self, found: Explanation | None) -> Why | None:
        if found is None:
            return None
        names = self._names(found.choices)
        removed, added = self._names(found.remove), self._names(found.add)
        parts = []
        if removed:
            parts.append(_("give up %(options)s") % {"options": removed})
        if added:
            parts.append(_("take %(options)s") % {"options": added})
        reasons = tuple(dict.fromkeys(rule.reason for rule in found.rules))
        if found.late:
            reasons += (_("The search for a way out took too long and was given up."),)
        delta = self._price_of(found)
        return Why(
            because=_("Because you chose %(options)s:") % {"options": names} if names else "",
            reasons=reasons or (_("Only one of them can be picked."),),
            repair=_("; ").join(parts) + (f" ({delta})" if delta else ""),
            repair_step=self.step(found.repaired) if found.possible and parts else "",
            hopeless=not found.possible and not found.late,
            rules=tuple(rule.code for rule in found.rules),
        )

    def _price_of(self, found: Explanation) -> str:
        """What a repair costs against the present total; where the choices have none, the least it comes to."""
        if found.total is None or not (self.priced or self.complete):
            return ""
        if self.answer.valid:
            return signed_yuan(found.total - self.total)
        return _("from %(total)s") % {"total": yuan(found.total)}

    def _names(self, choices: tuple[str, ...]) -> str:
        return _(", ").join(
            (_("without %(option)s") if choice.startswith("!") else "%(option)s")
            % {"option": self.document.options[option_of(choice)].name}
            for choice in choices
        )

    def _finished(self) -> tuple[str, ...]:
        """The choices and, for every group that waits, what the cheapest car has there."""
        cheapest = self.answer.complete or ()
        waiting = set(self.settled.undecided)
        more = [code for code in cheapest if self.document.group_of[code].code in waiting and code not in self.chosen]
        return (*self.state.choices, *more)

    def _description(self, view: str) -> str:
        """What the picture shows of the picked options."""
        picked = [option for code, option in self.document.options.items() if code in self.settled.picked]
        shown = [option.name for option in picked if is_shown(self.document, option, view)]
        return _("%(shown)s; other options are not shown") % {"shown": _(", ").join(shown)} if shown else ""


def draw_row(session: Session, state: PageState, option: str, *, path: str) -> tuple[Block, Row]:
    """One option with its explanation, and the group it is of (without rows): the answer to "why?"."""
    drawing = Drawing(session, state, path=path, asked=(option,))
    group = session.document.group_of[option]
    return drawing.block(group, None, is_open=False), drawing.row(group, session.document.options[option])


def draw(session: Session, state: PageState, *, path: str, asked: Collection[str] = ()) -> Screen:
    """The screen for a state. ``path`` is the page's address without a query; ``asked`` are options to explain."""
    return Drawing(session, state, path=path, asked=asked).screen()


def cars_left(count: int | None) -> str:
    """The number of cars, exactly while people can read it, then as a power of ten; empty if nobody counted."""
    if count is None:
        return ""
    if count < MANY:
        return f"{count:,}"  # as in prices, in every language
    power = str(len(str(count)) - 1).translate(SUPERSCRIPT)
    return _("about %(digit)s × 10%(power)s") % {"digit": str(count)[0], "power": power}


def standard_choices(document: Document) -> tuple[str, ...]:
    return tuple(code for code, option in document.options.items() if option.standard)


def market_names() -> Mapping[str, str]:
    """The markets there are: code to name."""
    return {"CN": _("Mainland China"), "CN-N": _("Cold regions of the north")}


def market_name(code: str) -> str:
    return market_names().get(code, code)
