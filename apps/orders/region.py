"""What depends on the city, said before any money: who invoices, from where, and which subsidies a buyer can have. Pure.

The table is ``data/regions.toml``. An order keeps the answer it was given (``Order.region``); the table's later changes never
reach it.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.money import share
from apps.common.translated import Translated

TABLE = Path(__file__).parent / "data" / "regions.toml"


@dataclass(frozen=True, slots=True)
class Company:
    """Who writes the invoice, and in which city that company sits."""

    slug: str
    name_en: str
    name_zh: str
    city: str
    tax_number: str
    provinces: frozenset[str]

    name = Translated("name")

    def as_json(self) -> dict[str, str]:
        """What an order keeps."""
        kept = ("slug", "name_en", "name_zh", "city", "tax_number")
        return {name: getattr(self, name) for name in kept}


@dataclass(frozen=True, slots=True)
class Question:
    """What only the buyer knows; ``field`` is how forms and API call it."""

    field: str
    text_en: str
    text_zh: str

    text = Translated("text")


@dataclass(frozen=True, slots=True)
class Programme:
    """A subsidy: a sum or a percentage of the car's price, for whom and when. Of one ``group`` a buyer has one. Fen."""

    slug: str
    name_en: str
    name_zh: str
    source_en: str
    source_zh: str
    paid_en: str
    paid_zh: str
    starts_on: date
    ends_on: date
    amount: int = 0
    percent: Decimal = Decimal(0)
    most: int | None = None
    least: int = 0
    cities: frozenset[str] = frozenset()
    energies: frozenset[str] = frozenset()
    invoice: frozenset[str] = frozenset()
    invoice_in_city: bool = False
    group: str = ""
    questions: tuple[Question, ...] = ()

    name, source, paid = Translated("name"), Translated("source"), Translated("paid")

    def worth(self, price: int) -> int:
        """What it comes to for a car at this price."""
        worth = share(price, self.percent) if self.percent else self.amount
        return worth if self.most is None else min(worth, self.most)


