"""What simulated partners do with a job: pure functions of the job, the clock and the faults asked for.

Used by the ones that live in our own database (``simulated.py``) and by the stand-in that is a process of its own with books
of its own (``stand_in.py``). An honest simulator: whatever it decides about a job it decides once (by the job's key), and
says again when it is asked again. The stand-in runs without Django, so nothing here needs it.
"""

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from math import log
from typing import Any

from apps.orders.identifiers import make_vin

# Days in real time, as in terms.py; ``scale`` makes them shorter.
ACCEPTED_DAYS, BUILD_DAYS, TRANSPORT_DAYS, PREPARATION_DAYS, REPAIR_DAYS = 1, 10, 4, 1, 2
# World manufacturer identifiers of Chinese makers (ISO 3780): GAC Aion, Changan; "LKC" stands in for everybody else.
WMI = {"gac-aion": "LNA", "avatr": "LS6", "deepal": "LS6", "changan": "LS4", "changan-qiyuan": "LS6", "kaicheng": "LS5"}
PEOPLE = ("Chen Jie", "Zhou Ming")
YEAR_CODE = "T"  # model year 2026
PLANT = "G"
SECONDS_A_DAY, SECOND_A_DAY_AT = 86_400, 1_000


@dataclass(frozen=True, slots=True)
class Faults:
    """How a partner misbehaves. All but ``delay_ms`` are percent of jobs (upper group) or of calls (lower group)."""

    refuse: float = 0  # maker: does not build it
    wrong_vin: float = 0  # maker: sends a VIN with a wrong check digit
    wrong_build: float = 0  # maker: builds something else
    damage: float = 0  # carrier: brings it damaged
    repair: float = 0  # workshop: finds a fault, needs days more
    find: float = 0  # store: does not pass the car at once

    error: float = 0  # refuses the call, nothing done
    lost: float = 0  # does it, and the answer is lost
    silent: float = 0  # does it, and never answers
    delay_ms: int = 0
    seed: int = 0

    @classmethod
    def read(cls, facts: Mapping[str, float]) -> "Faults":
        """Of a mapping; unknown names are an error.

        Raises:
            ValueError
        """
        known = {field.name for field in fields(cls)}
        if unknown := set(facts) - known:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        whole = {name: int(value) if name in ("delay_ms", "seed") else value for name, value in facts.items()}
        return cls(**whole)  # type: ignore[arg-type]


def parse(text: str) -> dict[str, Faults]:
    """Faults by partner, out of ``maker.refuse=5,carrier.damage=10,maker.delay_ms=200``.

    Raises:
        ValueError
    """
    found: dict[str, dict[str, float]] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _sign, value = part.partition("=")
        partner, _dot, fault = name.partition(".")
        if partner not in SAYS:
            raise ValueError(f"no such partner: {partner}")
        found.setdefault(partner, {})[fault] = float(value)
    return {partner: Faults.read(facts) for partner, facts in found.items()}


@dataclass(frozen=True, slots=True)
class Job:
    """A row of a partner's books; ``number`` is its own."""

    number: int
    key: str
    facts: Mapping[str, Any]
    started_at: datetime
    cancelled_at: datetime | None


