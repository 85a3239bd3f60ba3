"""What can be subscribed to. Apps above name their topics and the kinds of events in them when they start."""

from collections.abc import Iterable

PING = "webhook.ping"
_known: dict[str, tuple[str, ...]] = {}


def register(topic: str, kinds: Iterable[str]) -> None:
    """Make a topic known; ``kinds`` are whole names such as ``order.signed``."""
    _known[topic] = tuple(sorted(kinds))


def known() -> dict[str, tuple[str, ...]]:
    """Every topic with its kinds."""
    return dict(_known)


def is_known(name: str) -> bool:
    """Whether somebody may subscribe to this topic or kind."""
    return name in _known or any(name in kinds for kinds in _known.values())
