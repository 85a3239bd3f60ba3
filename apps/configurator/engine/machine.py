"""The one interface to every engine: compiled or solving, small or large, the answers are the same."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .answer import Answer, Conflict, Repair
from .model import Context, Model, literals

if TYPE_CHECKING:
    from .compiler import Budget


class Machine(ABC):
    """Answers for one model in one context. Immutable; may be shared between threads.

    ``choices`` are literals as in ``model.py``; one that does not exist raises ``ModelError``. ``option`` may be a
    refusal ``!x`` too ("why can I not leave it out?"). Explanations and repairs raise ``TookTooLong`` after their
    ``deadline`` (``time.monotonic``), which a compiled machine hardly ever meets.
    """

    def __init__(self, model: Model, context: Context) -> None:
        self.model = model
        self.context = context

    @abstractmethod
    def possible(self, choices: tuple[str, ...]) -> frozenset[str]:
        """The literals that can be had, as in ``Answer.from_total`` and ``refuse`` but without totals."""

    @abstractmethod
    def answer(self, choices: tuple[str, ...], *, budget: int | None = None) -> Answer:
        """Totals of all options; those above the ``budget`` (fen) are answered as impossible."""

    @abstractmethod
    def why(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Conflict | None:
        """A minimal set of choices and rules that blocks the option, ``None`` if it is not blocked."""

    @abstractmethod
    def repair(self, choices: tuple[str, ...], option: str, *, deadline: float | None = None) -> Repair | None:
        """The nearest car with the option (its own group's choice is not counted), ``None`` if no car has it."""

    def repairs(self, choices: tuple[str, ...], wanted: Iterable[str] | None = None) -> Mapping[str, tuple[int, int]]:
        """Every literal (of those ``wanted``, without others) that some car has: how many choices its nearest repair
        gives up, and that repair's total."""
        asked = literals(self.model) if wanted is None else set(literals(self.model)).intersection(wanted)
        found = ((literal, self.repair(choices, literal)) for literal in asked)
        return {literal: (repair.changes, repair.price) for literal, repair in found if repair is not None}

    @abstractmethod
    def conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Conflict | None:
        """A minimal contradiction among the choices and the rules, ``None`` if there is a car."""

    @abstractmethod
    def repair_conflict(self, choices: tuple[str, ...], *, deadline: float | None = None) -> Repair | None:
        """The nearest car to choices that contradict each other, ``None`` if the model has no car."""


def machine_for(model: Model, context: Context, budget: "Budget | None" = None, *, apart: bool = False) -> Machine:
    """The best machine for the model: compiled where that succeeds within the budget, else solving.

    ``apart`` compiles in a process of its own, for large models in a process that has other things to do.
    """
    from .compiled import CompiledModel
    from .compiler import BudgetExceeded
    from .process import compile_apart
    from .publishing import compile_model
    from .solvers import SolverModel
    from .tables import TableTooLarge

    try:
        circuit = (compile_apart if apart else compile_model)(model, context, budget)
    except (BudgetExceeded, TableTooLarge):
        return SolverModel(model, context)
    return CompiledModel(model, context, circuit)


def machine_over(model: Model, context: Context, artefact: bytes | memoryview) -> Machine:
    """The machine over a stored artefact (``Circuit.to_bytes``), for instance a memory map; nothing is compiled.

    Raises ``CircuitError`` if the bytes are no artefact of this version, or of other rules than the model's.
    """
    from .circuit import Circuit, CircuitError, circuit_key
    from .compiled import CompiledModel

    circuit = Circuit.from_bytes(artefact)
    if circuit.key != circuit_key(model, context):
        raise CircuitError("the artefact belongs to other rules")
    return CompiledModel(model, context, circuit)
