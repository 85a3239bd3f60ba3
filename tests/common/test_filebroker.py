"""The embedded broker under several processes that write, read and bind at once."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

from config import filebroker

WRITERS, READERS, EACH = 3, 3, 300
NAMES = [f"told-{number}" for number in range(12)]


def connect(folder: Path) -> Any:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    transport = f"{filebroker.__name__}:Transport"
    return Connection("filesystem://localhost/", transport=transport, transport_options=options)


def write(folder: Path, writer: int) -> None:
    with connect(folder) as connection, connection.SimpleQueue("bells") as queue:
        for number in range(EACH):
            queue.put([writer, number, "x" * 2000])


def read(folder: Path, done: Any, into: Any) -> None:
    with connect(folder) as connection, connection.SimpleQueue("bells") as queue:
        while True:
            was_done = done.is_set()
            try:
                message = queue.get_nowait()
            except Empty:
                if was_done:
                    return
                continue
            into.put(tuple(message.payload[:2]))
            message.ack()


def bind(folder: Path, names: list[str]) -> None:
    with connect(folder) as connection:
        for name in names:
            Queue(name, Exchange("all", type="fanout"))(connection.default_channel).declare()


@pytest.fixture
def processes() -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    yield context
    for child in multiprocessing.active_children():
        child.kill()


def test_every_message_arrives_once_and_whole_whoever_reads(tmp_path: Path, processes: Any) -> None:
    done, into = processes.Event(), processes.Queue()
    readers = [processes.Process(target=read, args=(tmp_path, done, into)) for _ in range(READERS)]
    writers = [processes.Process(target=write, args=(tmp_path, number)) for number in range(WRITERS)]
    for one in (*readers, *writers):
        one.start()
    for one in writers:
        one.join(60)
    done.set()
    got = [into.get(timeout=60) for _ in range(WRITERS * EACH)]
    for one in readers:
        one.join(60)
    assert [one.exitcode for one in (*writers, *readers)] == [0] * (WRITERS + READERS)
    assert sorted(got) == [(writer, number) for writer in range(WRITERS) for number in range(EACH)]
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == []


def test_queues_bound_at_once_by_many_are_all_told(tmp_path: Path, processes: Any) -> None:
    binders = [processes.Process(target=bind, args=(tmp_path, NAMES[number::4])) for number in range(4)]
    for one in binders:
        one.start()
    for one in binders:
        one.join(60)
    assert [one.exitcode for one in binders] == [0] * 4
    with connect(tmp_path) as connection:
        connection.Producer(exchange=Exchange("all", type="fanout")).publish({"news": 1})
        for name in NAMES:
            assert connection.SimpleQueue(name).get(timeout=1).payload == {"news": 1}


def test_what_cannot_be_read_is_passed_over_and_a_half_written_file_is_not_seen(tmp_path: Path) -> None:
    with connect(tmp_path) as connection, connection.SimpleQueue("bells") as queue:
        queue.put({"number": 1})
        (file,) = tmp_path.glob("*.bells.msg")
        file.with_name(f"0{file.name}").write_text("")  # as an older release left it
        file.with_name(f"0{file.name}.part").write_text('{"half')
        assert queue.get(timeout=1).payload == {"number": 1}
        with pytest.raises(Empty):
            queue.get_nowait()
