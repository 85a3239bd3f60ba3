"""The statuses of an application and which may follow which: a table and nothing else."""

from collections.abc import Mapping

NEXT: Mapping[str, frozenset[str]] = {
    "received": frozenset({"review", "interview", "rejected", "withdrawn"}),
    "review": frozenset({"interview", "rejected", "withdrawn"}),
    "interview": frozenset({"offer", "rejected", "withdrawn"}),
    "offer": frozenset({"hired", "rejected", "withdrawn"}),
    "hired": frozenset(),
    # Somebody was rejected by mistake, or a place came free.
    "rejected": frozenset({"review"}),
    "withdrawn": frozenset(),
}

# Nothing happens any more, and the data is kept no longer than was promised.
DECIDED = frozenset({"hired", "rejected", "withdrawn"})


def may_become(old: str, new: str) -> bool:
    return new in NEXT[old]
