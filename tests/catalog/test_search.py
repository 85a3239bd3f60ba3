import pytest

from apps.catalog.models import CarModel
from apps.catalog.search import document_grams, query_grams
from apps.catalog.services import index_car_models
from tests.factories.catalog import make_brand, make_car_model


def found(words: str) -> list[str]:
    return list(CarModel.objects.matching(words).order_by("slug").values_list("slug", flat=True))


@pytest.fixture
def showroom(db: None) -> None:
    aion = make_brand("gac-aion", name_zh="埃安", aliases="广汽埃安")
    changan = make_brand("changan", name_en="Changan", name_zh="长安")
    avatr = make_brand("avatr", name_en="Avatr", name_zh="阿维塔", aliases="avita")
    make_car_model("ut", brand=aion, name_en="UT", name_zh="UT")
    make_car_model("v", brand=aion, name_en="V", name_zh="V")
    make_car_model("uni-v", brand=changan, name_en="UNI-V", name_zh="UNI-V")
    make_car_model("cs75", brand=changan, name_en="CS75 Plus", name_zh="CS75 PLUS")
    make_car_model("twelve", brand=avatr, name_en="12", name_zh="12")


@pytest.mark.usefixtures("showroom")
@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("埃安 UT", ["ut"]),
        ("埃安UT", ["ut"]),
        ("长安", ["cs75", "uni-v"]),
        ("安", ["cs75", "uni-v", "ut", "v"]),
        ("changan", ["cs75", "uni-v"]),
        ("chang an", ["cs75", "uni-v"]),
        ("ai an ut", ["ut"]),
        ("avita", ["twelve"]),
        ("aweita", ["twelve"]),
        ("awei", ["twelve"]),
        ("a wei ta", ["twelve"]),
        ("univ", ["uni-v"]),
        ("UNI-V", ["uni-v"]),
        ("cs75plus", ["cs75"]),
        ("ＣＳ７５", ["cs75"]),
        ("长城", []),
        ("埃安 CS75", []),
    ],
)
def test_every_part_of_the_words_must_be_found(words: str, slugs: list[str]) -> None:
    assert found(words) == slugs


@pytest.mark.usefixtures("showroom")
def test_words_without_a_letter_restrict_nothing() -> None:
    assert len(found("—!?")) == 5


@pytest.mark.usefixtures("showroom")
def test_a_typo_finds_the_closest_name() -> None:
    assert CarModel.objects.close_to("avta")[0].slug == "twelve"


def test_two_characters_ask_for_their_pair() -> None:
    assert query_grams("埃安 UT") == ["^ut", "埃安"]


def test_a_document_holds_pinyin_by_syllable_together_and_by_initials() -> None:
    grams = document_grams(["长安"])

    assert {"长", "安", "长安", "cha", "ang", "nga", "^ca", "^an", "^ch"} <= set(grams)


@pytest.mark.usefixtures("showroom")
def test_indexing_again_changes_nothing_and_a_new_name_is_found() -> None:
    assert index_car_models(CarModel.objects.all()) == 0
    CarModel.objects.filter(slug="ut").update(name_zh="鹦鹉龙")

    assert index_car_models(CarModel.objects.all()) == 1
    assert found("yingwulong") == ["ut"]