@dataclass(frozen=True, slots=True)
class Table:
    as_of: date
    companies: tuple[Company, ...]
    programmes: tuple[Programme, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A car and its buyer: ``answers`` are the questions answered with yes."""

    city: str
    province: str
    price: int
    energy: str
    invoice: str
    day: date
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a buyer has a programme: ``amount`` in fen when they do, otherwise ``why`` not (a key of ``WHY``)."""

    programme: Programme
    eligible: bool
    amount: int
    why: str

    @property
    def reason(self) -> str:
        return str(WHY[self.why]) if self.why else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything the city decides, on a date."""

    company: Company
    verdicts: tuple[Verdict, ...]
    as_of: date

    @property
    def total(self) -> int:
        return sum(verdict.amount for verdict in self.verdicts)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for verdict in self.verdicts for question in verdict.programme.questions)

    def as_json(self, case: Case) -> dict[str, Any]:
        """What an order keeps."""
        return {
            "as_of": self.as_of.isoformat(),
            "day": case.day.isoformat(),
            "city": case.city,
            "province": case.province,
            "company": self.company.as_json(),
            "answers": sorted(case.answers),
            "subsidies": [_kept(verdict) for verdict in self.verdicts],
            "total": self.total,
        }


WHY = {
    "invoice": pgettext_lazy("subsidy", "Only for private buyers."),
    "answers": pgettext_lazy("subsidy", "Only if the statement above is true."),
    "least": pgettext_lazy("subsidy", "The car costs too little for it."),
    "invoice_city": pgettext_lazy("subsidy", "Our invoice comes from another city, so it is not paid."),
    "other": pgettext_lazy("subsidy", "Another subsidy of the same kind is worth more."),
}
NOT_KNOWN = _("Choose the city of registration to see who invoices and which subsidies you can have.")


def _kept(verdict: Verdict) -> dict[str, Any]:
    programme = verdict.programme
    return {
        "slug": programme.slug,
        "name_en": programme.name_en,
        "name_zh": programme.name_zh,
        "eligible": verdict.eligible,
        "amount": verdict.amount,
        "why": verdict.why,
        "source_en": programme.source_en,
        "source_zh": programme.source_zh,
        "paid_en": programme.paid_en,
        "paid_zh": programme.paid_zh,
    }


@lru_cache
def table(path: Path = TABLE) -> Table:
    """The table of this installation.

    Raises:
        ValueError: nobody invoices where no other company does, or a name stands there twice.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    companies = tuple(Company(**(row | {"provinces": frozenset(row["provinces"])})) for row in data["company"])
    if not companies or companies[-1].provinces:
        raise ValueError("The last company invoices everywhere else: its provinces are empty.")
    programmes = tuple(_programme(row) for row in data.get("programme", ()))
    if len({one.slug for one in programmes}) != len(programmes):
        raise ValueError("Every programme has a name of its own.")
    return Table(data["as_of"], companies, programmes)


def _programme(row: Mapping[str, Any]) -> Programme:
    sets: dict[str, Any] = {name: frozenset(row[name]) for name in ("cities", "energies", "invoice") if name in row}
    asked = tuple(
        Question(f"{row['slug']}.{one['code']}", one["text_en"], one["text_zh"]) for one in row.get("question", ())
    )
    plain = {name: value for name, value in row.items() if name not in (*sets, "question", "percent")}
    return Programme(**plain, **sets, percent=Decimal(row.get("percent", "0")), questions=asked)


def answer(case: Case, rows: Table | None = None) -> Answer:
    """Who invoices, and what the buyer can have."""
    known = rows or table()
    company = next((one for one in known.companies if case.province in one.provinces), known.companies[-1])
    near = [one for one in known.programmes if _concerns(one, case)]
    return Answer(company, tuple(_one_of_each_group([_judge(one, case, company) for one in near])), known.as_of)


def _concerns(programme: Programme, case: Case) -> bool:
    """Whether a programme is worth mentioning: its time, its place, its kind of car."""
    return (
        programme.starts_on <= case.day < programme.ends_on
        and (not programme.cities or case.city in programme.cities)
        and (not programme.energies or case.energy in programme.energies)
    )


def _judge(programme: Programme, case: Case, company: Company) -> Verdict:
    needed = {question.field for question in programme.questions}
    checks = (
        ("invoice", bool(programme.invoice) and case.invoice not in programme.invoice),
        ("least", case.price < programme.least),
        ("invoice_city", programme.invoice_in_city and company.city != case.city),
        ("answers", not needed <= case.answers),
    )
    why = next((name for name, unmet in checks if unmet), "")
    return Verdict(programme, not why, 0 if why else programme.worth(case.price), why)


def _one_of_each_group(verdicts: Sequence[Verdict]) -> Iterable[Verdict]:
    best: dict[str, Verdict] = {}
    for verdict in verdicts:
        group = verdict.programme.group
        if verdict.eligible and group and (group not in best or verdict.amount > best[group].amount):
            best[group] = verdict
    for verdict in verdicts:
        group = verdict.programme.group
        if verdict.eligible and group and best[group] is not verdict:
            yield Verdict(verdict.programme, eligible=False, amount=0, why="other")
        else:
            yield verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """A subsidy as an order keeps it, for its page."""

    slug: str
    name_en: str
    name_zh: str
    eligible: bool
    amount: int
    why: str
    source_en: str
    source_zh: str
    paid_en: str
    paid_zh: str

    name, source, paid = Translated("name"), Translated("source"), Translated("paid")


@dataclass(frozen=True, slots=True)
class Promise:
    """What an order was told: the company's name and city, and the subsidies its buyer can have."""

    company_en: str
    company_zh: str
    city: str
    as_of: date
    subsidies: tuple[Kept, ...]

    company = Translated("company")


def promise_of(region: Mapping[str, Any]) -> Promise | None:
    """An order's stored answer, or None for one that was placed without."""
    if not region:
        return None
    company = region["company"]
    kept = tuple(Kept(**row) for row in region["subsidies"] if row["eligible"])
    day = date.fromisoformat(region["as_of"])
    return Promise(company["name_en"], company["name_zh"], company["city"], day, kept)
