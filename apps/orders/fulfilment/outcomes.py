"""What can come of a step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.orders.models import FulfilmentStep, Order

# A step that waits for somebody is woken by it; this is only in case the waking was lost.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Done:
    """The step took effect; ``then`` is the kind of the next one."""

    then: str | None = None
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: try again at this time."""

    until: datetime
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Park:
    """Trying again is no use: a person has to see to it first. ``why`` is what the work item says, a msgid with ``values``."""

    why: str
    values: dict[str, str | int] = field(default_factory=dict)


Outcome = Done | Wait | Park
Effect = Callable[[Order, FulfilmentStep, datetime], Outcome]
Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A step that needs somebody outside. ``prepare`` says, under the order's lock, what to ask; the call it returns is made
    with nothing locked and no transaction open; ``confirm`` acts upon the answer, under the lock again."""

    prepare: Callable[[Order, FulfilmentStep], Call]
    confirm: Callable[[Order, FulfilmentStep, Any, datetime], Outcome]


def once(step: FulfilmentStep, name: str) -> str:
    """A transition's key: once a round."""
    return f"{name}:r{step.round}" if step.round else name