def befalls(percent: float, faults: Faults, fault: str, key: str) -> bool:
    """Whether a fault befalls a job: the same answer whenever it is asked."""
    if percent <= 0:
        return False
    digest = hashlib.sha256(f"{faults.seed}:{fault}:{key}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < percent / 100


def happens(percent: float) -> bool:
    """Whether a fault befalls this call: another answer each time."""
    return percent > 0 and random.random() < percent / 100  # noqa: S311  not a secret


def scale(days: float, speed: float) -> timedelta:
    """As ``terms.pace``."""
    factor: float = speed ** -log(SECONDS_A_DAY, SECOND_A_DAY_AT)
    return timedelta(days=days) * factor


def maker_says(job: Job, now: datetime, speed: float, faults: Faults) -> dict[str, Any]:
    """``accepted, refused, vin, as_built, next_at``."""
    accepted_at = job.started_at + scale(ACCEPTED_DAYS, speed)
    built_at = job.started_at + scale(ACCEPTED_DAYS + BUILD_DAYS, speed)
    accepted = job.cancelled_at is None and now >= accepted_at
    says: dict[str, Any] = {"accepted": accepted, "refused": "", "vin": None, "as_built": []}
    if not accepted:
        return says | {"next_at": accepted_at}
    if befalls(faults.refuse, faults, "refuse", job.key):
        return says | {"accepted": False, "refused": "No place on the line for this build", "next_at": accepted_at}
    if now < built_at:
        return says | {"next_at": built_at}
    options = list(job.facts["options"])
    # The maker builds what it was told, unless its books say that it built something else.
    built = job.facts.get("as_built", options)
    if befalls(faults.wrong_build, faults, "wrong_build", job.key):
        built = options[1:] or ["unordered"]
    vin = vin_of(job)
    if befalls(faults.wrong_vin, faults, "wrong_vin", job.key):
        vin = vin[:8] + ("0" if vin[8] != "0" else "1") + vin[9:]
    return says | {"vin": vin, "as_built": list(built), "next_at": built_at}


def carrier_says(job: Job, now: datetime, speed: float, faults: Faults) -> dict[str, Any]:
    """``arrived, damage, next_at``."""
    arrives_at = job.started_at + scale(TRANSPORT_DAYS, speed)
    arrived = job.cancelled_at is None and now >= arrives_at
    damage = arrived and befalls(faults.damage, faults, "damage", job.key)
    return {"arrived": arrived, "damage": "Dent in the left rear door" if damage else "", "next_at": arrives_at}


def workshop_says(job: Job, now: datetime, speed: float, faults: Faults) -> dict[str, Any]:
    """``prepared, fault, next_at``."""
    found_at = job.started_at + scale(PREPARATION_DAYS, speed)
    repairs = befalls(faults.repair, faults, "repair", job.key)
    ready_at = found_at + (scale(REPAIR_DAYS, speed) if repairs else timedelta())
    prepared = job.cancelled_at is None and now >= ready_at
    broken = repairs and found_at <= now < ready_at
    return {
        "prepared": prepared,
        "fault": "Scratch on the bonnet" if broken else "",
        "next_at": found_at if now < found_at else ready_at,
    }


def store_says(job: Job, now: datetime, speed: float, faults: Faults) -> dict[str, Any]:
    """``passed, found, repair_days, people, policy``. Only the first look of an order finds anything."""
    found = str(job.facts.get("found", ""))
    if job.key.endswith(":1") and befalls(faults.find, faults, "find", job.key):
        found = "Scratch on the left mirror"
    days = int(job.facts.get("repair_days", 1))
    policy = f"PDZA{job.number:014d}"
    return {"passed": not found, "found": found, "repair_days": days, "people": list(PEOPLE), "policy": policy}


SAYS: dict[str, Callable[[Job, datetime, float, Faults], dict[str, Any]]] = {
    "maker": maker_says,
    "carrier": carrier_says,
    "workshop": workshop_says,
    "store": store_says,
}


def vin_of(job: Job) -> str:
    """Always the same car for the same job, and never another job's: the serial is the job's own number."""
    model = hashlib.sha256(str(job.facts["model"]).encode()).digest()
    letters = "ABCDEFHJKLMNPRSTUVWXYZ"  # without PLANT, which stands for the first million
    descriptor = "".join(letters[byte % len(letters)] for byte in model[:5])
    lap, serial = divmod(job.number, 1_000_000)
    plant = PLANT if lap == 0 else letters[(lap - 1) % len(letters)]
    return make_vin(WMI.get(str(job.facts["brand"]), "LKC"), descriptor, YEAR_CODE, plant, serial)
