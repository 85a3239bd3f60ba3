"""Real processes, kept running and stopped."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from apps.common.supervisor import Part, PartFailed, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
PATIENCE_S = 300


def wait_until(condition: object) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_part_that_dies_is_started_again() -> None:
    said: list[str] = []
    part = Part("sleeper", SLEEPER)
    supervisor = Supervisor([part], say=said.append)
    supervisor.start()
    assert part.process
    first = part.process
    watcher = threading.Thread(target=supervisor.run, kwargs={"period_s": 0.02})
    watcher.start()
    first.kill()
    wait_until(lambda: part.process is not first)
    supervisor.stopping = True
    watcher.join()
    supervisor.stop()
    assert said == ["The sleeper ended with exit code -9; starting it again."]
    assert not is_alive(part.process.pid)


def test_a_part_that_keeps_dying_stops_everything_with_its_name() -> None:
    other = Part("sleeper", SLEEPER)
    supervisor = Supervisor(
        [Part("broken part", [sys.executable, "-c", "raise SystemExit(3)"]), other], say=lambda _: None
    )
    supervisor.start()
    with pytest.raises(PartFailed, match=r"The broken part ended 5 times .* exit code 3"):
        supervisor.run(period_s=0.01)
    supervisor.stop()
    assert other.process
    assert not is_alive(other.process.pid)


def test_what_a_part_started_does_not_outlive_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time, pathlib;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); time.sleep(600)"
    )
    supervisor = Supervisor([Part("parent", [sys.executable, "-c", code])], say=lambda _: None)
    supervisor.start()
    wait_until(lambda: note.exists() and note.read_text())
    grandchild = int(note.read_text())
    supervisor.stop()
    wait_until(lambda: not is_alive(grandchild) or Path(f"/proc/{grandchild}/stat").read_text().split()[2] == "Z")
