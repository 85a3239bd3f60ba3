"""What can be subscribed to. Apps above name their topics and the kinds of events in them when they start."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PING = "webhook.ping"
_known: dict[str, tuple[str, ...]] = {}
_words: dict[str, str | Promise] = {PING: _("Trial of a webhook")}


def register(topic: str, kinds: Mapping[str, str | Promise], name: str | Promise) -> None:
    """Make a topic known; ``kinds`` has whole names such as ``order.signed``, and what people call them."""
    _known[topic] = tuple(sorted(kinds))
    _words.update({topic: name, **kinds})


def word(name: str) -> str:
    """What people call a topic or kind; of one that nobody registered, its code."""
    return str(_words.get(name, name))


def known() -> dict[str, tuple[str, ...]]:
    """Every topic with its kinds."""
    return dict(_known)


def is_known(name: str) -> bool:
    """Whether somebody may subscribe to this topic or kind."""
    return name in _known or any(name in kinds for kinds in _known.values())
