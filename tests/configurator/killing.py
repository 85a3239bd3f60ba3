"""A worker on publications that is killed in the middle: run by test_publishing_worker.py, on the test's own database.

    python -m tests.configurator.killing MOMENT…

Forks workers; each is killed by SIGKILL as soon as it has come as far with the publication as the next moment
(``compiling``, ``compiled``, ``checking``), and a last one is let finish. Prints what was seen at each kill.
"""

import os
import signal
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from apps.configurator.models import Artefact, Publication  # noqa: E402
from apps.configurator.services import checking  # noqa: E402


def start() -> int:
    pid = os.fork()
    if pid == 0:
        try:
            checking.work()
        finally:
            os._exit(0)
    return pid


def seen() -> tuple[str, int, int]:
    """The publication's state, how many workers have begun it, how many circuits there are."""
    row = Publication.objects.filter(direct=False).values_list("state", "attempts")[0]
    artefacts = Artefact.objects.count()
    connection.close()  # a fork must not share it
    return *row, artefacts


def reached(moment: str, attempt: int) -> bool:
    state, attempts, artefacts = seen()
    now = {"compiling": state == "compiling", "compiled": artefacts >= 1, "checking": state == "checking"}
    return attempts == attempt and now[moment]


def work_until(moment: str, attempt: int) -> int:
    """The process of a worker that has come so far. One that finds the dead worker's lock still held is started again."""
    pid = start()
    while not reached(moment, attempt):
        time.sleep(0.01)
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            if seen()[0] not in Publication.WORK:
                raise SystemExit(f"the worker was done before it was {moment}")
            pid = start()
    return pid


def main(moments: list[str]) -> None:
    for attempt, moment in enumerate(moments, start=1):
        pid = work_until(moment, attempt)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print("killed while", moment, flush=True)
    while seen()[0] in Publication.WORK:
        os.waitpid(start(), 0)


if __name__ == "__main__":
    main(sys.argv[1:])
