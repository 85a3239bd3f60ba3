"""What a work item says, in the language of whoever reads it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from re import findall

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import gettext, override

from apps.orders import queues, wording
from apps.orders.fulfilment.asking import ASKS
from apps.orders.fulfilment.steps import EFFECTS
from apps.orders.models import FulfilmentStep, Timer, WorkItem
from apps.orders.services import transitions
from apps.orders.services.timers import HANDLERS
from tests.factories.accounts import make_staff
from tests.factories.orders import reserved_order

SOURCES = Path(settings.BASE_DIR) / "apps" / "orders"


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def raised() -> Iterator[tuple[str, str, str, set[str]]]:
    """Every place that raises a work item or parks a step: where, kind, text, names of the values it passes by name."""
    for path in sorted(SOURCES.rglob("*.py")):
        for block in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(block, ast.FunctionDef):
                for call in ast.walk(block):
                    if isinstance(call, ast.Call) and name_of(call.func) in {"raise_work_item", "work_item"}:
                        kind, text = call.args[1], call.args[2]
                        if isinstance(kind, ast.Constant):
                            names = {one.arg or "**" for one in call.keywords}
                            yield (
                                f"{path.name}:{call.lineno}",
                                str(kind.value),
                                said(text, marked(block, call.lineno)),
                                names,
                            )


def marked(block: ast.AST, before: int) -> dict[str, str]:
    """The texts that a function has put into a variable before it comes to that line; the latest counts."""
    return {
        name_of(node.targets[0]): str(node.value.args[0].value)  # type: ignore[attr-defined]
        for node in sorted(ast.walk(block), key=lambda one: getattr(one, "lineno", 0))
        if isinstance(node, ast.Assign) and node.lineno < before
        if isinstance(node.value, ast.Call) and name_of(node.value.func) == "gettext_noop"
    }


def said(text: ast.expr, texts: dict[str, str]) -> str:
    if isinstance(text, ast.Call) and name_of(text.func) == "gettext_noop":
        return str(text.args[0].value)  # type: ignore[attr-defined]
    if isinstance(text, ast.Name):
        return texts.get(text.id) or str(getattr(wording, text.id, ""))
    return "" if not isinstance(text, ast.Attribute) else "%(why)s"  # a parked step brings its own text


def test_every_work_item_is_of_a_known_kind_and_says_something_that_is_translated() -> None:
    found = list(raised())
    assert len(found) > 25
    for place, kind, text, names in found:
        assert kind in WorkItem.Kind.values, place
        assert text, f"{place}: mark the text with gettext_noop and pass its values by name"
        if "**" not in names:
            assert set(findall(r"%\((\w+)\)s", text)) == names, place
        if text not in ("%(why)s", wording.WORK):
            with override("zh-hans"):
                assert gettext(text) != text, place


def test_whatever_works_or_waits_has_a_name() -> None:
    assert {kind for kind, _ in [*EFFECTS, *ASKS]} == set(FulfilmentStep.Kind.values)
    assert set(HANDLERS) == set(Timer.Kind.values)
    assert set(queues.QUEUES) <= set(WorkItem.Kind.values)


@pytest.mark.django_db
def test_a_work_item_is_read_in_the_readers_language() -> None:
    order = reserved_order()
    with override("zh-hans"):  # whoever raises it may read Chinese
        transitions.raise_work_item(
            order, "step", wording.FAILED, step="await_build", count=8, error="TimeoutError: the maker did not answer"
        )
    transitions.raise_work_item(order, "payment", "%(amount)s were paid instead of %(asked)s.", amount=100, asked=23_45)
    step, payment = order.work_items.get(kind="step"), order.work_items.get(kind="payment")
    assert step.text == str(step) == (
        "“Wait until the car is built” has failed 8 times: the partner did not answer in time"
    )  # fmt: skip
    assert str(payment) == "¥1 were paid instead of ¥23.45."
    with override("zh-hans"):
        assert str(step) == "“等待车辆下线”已失败 8 次：合作方未及时应答"
        assert wording.cause("KeyError: 'options'") == "出现意外错误 [KeyError: 'options']"
        assert str(payment) == "实付 ¥1，应付 ¥23.45。"


@pytest.mark.django_db
def test_texts_of_before_stay_and_what_people_write_is_no_pattern() -> None:
    order = reserved_order()
    old = WorkItem.objects.create(order=order, kind="call", text="Call 100% of them: %(name)s")
    transitions.raise_work_item(
        order, "damage", "Inspect the damage: %(found)s", found="100 % of the roof, %(so)s " * 30
    )
    with override("zh-hans"):
        assert str(old) == "Call 100% of them: %(name)s"
        assert str(order.work_items.get(kind="damage")).startswith("检查损伤：100 % of the roof, %(so)s")
        assert len(str(order.work_items.get(kind="damage"))) == wording.LONGEST


@pytest.mark.django_db
def test_clerks_read_and_find_work_in_chinese(client: Client) -> None:
    order = reserved_order()
    transitions.raise_work_item(order, "call", "Call %(name)s: the buyer has not said what shall happen.", name="李雷")
    client.force_login(make_staff(permissions=("orders.view_workitem", "orders.view_order")))
    for query in (order.number, "李雷", "the buyer has not said"):
        page = client.get("/zh-hans/admin/orders/workitem/", {"q": query}).content.decode()
        assert "请致电李雷：买家尚未说明如何处理。" in page
    assert "请致电" not in client.get("/zh-hans/admin/orders/workitem/", {"q": "nobody"}).content.decode()
    item = order.work_items.get()
    assert "请致电李雷" in client.get(f"/zh-hans/admin/orders/workitem/{item.pk}/change/").content.decode()
    assert "请致电李雷" in client.get(f"/zh-hans/admin/orders/order/{order.pk}/change/").content.decode()
    assert "请致电李雷" in client.get("/zh-hans/admin/").content.decode()
