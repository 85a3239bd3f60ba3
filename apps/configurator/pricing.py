"""What a settled car costs, line by line. Pure; amounts in fen.

once  = base price + the price of every picked option + every price rule whose condition holds
month = the monthly prices of picked options that are rented
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from apps.common.translated import Translated
from apps.configurator.documents import Document, DocumentPriceRule
from apps.configurator.rental import RentalTerms

# The step of the car without any option.
BASE = "base"


@dataclass(frozen=True)
class QuoteLine:
    """One picked option. ``price`` is paid once, ``monthly`` is null where nothing is rented."""

    group_code: str
    code: str
    name_en: str
    name_zh: str
    price: int
    monthly: int | None
    group_en: str = ""
    group_zh: str = ""
    name = Translated("name")
    group = Translated("group")

    @property
    def step(self) -> "PriceStep":
        """The line as a summand of the total: the group says what a name like "Black" is about."""
        return PriceStep(
            f"{self.group_en}: {self.name_en}", f"{self.group_zh}：{self.name_zh}", self.price, f"option:{self.code}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PriceStep:
    """One summand of the total. Steps that add nothing are left out.

    ``code`` says which it is, whatever its label is called: ``base``, ``option:`` or ``rule:`` with its code; empty in a trace of before
    there were codes.
    """

    label_en: str
    label_zh: str
    amount: int
    code: str = ""
    label = Translated("label")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Price:
    total: int
    monthly: int | None
    lines: tuple[QuoteLine, ...]
    trace: tuple[PriceStep, ...]
    terms: RentalTerms | None


def price(document: Document, picked: frozenset[str], day: date) -> Price:
    """The price of a car. Works for a car that is not settled too: then it is the price of what is decided so far."""
    lines = tuple(_lines(document, picked))
    rules = [rule for rule in document.price_rules_on(day) if applies(rule, picked)]
    steps = [PriceStep(document.name_en, document.name_zh, document.base_price, BASE)]
    steps += [line.step for line in lines if line.price]
    steps += [PriceStep(rule.label_en, rule.label_zh, rule.amount, f"rule:{rule.code}") for rule in rules]
    rented = [option.rental for code, option in document.options.items() if code in picked and option.rental]
    return Price(
        total=sum(step.amount for step in steps),
        monthly=sum(terms.monthly_price for terms in rented) if rented else None,
        lines=lines,
        trace=tuple(steps),
        terms=rented[0] if rented else None,
    )


def applies(rule: DocumentPriceRule, picked: frozenset[str]) -> bool:
    return all((entry.removeprefix("!") in picked) != entry.startswith("!") for entry in rule.when)


def _lines(document: Document, picked: frozenset[str]) -> Iterable[QuoteLine]:
    for group in document.groups:
        for option in group.options:
            if option.code in picked:
                monthly = option.rental.monthly_price if option.rental else None
                yield QuoteLine(
                    group.code,
                    option.code,
                    option.name_en,
                    option.name_zh,
                    option.price,
                    monthly,
                    group.name_en,
                    group.name_zh,
                )
