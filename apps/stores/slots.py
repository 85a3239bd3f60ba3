"""Which times are free: arithmetic over opening times and what each bay is busy with. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Half-open, aware UTC."""

    starts_at: datetime
    ends_at: datetime


def starts(openings: Sequence[Period], *, minutes: int, step: int) -> Iterator[Slot]:
    """Every slot that lies within the opening times, one each ``step`` minutes from opening."""
    length, stride = timedelta(minutes=minutes), timedelta(minutes=step)
    for opens, closes in openings:
        moment = opens
        while moment + length <= closes:
            yield Slot(moment, moment + length)
            moment += stride


def is_free(slot: Slot, busy: Sequence[Period]) -> bool:
    return all(slot.ends_at <= begin or end <= slot.starts_at for begin, end in busy)


def bays_for(slot: Slot, bays: Mapping[int, Sequence[Period]]) -> list[int]:
    """The bays free for a slot, the least busy first, so that work spreads over them."""
    return sorted((bay for bay, busy in bays.items() if is_free(slot, busy)), key=lambda bay: (len(bays[bay]), bay))


def free(
    openings: Sequence[Period],
    bays: Mapping[int, Sequence[Period]],
    *,
    minutes: int,
    step: int,
    earliest: datetime,
    latest: datetime,
) -> list[Slot]:
    """The slots that begin in ``[earliest, latest]`` and for which some bay is free, in order of time."""
    return [
        slot
        for slot in starts(openings, minutes=minutes, step=step)
        if earliest <= slot.starts_at <= latest and any(is_free(slot, busy) for busy in bays.values())
    ]


def answer_by(openings: Sequence[Period], asked_at: datetime, within: timedelta) -> datetime:
    """When ``within`` of opening time has passed after ``asked_at``; ``openings`` in order, far enough ahead."""
    left = within
    for opens, closes in openings:
        begin = max(opens, asked_at)
        if begin >= closes:
            continue
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    return asked_at + timedelta(days=7)
