"""Pictures that stand beside a link where people share it: a car with its name and price, composed from its still."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from apps.catalog.models import CarModel, Trim
from apps.catalog.stills import Still, folder, opened, still_of
from apps.common.fonts import SANS
from apps.common.money import yuan

WIDTH, HEIGHT = 1200, 630
QUALITY = 86
KEPT_S = 30 * 24 * 3600
DIGITS = 16
# A change of how cards are drawn changes their addresses, too.
DESIGN = "1"
STAGE, INK, INK_2 = "#e9ecee", "#11181f", "#4a525a"
MARGIN, BRAND, NAME, PRICE = 64, 84, 162, 226  # the lines that the words stand on
CAR_BOX = (150, 256, 1050, 606)  # left, top, right, bottom: below the words, never behind them
LOGO = 44


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows. Without a price line it is a car that is not sold here."""

    slug: str
    brand: str
    name: str
    price: str
    picture: Still

    @property
    def digest(self) -> str:
        """Changes with anything that the card shows: the static file's name has its own hash in it."""
        shown = (DESIGN, get_language() or "", self.brand, self.name, self.price, self.picture.webp)
        return sha256("\n".join(shown).encode()).hexdigest()[:DIGITS]

    @property
    def url(self) -> str:
        return reverse("catalog:card", args=[self.slug, self.digest])

    @property
    def alt(self) -> str:
        return f"{self.brand} {self.name}" + (f", {self.price}" if self.price else "")


def card_of(car_model: CarModel, trims: Sequence[Trim]) -> Card | None:
    """The card of a car with these trims, in the language of the moment; ``None`` for a car without a still."""
    picture = still_of(car_model)
    if picture is None:
        return None
    price = _price_line(trims) if car_model.on_sale and trims else ""
    return Card(car_model.slug, car_model.brand.name, car_model.name, price, picture)


def drawn(card: Card) -> bytes:
    """The card as a JPEG of 1200 × 630 pixels; composed once, about 60 ms."""
    key = f"card:{card.digest}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = _jpeg(_compose(card))
        cache.set(key, kept, KEPT_S)
    return kept


def general(picture: Still, claim: str, line: str) -> bytes:
    """The card of every page that is not about one car, as a JPEG: what we say of ourselves."""
    return _jpeg(_compose(Card("", "Kaiche · 开车", claim, line, picture)))


def _price_line(trims: Sequence[Trim]) -> str:
    """As the car's page says it."""
    prices = [trim.price for trim in trims]
    lowest = yuan(min(prices))
    line = lowest if min(prices) == max(prices) else _("from %(price)s") % {"price": lowest}
    return f"{line} {_('with battery')}" if any(trim.rent_price for trim in trims) else line


def _compose(card: Card) -> Image.Image:
    sheet = Image.new("RGB", (WIDTH, HEIGHT), STAGE)
    pen = ImageDraw.Draw(sheet)
    _sign(sheet)
    room = WIDTH - 2 * MARGIN
    pen.text((MARGIN, BRAND), card.brand, INK_2, _font(card.brand, 30, room - 2 * LOGO), "ls")
    pen.text((MARGIN, NAME), card.name, INK, _font(card.name, 64, room), "ls", stroke_width=1)
    pen.text((MARGIN, PRICE), card.price, INK, _font(card.price, 38, room), "ls")
    with opened(card.picture) as file, Image.open(file) as image:
        car = image.convert("RGBA")
    _park(sheet, car)
    return sheet


def _park(sheet: Image.Image, car: Image.Image) -> None:
    """The car without its empty margins, as large as its place allows, on the ground."""
    car = car.crop(car.getbbox())
    left, top, right, bottom = CAR_BOX
    scale = min((right - left) / car.width, (bottom - top) / car.height)
    car = car.resize((round(car.width * scale), round(car.height * scale)), Image.Resampling.LANCZOS)
    sheet.paste(car, ((WIDTH - car.width) // 2, bottom - car.height), car)


def _sign(sheet: Image.Image) -> None:
    """Our mark in the corner."""
    with Image.open(folder().parent / "icon.png") as image:
        mark = image.convert("RGBA").resize((LOGO, LOGO), Image.Resampling.LANCZOS)
    sheet.paste(mark, (WIDTH - MARGIN - LOGO, MARGIN - 10), mark)


def _font(text: str, size: int, room: int) -> ImageFont.FreeTypeFont:
    """The font at this size, or as much smaller as the text needs to fit."""
    font = ImageFont.truetype(SANS, size)
    wanted = font.getlength(text)
    return font if wanted <= room else font.font_variant(size=int(size * room / wanted))


def _jpeg(sheet: Image.Image) -> bytes:
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return file.getvalue()
