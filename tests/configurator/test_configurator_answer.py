"""The command that answers a model in the interchange format."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

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
