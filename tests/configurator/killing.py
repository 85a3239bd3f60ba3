"""A worker on publications that is killed in the middle: run by test_publishing_worker.py, on the test's own database.

Forks workers; each is killed by SIGKILL as soon as the publication has come as far as the next of ``MOMENTS``, and a
last one is let finish. Prints what was seen at each kill.
"""

import os
import signal
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from apps.configurator.models import Artefact, Publication  # noqa: E402
from apps.configurator.services import checking  # noqa: E402

MOMENTS = ("compiling", "compiled", "checking")


def start() -> int:
    pid = os.fork()
    if pid == 0:
        try:
            checking.work()
        finally:
            os._exit(0)
    return pid


def reached(moment: str) -> bool:
    state = Publication.objects.filter(direct=False).values_list("state", flat=True)[0]
    artefacts = Artefact.objects.count()
    connection.close()  # a fork must not share it
    return {
        "compiling": state == "compiling",
        "compiled": artefacts >= 1,
        "checking": state == "checking",
    }[moment]


def main() -> None:
    for moment in MOMENTS:
        pid = start()
        while not reached(moment):
            time.sleep(0.01)
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                raise SystemExit(f"the worker was done before it was {moment}")
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print("killed while", moment, flush=True)
    os.waitpid(start(), 0)


if __name__ == "__main__":
    main()
