"""A signed contract as a PDF, in the buyer's language. Pure: the same contract gives the same file, for ever.

The font is vendored (``common/fonts.py``) and only the characters that are used are embedded, Chinese ones included.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from apps.common.fonts import SANS
from apps.common.money import WORD_JOINER, yuan
from apps.common.translated import content_language
from apps.configurator.pricing import QuoteLine
from apps.orders.differences import FACTS, KIND, NAME_EN, NAME_ZH, QUANTITY, TOTAL, Difference, between
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind

SMALL, NORMAL, HEADING, TITLE = 8, 10, 13, 20
HEAD_MM, ROW_MM = 14, 8
GREY, BLACK, ACCENT, HAIRLINE = (90, 90, 90), (17, 24, 31), (0, 103, 87), (216, 221, 224)
Data = Mapping[str, Any]
# It would write a line for every table of the font that it drops.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Signed:
    """What is printed: the contract's data, who signed it when, and what it replaces."""

    data: Data
    sha256: str
    signature: str
    signed_at: datetime
    language: str
    replaces: Data | None = None


class _Paper(FPDF):
    """A4, with the contract's number and hash at the foot of every page."""

    def __init__(self, signed: Signed) -> None:
        super().__init__()
        self.signed = signed
        self.set_creation_date(signed.signed_at)
        self.set_title(f"{_('Purchase contract')} {signed.data['number']}")
        self.set_lang("zh-CN" if content_language() == "zh" else "en")
        self.add_font("noto", "", SANS)
        self.set_font("noto", size=NORMAL)
        self.set_margin(18)
        self.set_auto_page_break(True, margin=24)
        self.alias_nb_pages()
        self.set_draw_color(*HAIRLINE)
        self.add_page()

    def header(self) -> None:
        """The house's name at the head of every page, as on the site."""
        self.set_y(12)
        self.write_line("Kaiche 开车", HEADING, ACCENT)
        self.line(self.l_margin, 21, self.w - self.r_margin, 21)
        self.set_y(27)

    def footer(self) -> None:
        self.set_y(-17)
        self.write_line(f"SHA-256 {self.signed.sha256}", SMALL, GREY)
        told = {"number": self.signed.data["number"], "page": self.page_no(), "pages": "{nb}"}
        page = _("Contract %(number)s · page %(page)s of %(pages)s") % told
        self.write_line(page, SMALL, GREY)

    def write_line(self, text: str, size: int = NORMAL, colour: tuple[int, int, int] = BLACK) -> None:
        self.set_font_size(size)
        self.set_text_color(*colour)
        # Chinese has no spaces to break at.
        mode = WrapMode.CHAR if content_language() == "zh" else WrapMode.WORD
        self.multi_cell(
            0, size * 0.55, text.replace(WORD_JOINER, ""), wrapmode=mode, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_text_color(*BLACK)
        self.set_font_size(NORMAL)

    def heading(self, text: str, together: int = 2) -> None:
        """No heading stands alone at the foot of a page: so many rows of what follows stand with it."""
        self.ln(4)
        if self.will_page_break(HEAD_MM + ROW_MM * together):
            self.add_page()
        self.write_line(text, HEADING)
        self.ln(1)

    def signature(self, name: str) -> None:
        """The name as it was typed, over a line."""
        self.ln(3)
        self.write_line(name, TITLE)
        self.line(self.l_margin, self.get_y() + 2, self.l_margin + 80, self.get_y() + 2)
        self.ln(4)

    def rows(
        self, rows: Iterable[Sequence[str]], widths: Sequence[int], heads: Sequence[str] = (), *, sums_up: bool = False
    ) -> None:
        """A table; the last of two columns, and amounts, stand on the right. What ``sums_up`` ends with a larger row."""
        align = ["LEFT", "RIGHT"] if len(widths) == 2 else ["LEFT"] * len(widths)
        body = [[cell.replace(WORD_JOINER, "") for cell in row] for row in (*([heads] if heads else []), *rows)]
        with self.table(
            col_widths=tuple(widths),
            text_align=tuple(align),
            line_height=NORMAL * 0.55,
            padding=1,
            borders_layout="HORIZONTAL_LINES",
            first_row_as_headings=bool(heads),
            headings_style=FontFace(color=GREY),
            wrapmode=WrapMode.CHAR if content_language() == "zh" else WrapMode.WORD,
        ) as table:
            for row in body:
                is_sum = sums_up and row is body[-1]
                table.row(row, style=FontFace(size_pt=HEADING, color=ACCENT) if is_sum else None)


def render(signed: Signed) -> bytes:
    """The file, some 20 KB; takes a few seconds of computing time, most of it for the font."""
    with override(signed.language):
        paper = _Paper(signed)
        paper.write_line(_("Purchase contract"), TITLE)
        paper.ln(2)
        paper.rows(_parties(signed), (2, 3), sums_up=True)
        if signed.replaces is not None:
            _changes(paper, between(signed.replaces, signed.data))
        _goods(paper, signed.data)
        _rent(paper, signed.data)
        _city(paper, signed.data)
        _fees(paper, signed.data)
        paper.heading(_("Signature"))
        told = {"name": signed.signature, "moment": _moment(signed.signed_at)}
        paper.signature(signed.signature)
        paper.write_line(_("Signed electronically by %(name)s on %(moment)s.") % told)
        paper.write_line(
            _("The checksum below is that of these terms as data; any other terms have another one."), SMALL, GREY
        )
        return bytes(paper.output())


def _moment(at: datetime) -> str:
    return _("%(moment)s, Beijing time") % {"moment": date_format(at.astimezone(_zone()), "DATETIME_FORMAT")}


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Shanghai")


def _name(line: Sequence[Any]) -> str:
    return str(line[NAME_ZH if content_language() == "zh" else NAME_EN])


def _own(row: Data, stem: str) -> str:
    return str(row.get(f"{stem}_{content_language()}") or row.get(f"{stem}_en") or "")


def _parties(signed: Signed) -> list[tuple[str, str]]:
    data = signed.data
    _kind, title, tax_number = data["invoice"]
    company = (data.get("region") or {}).get("company") or {}
    rows = [
        (_("Order"), str(data["number"])),
        (_("Buyer"), str(data["buyer"])),
        (_("Seller"), _own(company, "name") or "Kaiche"),
        (_("City"), str(data["city"])),
        (_("Name on the invoice"), " · ".join(filter(None, (title, tax_number)))),
        (_("Total, once"), yuan(data["total"])),
    ]
    return [row for row in rows if row[1]]


def _changes(paper: _Paper, rows: Sequence[Difference]) -> None:
    paper.heading(_("What is different from the contract before"))
    heads = (_("What"), _("Before"), _("Now"))
    paper.rows([(row.what, row.before or "–", row.after or "–") for row in rows], (4, 3, 3), heads)


def _goods(paper: _Paper, data: Data) -> None:
    paper.heading(_("What is bought"))
    rows = [
        (_name(line) if line[QUANTITY] == 1 else f"{_name(line)} × {line[QUANTITY]}", yuan(line[TOTAL]))
        for line in data["lines"]
    ]
    paper.rows(rows, (3, 1))
    for line in data["lines"]:
        if line[KIND] == LineKind.CAR:
            options = [QuoteLine(**option) for option in line[FACTS].get("options", ())]
            paper.heading(_("How the car is built"))
            paper.rows([(one.group, one.name) for one in options], (2, 3))
            month = line[FACTS].get("build_month")
            if month:
                when = date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT")
                paper.write_line(_("Built in %(month)s.") % {"month": when})
    paper.heading(_("How the total comes about"))
    steps = [(_own(step, "label"), yuan(step["amount"])) for step in data["trace"]]
    paper.rows([*steps, (_("Total, once"), yuan(data["total"]))], (3, 1), sums_up=True)


def _rent(paper: _Paper, data: Data) -> None:
    terms = data["terms"]
    if not terms:
        return
    rows = [
        (_("Each month"), yuan(terms["monthly_price"])),
        (_("Kilometres included a year"), f"{terms['mileage_cap']:,}"),
        (_("Every kilometre more"), yuan(terms["overage_price"])),
        (_("Minimum term in months"), str(terms["minimum_term"])),
        (_("Buy the battery later for"), yuan(terms["buyout_price"])),
    ]
    paper.heading(_("What renting the battery costs"), together=len(rows))
    paper.rows(rows, (3, 1))


def _city(paper: _Paper, data: Data) -> None:
    kept = [row for row in (data.get("region") or {}).get("subsidies", ()) if row["eligible"]]
    if kept:
        paper.heading(_("Subsidies that were promised for your city"), together=len(kept))
        paper.rows([(_own(row, "name"), yuan(row["amount"])) for row in kept], (3, 1))


def _fees(paper: _Paper, data: Data) -> None:
    paper.heading(_("What cancelling costs"), together=len(data["fees"]) + 1)
    heads = (_("Cancelled while"), _("Fee"))
    paper.rows([(str(Status(row["status"]).label), yuan(int(row["amount"]))) for row in data["fees"]], (3, 1), heads)
    delay = data["delay"]
    told = {"amount": yuan(delay["credit_a_day"]), "days": delay["days"]}
    paper.heading(_("If the car is late"))
    paper.write_line(
        _("Each day after the promised range is credited with %(amount)s, for %(days)s days at most.") % told
    )
