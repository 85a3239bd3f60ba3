import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.catalog.demo import load
from apps.catalog.looks import look_of, looks, paints_of
from apps.catalog.models import CarModel
from apps.catalog.stills import names, still, stills_of
from apps.common.demo import DemoOptions

BODIES = {"hatch": {"hatch", "mini"}, "sedan": {"sedan", "coupe"}, "suv": {"suv", "box", "fastsuv", "hatch"}, "mpv": {"mpv"}, "van": {"van"}}  # fmt: skip


def quiet(label: str, done: int, total: int) -> None:
    """Report nothing."""


@pytest.mark.django_db
def test_every_car_has_a_look_of_its_own_body() -> None:
    load(DemoOptions(), quiet)
    cars = list(CarModel.objects.all())

    assert {car.slug for car in cars} == set(looks())
    for car in cars:
        look = look_of(car.slug, car.dimensions)
        assert look is not None
        assert look["body"] in BODIES[car.body], car.slug
        assert f"{car.image}-front34" in names(), car.slug
        assert all(f"{car.image}-{paint}-front34" in names() for paint in paints_of(car.slug)), car.slug


def test_a_look_carries_the_measures_of_the_catalogue() -> None:
    look = look_of("aion-ut-super", (4270, 1850, 1575, 2750))

    assert look is not None
    assert look["dims"] == {"length": 4270, "width": 1850, "height": 1575, "wheelbase": 2750}
    assert "paints" not in look


def test_a_look_in_another_paint_differs_in_the_paint_alone() -> None:
    measures = (4270, 1850, 1575, 2750)
    plain, jade = look_of("aion-ut-super", measures), look_of("aion-ut-super", measures, "jade")

    assert plain is not None
    assert jade == plain | {"paint": {"color": "#2f6b60", "finish": "metallic"}}


def test_a_paint_may_come_with_wheels_of_its_own() -> None:
    wine = look_of("aion-ut-super", (4270, 1850, 1575, 2750), "wine")

    assert wine is not None
    assert wine["paint"] == {"color": "#6b2231", "finish": "pearl"}
    assert wine["wheels"]["size"] == 17


@pytest.mark.parametrize(("slug", "measures"), [("no-such-car", (1, 1, 1, 1)), ("aion-ut", (None, None, None, None))])
def test_what_is_not_known_is_not_drawn(slug: str, measures: tuple[int | None, ...]) -> None:
    assert look_of(slug, measures) is None


def test_a_car_without_a_picture_key_has_no_still() -> None:
    assert still("") is None
    assert stills_of(CarModel(slug="aion-ut-super", image="aion-ut-super"))[0].view == "front34"


def test_a_module_of_the_model_imports_only_what_exists() -> None:
    folder = Path(settings.BASE_DIR) / "static" / "js" / "car"
    for module in folder.rglob("*.js"):
        for line in module.read_text().splitlines():
            if ' from "' in line:
                assert (module.parent / line.split('from "')[1].split('"')[0]).exists(), f"{module}: {line}"


def test_a_module_of_the_model_imports_only_what_the_bundle_of_three_has() -> None:
    """The bundle holds what was used when it was built; a name that it lacks stops the modules without a word."""
    static = Path(settings.BASE_DIR) / "static"
    bundle = (static / "vendor" / "three" / "three.min.js").read_text()
    exported = {name.split(" as ")[-1] for name in re.findall(r"export\{([^}]*)\}", bundle)[-1].split(",")}
    for module in (static / "js" / "car").rglob("*.js"):
        for block in re.findall(r'import \{([^}]*)\} from "[^"]*three\.min\.js"', module.read_text()):
            asked = {name.strip() for name in block.split(",") if name.strip()}
            assert asked <= exported, f"{module}: {asked - exported}"


def test_every_word_for_a_face_and_a_tail_is_one_that_can_be_drawn() -> None:
    """The drawings are keys of tables in the model's modules; a word that is none of them would stop the rendering."""
    folder = Path(settings.BASE_DIR) / "static" / "js" / "car"

    def keys(module: str, *tables: str) -> set[str]:
        text = (folder / module).read_text()
        bodies = [text.split(f"const {table} = {{")[1].split("\n};")[0] for table in tables]
        return {key for body in bodies for key in re.findall(r"^  (\w+): ", body, re.MULTILINE)}

    known = {
        "front": keys("panels/graphics/lamps.js", "LINES", "BLADES", "BODIES"),
        "rear": keys("panels/graphics/taillamps.js", "TAIL_LAMPS"),
        "intake": keys("panels/graphics/intakes.js", "INTAKES"),
        "corners": keys("panels/graphics/intakes.js", "CORNERS"),
        "bumper": keys("panels/graphics/bumpers.js", "BUMPERS"),
        "nose": keys("forms.js", "NOSES"),
        "form": keys("forms.js", "TAILS"),
        "bonnet": keys("forms.js", "BONNETS"),
        "chin": {"lip", "plate"},
        "spoiler": {"duck", "roof"},
        "glass": {"wrap", "slot", "none"},
        "pillar": {"black", "fin"},
        "rails": {"black", "silver"},
        "handles": {"pull"},
    }

    assert len(known["front"]) > 20
    assert len(known["rear"]) > 15
    for slug, look in looks().items():
        words = {**look, **look["lights"], **look.get("face", {}), **look.get("tail", {})}
        assert {key: words[key] for key in known if words.get(key, "") not in known[key] | {""}} == {}, slug
