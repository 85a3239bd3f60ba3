"""Finding what is to be translated, and that nothing means two things."""

from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
import unfold
from django.test import Client
from django.utils.translation import gettext, ngettext, npgettext, override, pgettext

from apps.common.messages import (
    PACKAGES,
    Message,
    _from_python,
    _from_template,
    catalogue_names,
    catalogue_path,
    compile_catalogues,
    complaints,
    contradictions,
    extract,
    problems,
)
from tests.factories.accounts import make_staff

UNFOLD = Path(unfold.__file__).parent


def test_calls_in_code_are_found_with_plural_and_context() -> None:
    source = '_("One")\nngettext("%(n)s car", "%(n)s cars", n)\npgettext("verb", "Order")\nother("No")\n_(name)'
    assert list(_from_python(source)) == [
        Message("One"),
        Message("%(n)s car", "%(n)s cars"),
        Message("Order", context="verb"),
    ]


def test_tags_in_templates_are_found_as_django_looks_them_up() -> None:
    source = (
        '{% load i18n %}{% translate "It\'s 50%" %}'
        "{% blocktranslate trimmed with name=x %}\n  Hello\n  {{ name }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=2 %}{{ n }} car{% plural %}{{ n }} cars{% endblocktranslate %}"
        '{{ _("Yes") }}{% translate "Order" context "verb" %}{% include "x" with title=_("Title (a)") %}'
    )
    found = set(_from_template(source, "x.html"))
    assert found == {
        Message("It's 50%%"),
        Message("Hello %(name)s"),
        Message("%(n)s car", "%(n)s cars"),
        Message("Yes"),
        Message("Order", context="verb"),
        Message("Title (a)"),
    }


def test_the_kernel_is_translated() -> None:
    assert complaints("common") == []


def catalogue(path: Path, *entries: tuple[str | None, str, str]) -> Path:
    file = polib.POFile()
    for context, text, translation in entries:
        file.append(polib.POEntry(msgctxt=context, msgid=text, msgstr=translation))
    file.save(str(path))
    return path


def test_a_text_that_two_catalogues_translate_differently_is_told(tmp_path: Path) -> None:
    paths = {
        "orders": catalogue(
            tmp_path / "a.po", (None, "number", "编号"), ("role", "Store", "门店"), (None, "due", "到期")
        ),
        "stores": catalogue(
            tmp_path / "b.po", (None, "number", "序号"), ("role", "Store", "店铺"), (None, "due", "到期")
        ),
        "outbox": catalogue(tmp_path / "c.po", ("sequence", "number", "第几个"), (None, "number", "编号")),
    }
    number, store = problems([], paths)
    assert number.endswith("'number': orders/outbox '编号', stores '序号'")
    assert store.endswith("'Store' in the context 'role': orders '门店', stores '店铺'")
    assert contradictions({"orders": paths["orders"]}) == []


def test_no_text_of_ours_means_two_things() -> None:
    assert len(catalogue_names()) > 10
    assert contradictions() == []


def in_chinese(one: Message) -> str:
    if one.plural:
        plural = npgettext(one.context, one.text, one.plural, 2) if one.context else ngettext(one.text, one.plural, 2)
        return str(plural)
    return pgettext(one.context, one.text) if one.context else gettext(one.text)


def test_what_our_catalogues_say_is_what_people_read() -> None:
    """Packages stand before our apps, and have words of their own for some of our texts."""
    with override("zh-hans"):
        others = [
            f"{name}: {entry.msgid}"
            for name in catalogue_names()
            for entry in polib.pofile(str(catalogue_path(name)))
            if in_chinese(Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt))
            != (entry.msgstr or entry.msgstr_plural[0])
        ]
    assert others == []


def of_unfold() -> Iterator[tuple[str, Message]]:
    """Every text of unfold that stands on a page of ours: its templates and code, without the parts that are not installed."""
    for path in sorted([*UNFOLD.rglob("*.html"), *UNFOLD.rglob("*.py")]):
        inside = path.relative_to(UNFOLD)
        if inside.parts[0] != "contrib" or inside.parts[1] == "filters":
            text = path.read_text(encoding="utf-8")
            found = _from_python(text) if path.suffix == ".py" else _from_template(text, str(path))
            yield from ((str(inside), message) for message in found)


def test_everything_unfold_says_is_said_in_chinese() -> None:
    found = list(of_unfold())
    assert {"Type to search", "No results found", "General", "Select action to run"} <= {one.text for _, one in found}
    with override("zh-hans"):
        english = [f"{place}: {one.text}" for place, one in found if in_chinese(one) in (one.text, one.plural)]
    assert english == []


def test_what_packages_leave_untranslated_is_kept_and_compiled() -> None:
    assert complaints(PACKAGES) == []
    assert Message("Type to search") in extract(PACKAGES)
    assert Message("Delete") not in extract(PACKAGES), "Django translates it"
    compiled = catalogue_path(PACKAGES).with_suffix(".mo")
    compile_catalogues()
    compiled.unlink()
    assert compile_catalogues() == 1
    assert polib.mofile(str(compiled)).find("Type to search").msgstr == "输入关键词搜索"


@pytest.mark.django_db
def test_the_back_office_speaks_chinese_where_nothing_is_found(client: Client) -> None:
    client.force_login(make_staff(permissions=("orders.view_order",)))
    page = client.get("/zh-hans/admin/orders/order/", {"q": "nobody"}).content.decode()
    for chinese, english in (("没有符合条件的内容", "Nothing fits"), ("显示全部", "Show all"), ("订单号", ">Number<")):
        assert chinese in page
        assert english not in page
