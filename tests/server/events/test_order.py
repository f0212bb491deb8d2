"""Whoever reads on from the last event that he has seen misses nothing, whatever order transactions commit in."""

import threading
from functools import partial

from server.db.models.stock import StockLocation
from server.db.session import Database
from server.events.reading import bounds, events_after
from server.events.recorder import record_events

WRITERS, TURNS = 5, 12


def read_on(database: Database, seen: list[int]) -> None:
    while lines := events_after(database, seen[-1] if seen else 0, 3):
        seen += [line.pk for line in lines]


def test_a_reader_beside_many_writers_sees_all_in_order(database: Database) -> None:
    record_events(database)
    ended = threading.Event()
    seen: list[int] = []

    def write(writer: int) -> None:
        for turn in range(TURNS):
            names = [f"{writer} {turn} {number}" for number in range(1 + turn % 3)]
            database.run_write(lambda session, names=names: session.add_all(StockLocation(name=name) for name in names))  # type: ignore[misc]

    def read() -> None:
        while not ended.is_set():
            read_on(database, seen)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=partial(write, number)) for number in range(WRITERS)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    reader.join()
    read_on(database, seen)
    everything = [line.pk for line in events_after(database, 0, 10_000)]
    assert seen == everything == sorted(set(everything)) and len(seen) == WRITERS * sum(1 + n % 3 for n in range(TURNS))
    assert bounds(database).newest == seen[-1]


def test_who_began_first_and_commits_last_is_told_last(database: Database) -> None:
    if database.is_sqlite:  # one writer at a time: the second would wait for the first
        return
    record_events(database)
    seen: list[int] = []
    with database.write() as early:
        early.add(StockLocation(name="early"))
        early.flush()
        with database.write() as late:
            late.add(StockLocation(name="late"))
        read_on(database, seen)
        assert len(seen) == 1
    read_on(database, seen)
    assert [line.data.count(b'"early"') > 0 for line in events_after(database, 0, 10)] == [False, True]
    assert len(seen) == 2
