"""Artefacts: bytes, keys, determinism."""

import mmap
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from apps.configurator.engine.circuit import Circuit, CircuitError, circuit_key
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.machine import machine_over
from apps.configurator.engine.model import (
    AtLeast,
    AtMost,
    Available,
    Context,
    Excludes,
    Group,
    Model,
    Option,
    PriceRule,
    Requires,
)
from apps.configurator.engine.publishing import compile_model
from tests.bench.models import CONTEXT, make_vehicle

BASE = Model(
    (Group("a", "one", (Option("m", 1), Option("n", 2))), Group("b", "any", (Option("x", 3), Option("y", 4)))),
    (Requires("r1", ("x",), ("n",), "why"), Excludes("r2", ("x", "y"))),
    (PriceRule("p1", ("n", "!x"), -1), PriceRule("p2", ("m", "y"), 5)),
)


def test_the_bytes_of_an_artefact_are_the_circuit_again_also_from_a_memory_map(tmp_path: Path) -> None:
    model = make_vehicle(40, seed=2)
    circuit = compile_model(model, CONTEXT)
    path = tmp_path / "artefact"
    path.write_bytes(circuit.to_bytes())
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        again = Circuit.from_bytes(view)
        assert (again.key, again.slots, again.total) == (circuit.key, circuit.slots, circuit.total)
        assert again.to_bytes() == circuit.to_bytes()
        machine = machine_over(model, CONTEXT, view)
        assert machine.answer(("engine-1",)) == CompiledModel(model, CONTEXT, circuit).answer(("engine-1",))
        del again, machine
        view.release()


def test_an_artefact_of_other_rules_is_refused() -> None:
    with pytest.raises(CircuitError, match="other rules"):
        machine_over(replace(BASE, rules=()), CONTEXT, compile_model(BASE, CONTEXT).to_bytes())


@pytest.mark.parametrize("damage", [lambda data: data[:-4], lambda data: b"x" + data[1:], lambda _data: b""])
def test_damaged_bytes_are_no_circuit(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CircuitError):
        Circuit.from_bytes(damage(compile_model(BASE, CONTEXT).to_bytes()))


@pytest.mark.parametrize(
    "model",
    [
        replace(BASE, groups=(Group("other", "one", (Option("m", 9), Option("n"))), BASE.groups[1])),
        replace(BASE, rules=(Excludes("e", ("y", "x", "y")), Requires("f", ("x", "x"), ("n",), "another reason"))),
        replace(BASE, rules=(*BASE.rules, Available("v", "x", ("CN",)), AtMost("w", 1, ("x", "y")))),
        replace(BASE, price_rules=(PriceRule("q", ("y", "m"), 6), PriceRule("p1", ("!x", "n"), 7))),
    ],
)
def test_prices_names_reasons_order_and_rules_that_say_nothing_new_leave_the_key_alone(model: Model) -> None:
    assert circuit_key(model, CONTEXT) == circuit_key(BASE, CONTEXT)
    assert compile_model(model, CONTEXT).to_bytes() == compile_model(BASE, CONTEXT).to_bytes()


@pytest.mark.parametrize(
    "model",
    [
        replace(BASE, rules=BASE.rules[:1]),
        replace(BASE, rules=(*BASE.rules, AtLeast("w", 1, ("x", "y")))),
        replace(BASE, rules=(*BASE.rules, Available("v", "x", ("US",)))),
        replace(BASE, price_rules=BASE.price_rules[:1]),
        replace(BASE, groups=(BASE.groups[0], replace(BASE.groups[1], options=(Option("y"), Option("x"))))),
    ],
)
def test_what_the_circuit_depends_on_changes_the_key(model: Model) -> None:
    assert circuit_key(model, CONTEXT) != circuit_key(BASE, CONTEXT)


def test_contexts_with_the_same_rules_in_force_share_an_artefact() -> None:
    model = replace(BASE, rules=(*BASE.rules, Available("v", "x", ("CN", "US"))))
    assert circuit_key(model, Context("CN")) == circuit_key(model, Context("US"))
    assert circuit_key(model, Context("CN")) != circuit_key(model, Context("EU"))


def test_a_compile_has_the_same_bytes_whatever_the_hash_seed() -> None:
    script = (
        "import hashlib; from apps.configurator.engine.publishing import compile_model;"
        "from tests.bench.models import CONTEXT, make_vehicle;"
        "print(hashlib.sha256(compile_model(make_vehicle(60, seed=4), CONTEXT).to_bytes()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout != ""
