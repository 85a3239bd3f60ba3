"""The table in which somebody chooses what to be sent. Reading only."""

from dataclasses import dataclass

from apps.messaging.kinds import OPTIONAL, Channel, Topic
from apps.messaging.services import unwanted


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    channel: str
    is_optional: bool
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Wishes:
    channels: list[str]
    rows: list[Row]


def wishes_of(owner: str) -> Wishes:
    """One row a topic, one cell a channel."""
    not_wanted = unwanted(owner)
    rows = [Row(str(topic.label), [_cell(channel, topic, not_wanted) for channel in Channel]) for topic in Topic]
    return Wishes([str(channel.label) for channel in Channel], rows)


def _cell(channel: Channel, topic: Topic, not_wanted: frozenset[str]) -> Cell:
    name = f"{channel.value}:{topic.value}"
    return Cell(name, str(channel.label), (channel, topic) in OPTIONAL, name not in not_wanted)
