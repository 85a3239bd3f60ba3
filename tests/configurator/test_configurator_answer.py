"""The command that answers a model in the interchange format."""

import copy
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODEL = {
    "groups": [
        {"name": "battery", "pick": "one", "options": [{"id": "std", "price": 0}, {"id": "long", "price": 1500000}]},
        {"name": "extras", "pick": "any", "options": [{"id": "tow", "price": 300000}, {"id": "heat", "price": 90000}]},
    ],
    "rules": [
        {
            "id": "r1",
            "type": "requires",
            "if": ["tow"],
            "any_of": ["long"],
            "reason": "towing needs the long-range pack",
        },
        {"id": "r2", "type": "excludes", "options": ["tow", "heat"], "reason": "shared fuse"},
        {
            "id": "r4",
            "type": "available",
            "option": "heat",
            "markets": ["CN-N"],
            "from": "2025-11-01",
            "until": "2026-04-01",
        },
    ],
    "price_rules": [{"id": "p1", "when": ["long", "!tow"], "amount": -50000}],
    "context": {"market": "CN-N", "date": "2025-12-01"},
    "choices": ["tow"],
    "budget": None,
    "ask": ["std"],
}


def test_it_answers_the_example_of_the_interchange_format(tmp_path: Path) -> None:
    path, out = tmp_path / "model.json", StringIO()
    path.write_text(json.dumps(MODEL))
    call_command("configurator_answer", str(path), stdout=out)
    assert json.loads(out.getvalue()) == {
        "count": "1",
        "min": 1800000,
        "from": {"std": None, "long": 1800000, "tow": 1800000, "heat": None},
        "refuse": {"tow": 0, "heat": 1800000},
        "why": {"std": {"choices": ["tow"], "rules": ["r1"]}},
        "repair": {"std": {"changes": 1, "give_up": ["tow"], "price": 0}},
    }


@pytest.mark.parametrize("text", ["not json", '{"groups": [{"name": "a"}]}', "[]"])
def test_what_is_no_model_is_refused_with_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"model\.json"):
        call_command("configurator_answer", str(path))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json"):
        call_command("configurator_answer", "nowhere.json")


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ({"groups": []}, "1"),
        ({"groups": [{"name": "a", "pick": "any", "options": []}]}, "1"),
        ({"groups": [{"name": "a", "pick": "one", "options": []}]}, "0"),
        ({"groups": [], "price_rules": [{"id": "p", "when": [], "amount": 7}]}, "1"),
        ({"groups": [], "rules": [{"id": "r", "type": "at_least", "k": 1, "options": []}]}, "0"),
        ({"groups": [{"name": "a", "pick": "one", "options": [{"id": "x"}]}]}, "1"),
    ],
)
def test_a_model_of_next_to_nothing_is_answered(tmp_path: Path, document: object, count: str) -> None:
    answer = ask(tmp_path, json.dumps(document).encode())
    least = sum(rule["amount"] for rule in document.get("price_rules", []))  # type: ignore[attr-defined]
    assert answer["count"] == count
    assert answer["min"] == (None if count == "0" else least)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"groups": [], "budget": ' + b"9" * 10_000 + b"}",
        b'{"groups": [], "budget": NaN}',
        b'{"groups": [], "budget": 1e400}',
        b'{"groups": [{"name": "\\ud800", "pick": "any", "options": []}]}',
        b'{"groups": [{"name": "a", "pick": "any", "options": [{"id": "\\udfff"}]}]}',
        b'{"groups": {"name": "a"}}',
        b'{"groups": [[]]}',
        b'{"groups": [], "context": {"date": 20251201}}',
        b'{"groups": [], "choices": ["x"]}',
        b'{"groups": [], "ask": "x"}',
        b'{"groups": [], "rules": [{"id": "r", "type": "forbids"}]}',
    ],
)
def test_what_cannot_be_read_is_refused_with_words_and_an_exit_code(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(CommandError, match=r"model\.json: .{10}") as caught:
        ask(tmp_path, text)
    assert caught.value.returncode == 1


JUNK: list[Any] = [
    None, True, 0, -1, 1, 3, 10**30, -(10**18), 1e308, 1.5, float("nan"), "", "x", "!", "!tow", "!!tow", "tow", "std",
    "\ud800", "\x00", "2025-13-01", "2025-W01-1", [], {}, [[]], [{}], ["tow"], ["tow", "tow"], [None], {"id": "x"},
    [["std"]], "a" * 5000, ["!std"], [1],
]  # fmt: skip


def mutilated(draw: st.DrawFn) -> Any:
    """The example with one to four places of it replaced, removed or repeated."""
    document: Any = copy.deepcopy(MODEL)
    for _change in range(draw(st.integers(1, 4))):
        places = list(within(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        action = draw(st.sampled_from(["replace", "remove", "repeat"]))
        if action == "replace":
            holder[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif action == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[draw(st.sampled_from(["k", "options", "if", "zzz"]))] = copy.deepcopy(holder[key])
    return document


def within(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document, as its holder and its key."""
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield document, key
        yield from within(document[key])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.composite(mutilated)())
def test_whatever_is_wrong_with_a_document_it_is_answered_or_refused(tmp_path: Path, document: Any) -> None:
    try:
        outcome = set(ask(tmp_path, json.dumps(document).encode()))
    except CommandError as error:
        outcome = {str(error).partition(": ")[0]}
    assert outcome in ({"count", "min", "from", "refuse", "why", "repair"}, {str(tmp_path / "model.json")})


def ask(folder: Path, text: bytes) -> dict[str, Any]:
    path, out = folder / "model.json", StringIO()
    path.write_bytes(text)
    call_command("configurator_answer", str(path), stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer
