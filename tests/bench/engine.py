"""Measures the configurator engine against its targets, with SAT and CP-SAT beside it in the same run.

    python -m tests.bench.engine --data DIRECTORY [--quick]

DIRECTORY holds the public instances (``renault-relaxed``, ``automotive01.dimacs``); without it they are left out. All
times are CPU times of one thread. A click is one whole ``answer``: all domains, totals, switch prices, refusals, the
exact number of cars and a cheapest car. Its totals are mappings over the sweep's array, as a page reads them; reading
every single one out as a Python integer is a line of its own. Choices are drawn at random until nothing is undecided.
What misses its target is named at the end; the exit code is 1 if an answer was wrong.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from apps.configurator.engine.answer import Answer
from apps.configurator.engine.circuit import Circuit
from apps.configurator.engine.cnf import read_dimacs
from apps.configurator.engine.compiled import CompiledModel
from apps.configurator.engine.compiler import Budget, BudgetExceeded
from apps.configurator.engine.deadline import TookTooLong
from apps.configurator.engine.model import Model, literals
from apps.configurator.engine.publishing import compile_model
from apps.configurator.engine.solvers import SolverModel

from .models import CONTEXT, make_vehicle, priced, read_renault

WHY_MS = 10.0
ARTEFACT_MIB = 0.5


@dataclass
class Case:
    """A model to measure; ``click`` and ``compile`` are its targets in ms and s, ``prices`` how many are asked of CP-SAT."""

    name: str
    make: Callable[[], Model]
    click: float
    compile: float | None
    prices: int
    walks: int = 12


@dataclass
class Figures:
    """Milliseconds per question."""

    click: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    repairs: list[float] = field(default_factory=list)
    why: list[float] = field(default_factory=list)
    sat: list[float] = field(default_factory=list)
    cp_sat: list[float] = field(default_factory=list)
    compared: int = 0
    wrong: int = 0


def cases(data: Path | None) -> Iterator[Case]:
    """The four models of the targets table."""
    yield Case("car, 100 options", lambda: make_vehicle(100, seed=1, coupling=0.05), 0.5, 1.0, prices=40)
    yield Case("truck, 405 options", lambda: make_vehicle(405, seed=1, coupling=0.13), 2.5, 5.0, prices=10)
    if data is not None:
        cnf = data / "automotive01.dimacs"
        yield Case("Renault, 396 values", lambda: read_renault(data), 0.6, 5.0, prices=3)
        automotive = lambda: priced(read_dimacs(cnf.read_text().splitlines()))  # noqa: E731
        yield Case("Automotive01, 2,513 features", automotive, 1.0, None, prices=4)


def clock[T](function: Callable[[], T], into: list[float]) -> T:
    """Add the CPU milliseconds of one call; what it returned."""
    started = time.thread_time()
    result = function()
    into.append((time.thread_time() - started) * 1e3)
    return result


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def walk(machine: CompiledModel, rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Choices that grow one by one, always possible, until a dozen more would change nothing."""
    choices: tuple[str, ...] = ()
    yield choices
    wanted = list(literals(machine.model))
    rng.shuffle(wanted)
    for literal in wanted[:60]:
        if literal in machine.possible(choices) and machine.model.released(choices, literal) == choices:
            choices = (*choices, literal)
            yield choices


