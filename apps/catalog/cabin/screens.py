"""What the displays of a cabin show, drawn with Pillow: figures and signs, no words, so that one picture serves every language."""

from PIL import Image, ImageDraw, ImageFilter, ImageFont

INK, DIM, ACCENT = "#eef6f5", "#8ea3a6", "#46d8b2"
type Brush = ImageDraw.ImageDraw


def centre() -> Image.Image:
    """A map with a route, the climate, and the row of signs."""
    picture = _map((1280, 720))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 640, 1280, 720), fill="#0b1114")
    _card(brush, (40, 40, 400, 250), "#16232a")
    brush.text((72, 62), "8:16", font=_font(92), fill=INK)
    brush.text((74, 178), "23 °C", font=_font(44), fill=DIM)
    _card(brush, (40, 274, 400, 610), "#16232a")
    brush.text((72, 296), "412", font=_font(110), fill=INK)
    brush.text((278, 352), "km", font=_font(48), fill=DIM)
    brush.rounded_rectangle((72, 446, 368, 474), 14, fill="#22343b")
    brush.rounded_rectangle((72, 446, 316, 474), 14, fill=ACCENT)
    brush.text((72, 500), "82 %", font=_font(56), fill=INK)
    for i in range(7):
        x = 250 + i * 112
        brush.rounded_rectangle((x, 656, x + 48, 704), 14, fill="#1f2d33")
        brush.ellipse((x + 15, 671, x + 33, 689), outline=INK if i != 2 else ACCENT, width=4)
    brush.text((72, 654), "22.5°", font=_font(44), fill=INK)
    brush.text((1110, 654), "22.5°", font=_font(44), fill=INK)
    return picture


def cluster() -> Image.Image:
    """Speed, range and the lane ahead."""
    picture = Image.new("RGB", (960, 380), "#06090b")
    brush = ImageDraw.Draw(picture)
    brush.text((70, 70), "0", font=_font(190), fill=INK)
    brush.text((196, 196), "km/h", font=_font(44), fill=DIM)
    brush.text((78, 292), "412 km", font=_font(46), fill=DIM)
    brush.text((820, 60), "P", font=_font(96), fill=ACCENT)
    for left, right in (((560, 380), (632, 60)), ((800, 380), (728, 60))):
        brush.line((left, right), fill="#3c5258", width=6)
    brush.rounded_rectangle((636, 200, 724, 320), 26, fill="#c9d6d8")
    brush.rounded_rectangle((650, 226, 710, 262), 12, fill="#2b3a3f")
    return picture


def _map(size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, "#101a1f")
    brush = ImageDraw.Draw(picture)
    for box, colour in (
        ((780, 60, 1010, 240), "#14302a"),
        ((1080, 380, 1280, 560), "#132a31"),
        ((470, 470, 640, 640), "#14302a"),
    ):
        brush.rounded_rectangle(box, 26, fill=colour)
    for i in range(-4, 12):
        brush.line((i * 150 - 200, 0, i * 150 + 160, 720), fill="#22323a", width=9 if i % 3 else 20)
        brush.line((0, i * 92 + 60, 1280, i * 92 - 90), fill="#22323a", width=9 if i % 2 else 18)
    route = [(700, 640), (660, 520), (820, 470), (780, 330), (960, 280), (930, 150), (1060, 60)]
    glow = Image.new("RGB", size)
    ImageDraw.Draw(glow).line(route, fill="#1e7f68", width=34, joint="curve")
    picture = Image.blend(
        picture, Image.composite(glow, picture, glow.convert("L").point(lambda v: 255 if v else 0)), 0.5
    )
    picture = picture.filter(ImageFilter.GaussianBlur(1))
    brush = ImageDraw.Draw(picture)
    brush.line(route, fill=ACCENT, width=16, joint="curve")
    brush.ellipse((676, 596, 724, 644), fill=INK)
    brush.ellipse((686, 606, 714, 634), fill="#2a8cff")
    return picture


def _card(brush: Brush, box: tuple[int, int, int, int], fill: str) -> None:
    brush.rounded_rectangle(box, 28, fill=fill)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
