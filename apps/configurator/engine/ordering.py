"""Static branching orders: the reverse of an elimination order of the graph "these variables share a clause".

The elimination takes, step by step, the variable whose removal joins the fewest pairs of neighbours that were apart
(min-fill), or, when a clause is so wide that this would take too long, the one with the lightest neighbourhood
(min-degree). Ties are broken at random from a fixed seed, and the best of several tries comes first. Neighbourhoods
are bit masks.
"""

import random
from collections.abc import Iterable, Sequence
from math import log2

WIDE = 40
"""Min-fill is quartic in the width of the widest clause; above this many variables it is min-degree."""


def elimination_orders(sizes: Sequence[int], scopes: Iterable[frozenset[int]], *, tries: int = 24) -> list[list[int]]:
    """Distinct branching orders, the one with the lowest estimate of the work first.

    ``sizes`` are the variables' numbers of values, ``scopes`` the sets of variables that share a clause.
    """
    graph = [0] * len(sizes)
    widest = 0
    for scope in scopes:
        widest = max(widest, len(scope))
        mask = sum(1 << variable for variable in scope)
        for variable in scope:
            graph[variable] |= mask & ~(1 << variable)
    weights = [log2(max(2, size)) for size in sizes]
    found: dict[tuple[int, ...], float] = {}
    for seed in range(tries if widest <= WIDE else min(tries, 2)):
        work, order = _eliminate(list(graph), weights, random.Random(seed), fill=widest <= WIDE)  # noqa: S311
        found.setdefault(tuple(reversed(order)), work)
    return [list(order) for order in sorted(found, key=lambda order: found[order])]


def estimated_work(sizes: Sequence[int], scopes: Iterable[frozenset[int]]) -> tuple[float, int]:
    """How hard it looks, as the binary logarithm of the sum of all tables, and the mask of the variables of the largest."""
    graph = [0] * len(sizes)
    for scope in scopes:
        mask = sum(1 << variable for variable in scope)
        for variable in scope:
            graph[variable] |= mask & ~(1 << variable)
    weights = [log2(max(2, size)) for size in sizes]
    work, order = _eliminate(list(graph), weights, random.Random(0), fill=True)  # noqa: S311
    largest, most = 0, -1.0
    for variable in order:
        near = bits(graph[variable])
        weight = weights[variable] + sum(weights[other] for other in near)
        if weight > most:
            largest, most = graph[variable] | 1 << variable, weight
        for other in near:
            graph[other] = (graph[other] | graph[variable]) & ~(1 << other | 1 << variable)
    return log2(work), largest


def _eliminate(graph: list[int], weights: list[float], rng: random.Random, *, fill: bool) -> tuple[float, list[int]]:
    """One elimination order and the sum of the sizes of the tables that eliminating along it would build."""
    score = _fill if fill else _degree
    scores = {variable: score(graph, weights, variable) for variable in range(len(graph))}
    order: list[int] = []
    work = 0.0
    while scores:
        least = min(scores.values())
        variable = rng.choice([other for other, value in scores.items() if value <= least + 1e-9])
        neighbours = graph[variable]
        near = bits(neighbours)
        work += 2.0 ** min(weights[variable] + sum(weights[other] for other in near), 900.0)
        dirty = neighbours
        for other in near:
            new = neighbours & ~graph[other] & ~(1 << other)
            graph[other] = (graph[other] | new) & ~(1 << variable)
            if fill:
                for third in bits(new):
                    dirty |= graph[third] & graph[other]
        del scores[variable]
        order.append(variable)
        for other in bits(dirty):
            if other in scores:
                scores[other] = score(graph, weights, other)
    return work, order


def _fill(graph: list[int], _weights: list[float], variable: int) -> float:
    """How many pairs of neighbours are apart."""
    neighbours = graph[variable]
    return float(sum((neighbours & ~graph[other]).bit_count() - 1 for other in bits(neighbours)))


def _degree(graph: list[int], weights: list[float], variable: int) -> float:
    """The weight of the neighbourhood."""
    return weights[variable] + sum(weights[other] for other in bits(graph[variable]))


def bits(mask: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    result: list[int] = []
    while mask:
        low = mask & -mask
        result.append(low.bit_length() - 1)
        mask ^= low
    return result
