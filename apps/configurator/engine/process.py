"""A compile in a process of its own, so that neither a web server nor a worker stands still or runs out of memory.

    python -m apps.configurator.engine.process ARTEFACT SECONDS EDGES < model.json

The model comes in the interchange format; "progress SECONDS EDGES" lines go out while it runs, the artefact into the
file. Exit code 3: the budget did not suffice.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from .circuit import Circuit
from .compiler import Budget, BudgetExceeded, Progress
from .interchange import document_of, read
from .model import Context, Model
from .publishing import compile_model
from .tables import TableTooLarge

_ROOT = Path(__file__).resolve().parents[3]
_BUDGET_EXCEEDED = 3
_TICK_S = 0.5
"""At least so often progress is reported, so that cancelling never waits for the compiler's next word."""


class CompileFailed(Exception):
    """The process ended without an artefact and without saying that the budget was too small."""


def compile_apart(
    model: Model, context: Context, budget: Budget | None = None, progress: Progress | None = None
) -> Circuit:
    """``compile_model`` in a process of its own; an exception out of ``progress`` cancels it and is passed on."""
    budget = budget or Budget()
    with tempfile.TemporaryDirectory() as directory:
        artefact, document = Path(directory) / "circuit", Path(directory) / "model.json"
        document.write_text(json.dumps(document_of(model, context)))
        command = [sys.executable, "-m", __name__, str(artefact), str(budget.seconds), str(budget.edges)]
        with (
            document.open() as source,
            subprocess.Popen(command, cwd=_ROOT, stdin=source, stdout=subprocess.PIPE) as child,
        ):
            seconds, edges = 0.0, 0
            try:
                for seconds, edges in _told(child):
                    if progress is not None:
                        progress(seconds, edges)
            finally:
                # After its last word it only has to end; whatever cancelled it does not wait for that.
                if sys.exc_info()[0] is not None:
                    child.kill()
        if child.returncode == _BUDGET_EXCEEDED:
            raise BudgetExceeded(seconds, edges)
        if child.returncode != 0:
            raise CompileFailed(f"the compile ended with code {child.returncode}")
        return Circuit.from_bytes(artefact.read_bytes())


def _told(child: "subprocess.Popen[bytes]") -> Iterator[tuple[float, int]]:
    """The seconds and edges that the process tells, and every tick the last ones again, until it closes its output."""
    assert child.stdout is not None
    handle, rest, last = child.stdout.fileno(), b"", (0.0, 0)
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while True:
            if selector.select(_TICK_S):
                chunk = os.read(handle, 1 << 16)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    _, seconds, edges = line.split()
                    last = float(seconds), int(edges)
            yield last


def main(arguments: list[str]) -> int:
    """The other side of ``compile_apart``."""
    inquiry = read(json.load(sys.stdin))
    budget = Budget(float(arguments[1]), int(arguments[2]))
    try:
        circuit = compile_model(inquiry.model, inquiry.context, budget, _tell)
        Path(arguments[0]).write_bytes(circuit.to_bytes())
        _tell(process_time(), circuit.edges)
    except BudgetExceeded as error:
        _tell(error.seconds, error.edges)
        return _BUDGET_EXCEEDED
    except TableTooLarge:
        return _BUDGET_EXCEEDED
    except BrokenPipeError:  # whoever asked is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _tell(seconds: float, edges: int) -> None:
    sys.stdout.write(f"progress {seconds:.2f} {edges}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
