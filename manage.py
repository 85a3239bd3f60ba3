#!/usr/bin/env python
"""Run a management command; without DATABASE_URL the embedded database is started for it."""

import os
import signal
import sys

from apps.common import embedded


def _keep_bytecode() -> None:
    """Starting the portal is four processes with the same modules: where bytecode may not lie beside them, it lies in ``var``.

    Without it each process compiles them all again, which more than doubles the time until the first page.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(embedded.VAR / "bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A terminated command must still stop the database that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if sys.argv[1:2] == ["up"]:
        _keep_bytecode()
    with embedded.database_for(sys.argv):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
