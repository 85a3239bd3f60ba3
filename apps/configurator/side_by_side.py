"""Two to four saved cars side by side, differences first. Pure; amounts in fen.

Every build has two prices: as it was saved (on its own version) and today (all on the version that is on sale now), so
that two builds of different days can be compared on the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.catalog.models import CarModel
from apps.common.translated import Translated
from apps.configurator.models import Build
from apps.configurator.pricing import QuoteLine
from apps.configurator.rental import RentalTerms
from apps.configurator.services.builds import BuildQuote

MOST = 4


@dataclass(frozen=True)
class Column:
    """One build. ``terms`` are as saved, ``today_terms`` those of now; null where nothing is rented."""

    build: Build
    quote: BuildQuote
    lines: tuple[QuoteLine, ...]
    terms: RentalTerms | None
    cheapest: bool

    @property
    def today(self) -> int | None:
        """The total of today; null if the car is not offered any more."""
        return self.quote.total if self.quote.valid else None

    @property
    def today_terms(self) -> RentalTerms | None:
        return self.quote.terms if self.quote.valid else None


@dataclass(frozen=True)
class Row:
    """One group: what each build has in it, in the order of the columns."""

    code: str
    name_en: str
    name_zh: str
    cells: tuple[tuple[QuoteLine, ...], ...]
    name = Translated("name")

    @property
    def equal(self) -> bool:
        """Whether every build has the same options in it; their prices stand in the totals."""
        return len({tuple(line.code for line in cell) for cell in self.cells}) == 1


@dataclass(frozen=True)
class SideBySide:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def different(self) -> tuple[Row, ...]:
        """What every car could have and these have otherwise."""
        return tuple(row for row in self.rows if not row.equal and not self._foreign(row))

    @property
    def own(self) -> tuple[tuple[CarModel, tuple[tuple[Row, tuple[QuoteLine, ...]], ...]], ...]:
        """For each model what the others have no word for: said once, and not as rows that are mostly empty."""
        found: dict[int, tuple[CarModel, list[tuple[Row, tuple[QuoteLine, ...]]]]] = {}
        for row in self.rows:
            if self._foreign(row):
                column, cell = next((one, cell) for one, cell in zip(self.columns, row.cells, strict=True) if cell)
                found.setdefault(column.build.car_model_id, (column.build.car_model, []))[1].append((row, cell))
        return tuple((car_model, tuple(rows)) for car_model, rows in found.values())

    def _foreign(self, row: Row) -> bool:
        """Whether only one of several models has this group, and all its cars have the same in it."""
        models = {column.build.car_model_id for column in self.columns}
        filled = {column.build.car_model_id for column, cell in zip(self.columns, row.cells, strict=True) if cell}
        alike = {
            tuple(line.code for line in cell)
            for column, cell in zip(self.columns, row.cells, strict=True)
            if column.build.car_model_id in filled
        }
        return len(models) > 1 and len(filled) == 1 and len(alike) == 1

    @property
    def equal(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.equal)

    @property
    def rented(self) -> bool:
        """Whether a battery is rented in a car that is offered today; one that is not offered has no rent of today."""
        return any(column.today_terms for column in self.columns)

    @property
    def rent_changed(self) -> bool:
        """Whether somebody's terms as saved are others than today's: only then are they worth a row."""
        return any(column.terms and column.terms != column.today_terms for column in self.columns)

    @property
    def one_rent(self) -> RentalTerms | None:
        """Today's terms, where they are the same for all and are said once."""
        terms = {column.today_terms for column in self.columns}
        return terms.pop() if len(terms) == 1 else None


def compare(builds: Sequence[Build], quotes: Sequence[BuildQuote]) -> SideBySide:
    """The comparison, columns in the order given."""
    lines = [tuple(QuoteLine(**line) for line in build.lines) for build in builds]
    totals = [quote.total for quote in quotes if quote.valid]
    columns = tuple(
        Column(
            build=build,
            quote=quote,
            lines=mine,
            terms=RentalTerms.read(build.terms) if build.terms else None,
            cheapest=len(totals) > 1 and quote.valid and quote.total == min(totals) != max(totals),
        )
        for build, quote, mine in zip(builds, quotes, lines, strict=True)
    )
    heads = {line.group_code: line for mine in lines for line in mine}
    rows = tuple(
        Row(
            code=code,
            name_en=head.group_en,
            name_zh=head.group_zh,
            cells=tuple(tuple(line for line in mine if line.group_code == code) for mine in lines),
        )
        for code, head in heads.items()
    )
    return SideBySide(columns, rows)
