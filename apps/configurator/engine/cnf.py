"""Feature models in DIMACS CNF, as public benchmarks come: every variable is an option that may be picked or not.

Names come from comments ``c NUMBER NAME``; a variable without one is called ``vNUMBER``. Clauses become rules
``c1``, ``c2``, … ("if all negated ones are picked, one of the others is"); what makes such a model small enough to
compile happens in ``simplify.py``, as for every model.
"""

from collections.abc import Iterable

from .model import Group, Model, ModelError, Option, Requires


def read_dimacs(lines: Iterable[str]) -> Model:
    """The model of a CNF file. Raises ``ModelError`` for a line that is none."""
    names: dict[int, str] = {}
    clauses: list[list[int]] = []
    variables = 0
    rest: list[int] = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0] == "%":
            continue
        if words[0] == "c":
            if len(words) >= 3 and words[1].isdigit():
                names[int(words[1])] = words[2]
        elif words[0] == "p":
            variables = _integers(words[2:3], number)[0]
        else:
            for literal in _integers(words, number):
                if literal:
                    rest.append(literal)
                else:
                    clauses.append(rest)
                    rest = []
    top = max([variables, *(abs(literal) for clause in clauses for literal in clause)])
    options = {number: names.get(number, f"v{number}") for number in range(1, top + 1)}
    return Model(
        (Group("features", "any", tuple(Option(name) for name in options.values())),),
        tuple(_rule(f"c{place}", clause, options) for place, clause in enumerate(clauses, start=1)),
    )


def _rule(name: str, clause: list[int], options: dict[int, str]) -> Requires:
    picked = tuple(options[-literal] for literal in clause if literal < 0)
    return Requires(name, picked, tuple(options[literal] for literal in clause if literal > 0))


def _integers(words: list[str], number: int) -> list[int]:
    try:
        return [int(word) for word in words]
    except ValueError as error:
        raise ModelError("bad-cnf", "expected whole numbers", f"line {number}") from error
