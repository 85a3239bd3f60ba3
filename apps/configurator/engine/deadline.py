"""How long a question to a solver may take: until a ``deadline`` in the time of ``time.monotonic``, or for ever."""

import time


class TookTooLong(Exception):
    """The search was given up at its deadline; nothing is known."""


def seconds_left(deadline: float | None) -> float | None:
    """``None`` is for ever. Raises ``TookTooLong`` when nothing is left."""
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TookTooLong
    return left
