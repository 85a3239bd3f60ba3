"""A process whose workers are killed: run by test_killed_workers.py, on the test's own database.

Forks workers that drain, kills them by SIGKILL after moments that grow, and starts others, until nothing is due. Prints
how many it killed.
"""

import os
import random
import signal
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.orders.fulfilment.drain import drain  # noqa: E402
from apps.orders.models import FulfilmentStep  # noqa: E402

WORKERS = 2


def work() -> None:
    """For ever, or until killed."""
    while True:
        drain(slice_s=0.2)


def start() -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid


def is_work_left() -> bool:
    left = FulfilmentStep.objects.filter(status="ready", next_at__lte=timezone.now()).exists()
    connection.close()  # a fork must not share it
    return left


def main(seed: int) -> int:
    """Returns how many workers were killed."""
    chance, killed, patience = random.Random(seed), 0, 0.15
    drain(slice_s=0.01)  # what is loaded once is loaded before the first fork
    while is_work_left():
        pids = [start() for _ in range(WORKERS)]
        for pid in pids:
            time.sleep(chance.uniform(0.2, 1) * patience)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            killed += 1
        patience *= 1.1  # on a slow machine, too, a step gets done some day
    return killed


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
