"""The embedded database, for real."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from apps.common import embedded

ROOT = Path(__file__).parents[2]


def test_the_last_one_to_leave_stops_the_server_and_the_data_stays() -> None:
    with TemporaryDirectory(prefix="kaiche-") as place:
        Path(place).chmod(0o755)  # as root the server runs under a user of its own
        folder = Path(place) / "postgres"
        first, second = embedded.cluster(folder), embedded.cluster(folder)
        url = first.__enter__()
        assert second.__enter__() == url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        first.__exit__(None, None, None)
        psycopg.connect(url).close()
        second.__exit__(None, None, None)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        with embedded.cluster(folder) as again, psycopg.connect(again) as connection:
            connection.execute("SELECT * FROM kept")


def test_a_command_that_stops_the_server_ends_without_a_word() -> None:
    with TemporaryDirectory(prefix="kaiche-") as place:
        Path(place).chmod(0o755)
        program = f"from pathlib import Path\nfrom apps.common import embedded\nwith embedded.cluster(Path({place!r}) / 'postgres'): pass"
        for _start in range(2):
            done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
            assert (done.stdout, done.stderr) == ("", "")