def measure(case: Case, model: Model, circuit: Circuit) -> Figures:
    """Walk through the model, asking both engines the same."""
    rng = random.Random(7)
    machine = CompiledModel(model, CONTEXT, circuit, mode="compiled")
    solver = SolverModel(model, CONTEXT)
    figures = Figures()
    machine.why((), next(literals(model)))  # the solver is made once, at the first question
    for step in range(case.walks):
        for choices in walk(machine, rng):
            clock(partial(machine.answer, choices), figures.click)
            answer = machine.answer(choices)
            clock(partial(read_out, answer), figures.reading)
            blocked = [option for option, total in answer.from_total.items() if total is None]
            clock(partial(machine.repairs, choices, blocked), figures.repairs)
            for option in rng.sample(blocked, min(3, len(blocked))):
                clock(partial(machine.why, choices, option), figures.why)
        if step < 3:
            compare(machine, solver, choices, rng, figures, case.prices // 3 + bool(case.prices))
            compare(machine, solver, choices[: len(choices) // 2], rng, figures, 0)
    return figures


def read_out(answer: Answer) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Every total as a Python integer."""
    return dict(answer.from_total), dict(answer.refuse)


def compare(
    machine: CompiledModel,
    solver: SolverModel,
    choices: tuple[str, ...],
    rng: random.Random,
    figures: Figures,
    prices: int,
) -> None:
    """The same click by SAT (what is possible), and some of its prices by CP-SAT."""
    answer = machine.answer(choices)
    ours = {literal: answer.from_total[literal] for literal in answer.from_total}
    ours |= {f"!{option}": total for option, total in answer.refuse.items()}
    found = clock(partial(solver.possible, choices), figures.sat)
    for literal, total in ours.items():
        figures.compared += 1
        figures.wrong += (total is not None) != (literal in found)
    for literal in rng.sample(sorted(ours), prices):
        wanted = (*machine.model.released(choices, literal), literal)
        least = clock(partial(solver.least, wanted), figures.cp_sat)
        figures.compared += 1
        figures.wrong += least != ours[literal]


def report(case: Case) -> tuple[list[str], int]:
    """Compile, measure and print one model; the targets it misses, and how many answers were wrong."""
    model = case.make()
    started = time.process_time()
    circuit = compile_model(model, CONTEXT)
    seconds = time.process_time() - started
    figures = measure(case, model, circuit)
    size = len(circuit.to_bytes()) / 2**20
    prices = sum(2 if group.pick == "any" else 1 for group in model.groups for _ in group.options)
    line(f"{case.name}, {len(model.rules)} rules, {circuit.total:.1e} cars", "median", "p99", "target")
    click, repairs, why = (
        (quantile(times, 0.5), quantile(times, 0.99)) for times in (figures.click, figures.repairs, figures.why)
    )
    line("  a click, everything (ms)", *click, case.click)
    line("  and reading every total out (ms)", quantile(figures.reading, 0.5), quantile(figures.reading, 0.99), "")
    line("  repairs of all blocked options (ms), two clicks' time", *repairs, 2 * click[1])
    line("  why, minimal (ms)", *why, WHY_MS)
    line("  SAT, what is possible (ms)", quantile(figures.sat, 0.5), quantile(figures.sat, 0.99), "")
    if figures.cp_sat:
        one = quantile(figures.cp_sat, 0.5)
        line(f"  CP-SAT, one price; x {prices} (ms)", one, one * prices, "")
    line("  compile (s)", seconds, "", case.compile or "")
    line(f"  artefact (MiB), {circuit.edges} edges", size, "", ARTEFACT_MIB)
    line(f"  wrong of {figures.compared} answers compared", figures.wrong, "", 0)
    measured = (
        ("click, p99", click[1], case.click),
        ("repairs, p99", repairs[1], 2 * click[1]),
        ("why, p99", why[1], WHY_MS),
        ("compile", seconds, case.compile or float("inf")),
        ("artefact", size, ARTEFACT_MIB),
    )
    missed = [
        f"{case.name}: {what} {value:.3f}, target {target:.3f}" for what, value, target in measured if value >= target
    ]
    return missed, figures.wrong


def line(*cells: object) -> None:
    shown = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
    print(shown[0].ljust(58), *(cell.rjust(10) for cell in shown[1:]), flush=True)


def growth(sizes: Sequence[int], seeds: Sequence[int], couplings: Sequence[float]) -> None:
    """How compile, artefact and click grow with the number of options; what does not compile, and what then answers.

    ``couplings``: the share of rules across families, 0.1 as in real price lists.
    """
    line("\ngrowth: options, seed, coupling", "compile s", "edges", "MiB", "click ms", "p99")
    for coupling in couplings:
        for options in sizes:
            for seed in seeds:
                name = f"  {options}, {seed}, {coupling}"
                model = make_vehicle(options, seed=seed, coupling=coupling)
                started = time.process_time()
                try:
                    circuit = compile_model(model, CONTEXT)
                except BudgetExceeded as error:
                    line(name, time.process_time() - started, str(error))
                    line("    fallback", *until_answered(model))
                    continue
                seconds = time.process_time() - started
                machine = CompiledModel(model, CONTEXT, circuit, mode="compiled")
                clicks: list[float] = []
                for choices in walk(machine, random.Random(seed)):
                    clock(partial(machine.answer, choices), clicks)
                size = len(circuit.to_bytes()) / 2**20
                line(name, seconds, circuit.edges, size, quantile(clicks, 0.5), quantile(clicks, 0.99))


def until_answered(model: Model) -> list[str]:
    """How long a new process of the fallback takes until it says what is possible, one price, and all prices."""
    times: list[float] = []
    solver = clock(lambda: SolverModel(model, CONTEXT), times)
    clock(partial(solver.possible, ()), times)
    clock(partial(solver.least, ()), times)
    answer = clock(partial(whole_answer, solver), times)
    made, possible, price, whole = times
    if answer is None:
        return [f"possible {made + possible:.0f} ms", f"one price {price:.0f} ms", "all prices not within a minute"]
    return [f"possible {made + possible:.0f} ms", f"one price {price:.0f} ms", f"all prices {whole / 1e3:.1f} s"]


def whole_answer(solver: SolverModel) -> Answer | None:
    """All prices, if a minute is enough."""
    try:
        return solver.answer((), seconds=60.0)
    except TookTooLong:
        return None


def fallback(budget: Budget) -> None:
    """A model that does not compile within the budget: what the fallback takes."""
    model = make_vehicle(405, seed=1, coupling=0.3)
    started = time.process_time()
    try:
        compile_model(model, CONTEXT, budget)
        verdict = "it compiled"
    except BudgetExceeded as error:
        verdict = str(error)
    line(f"\nfallback: 405 options, closely coupled: {verdict}", time.process_time() - started)
    solver = SolverModel(model, CONTEXT)
    rng, choices = random.Random(1), tuple[str, ...]()
    possible: list[float] = []
    prices: list[float] = []
    for _ in range(12):
        clock(partial(solver.possible, choices), possible)
        free = sorted(o for o in solver.possible(choices) if solver.model.released(choices, o) == choices)
        choices = (*choices, rng.choice([literal for literal in free if literal not in choices]))
        clock(partial(solver.least, choices), prices)
    line("  SAT, what is possible (ms): median, p99", quantile(possible, 0.5), quantile(possible, 0.99))
    line("  CP-SAT, one price (ms): median, p99", quantile(prices, 0.5), quantile(prices, 0.99))
    line("  a process that has just started", *until_answered(model))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=None, help="directory of the public instances")
    parser.add_argument("--quick", action="store_true", help="the four models only")
    arguments = parser.parse_args()
    print("load average at the start", *(f"{load:.1f}" for load in os.getloadavg()))
    missed, wrong = list[str](), 0
    for case in cases(arguments.data):
        misses, errors = report(case)
        missed += misses
        wrong += errors
    if not arguments.quick:
        growth((100, 200, 300, 400, 600, 800), (1, 2), (0.1,))
        growth((200, 400), (1,), (0.3,))
        fallback(Budget(seconds=60.0))
    print("\nload average at the end", *(f"{load:.1f}" for load in os.getloadavg()))
    print("targets missed:", "; ".join(missed) or "none")
    if wrong:
        raise SystemExit(f"{wrong} wrong answers")


if __name__ == "__main__":
    main()
