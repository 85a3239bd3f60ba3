"""A compile in a process of its own, so that neither a web server nor a worker stands still or runs out of memory.

    python -m apps.configurator.engine.process ARTEFACT SECONDS EDGES < model.json

The model comes in the interchange format; "progress SECONDS EDGES" lines go out while it runs, the artefact into the
file. Exit code 3: the budget did not suffice.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from .circuit import Circuit
from .compiler import Budget, BudgetExceeded, Progress
from .interchange import document_of, read
from .model import Context, Model
from .publishing import compile_model
from .tables import TableTooLarge

_ROOT = Path(__file__).resolve().parents[3]
_BUDGET_EXCEEDED = 3


class CompileFailed(Exception):
    """The process ended without an artefact and without saying that the budget was too small."""


def compile_apart(
    model: Model, context: Context, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """``compile_model`` in a process of its own; an exception out of ``progress`` cancels it and is passed on."""
    budget = budget or Budget()
    with tempfile.TemporaryDirectory() as directory:
        artefact = Path(directory) / "circuit"
        arguments = [str(artefact), str(budget.seconds), str(budget.edges)]
        child = subprocess.Popen(
            [sys.executable, "-m", __name__, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            seconds, edges = _follow(child, json.dumps(document_of(model, context)), progress)
        finally:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()
        if child.returncode == _BUDGET_EXCEEDED:
            raise BudgetExceeded(seconds, edges)
        if child.returncode != 0:
            raise CompileFailed(f"the compile ended with code {child.returncode}")
        return Circuit.from_bytes(artefact.read_bytes())


def _follow(child: subprocess.Popen[str], document: str, progress: Progress | None) -> tuple[float, int]:
    """Hand the document over and pass the progress on until the process ends; the last seconds and edges."""
    seconds, edges = 0.0, 0
    if child.stdin is not None and child.stdout is not None:
        child.stdin.write(document)
        child.stdin.close()
        for line in child.stdout:
            _, first, second = line.split()
            seconds, edges = float(first), int(second)
            if progress is not None:
                progress(seconds, edges)
    child.wait()
    return seconds, edges


def main(arguments: list[str]) -> int:
    """The other side of ``compile_apart``."""
    inquiry = read(json.load(sys.stdin))
    budget = Budget(float(arguments[1]), int(arguments[2]))
    try:
        circuit = compile_model(inquiry.model, inquiry.context, budget, _tell)
    except (BudgetExceeded, TableTooLarge):
        return _BUDGET_EXCEEDED
    Path(arguments[0]).write_bytes(circuit.to_bytes())
    return 0


def _tell(seconds: float, edges: int) -> None:
    sys.stdout.write(f"progress {seconds:.2f} {edges}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
