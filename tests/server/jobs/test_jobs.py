"""Jobs: queued with the change that wants them, done once, tried again, never lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, update

from server.db.session import Database
from server.events.reading import EVENTS, MARKS, bounds
from server.jobs.declaring import JobFailed, JobKind, Work, declared_jobs
from server.jobs.queue import JOBS, begin, queue_job, queue_periodic, rescue, retry_after
from server.jobs.runner import Runner, describe
from tests.server.resources.people import People, people
from tests.serving import running, settings_for

PATIENCE_SECONDS = 30


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [dict(row) for row in connection.execute(select(JOBS).order_by(JOBS.c.pk)).mappings()]


def put(database: Database, name: str, **more: Any) -> str:
    return database.run_write(lambda session: queue_job(session, name, **more))


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread or process: for as long as it takes, within reason."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def test_a_job_is_done_and_tells_how_it_went(folk: People) -> None:
    database, done = folk.server.database, Event()

    def add(work: Work) -> int:
        work.progress(1, 2)
        done.set()
        return int(work.arguments["a"]) + int(work.arguments["b"])

    runner = Runner(folk.server.settings, database, workers=1, alone=True, kinds={"add": JobKind("add", "", add)})
    runner.start()
    try:
        with folk.client("admin") as admin:
            task = put(database, "add", arguments={"a": 2, "b": 3})
            assert done.wait(PATIENCE_SECONDS)
            until(lambda: rows(database)[0]["state"] == "done")
            told = admin.get(f"background-task/{task}/").json()
            assert (told["exists"], told["pending"], told["complete"], told["success"]) == (True, False, True, True)
            overview = admin.get("background-task/").json()
            assert overview == {"is_running": True, "pending_tasks": 0, "scheduled_tasks": 0, "failed_tasks": 0}
            (job,) = admin.get(f"{folk.server.url}/plugin/bincard/job/").json()
    finally:
        runner.close()
    assert (job["result"], job["attempts"], job["done"], job["total"], job["error"]) == (5, 1, 1, 2, None)


def test_what_fails_is_tried_again_later_and_then_counts_as_failed(folk: People) -> None:
    database, settings = folk.server.database, folk.server.settings

    def fail(work: Work) -> None:
        raise JobFailed("the printer is out of paper")

    runner = Runner(settings, database, workers=0, alone=True, kinds={"fail": JobKind("fail", "", fail, tries=2)})
    task = put(database, "fail")
    with folk.client("admin") as admin:
        assert [one["task_id"] for one in admin.get("background-task/pending/").json()] == [task]
        runner.run_task(task)
        (row,) = rows(database)
        assert row["state"] == "queued" and timedelta(seconds=5) < row["due_at"] - datetime.now(UTC)
        assert [one["task"] for one in admin.get("background-task/scheduled/").json()] == [task]
        runner.run_task(task)
        assert rows(database)[0]["attempts"] == 1, "it is not due yet"
        database.run_write(lambda session: session.execute(update(JOBS).values(due_at=datetime.now(UTC))))
        runner.run_task(task)
        (failed,) = admin.get("background-task/failed/").json()
        assert failed["attempt_count"] == 2 and failed["result"] == "JobFailed: the printer is out of paper"
        assert admin.request("DELETE", "background-task/failed/", json={"items": [failed["pk"]]}).status_code == 200
        assert admin.get("background-task/failed/").json() == []
    runner.close()


def test_errors_of_others_are_told_without_their_text() -> None:
    try:
        int("hunter2")
    except ValueError as error:
        assert "hunter2" not in describe(error) and describe(error).startswith("ValueError at ")


def test_pauses_grow_to_an_hour() -> None:
    assert [retry_after(n).total_seconds() for n in (1, 2, 3, 30)] == [10, 20, 40, 3600]


def test_a_task_that_comes_twice_is_done_once(database: Database) -> None:
    task, now = put(database, "x"), datetime.now(UTC)
    first = database.run_write(lambda session: begin(session, task, "a", now + timedelta(seconds=1)))
    second = database.run_write(lambda session: begin(session, task, "b", now + timedelta(seconds=1)))
    assert first is not None and second is None


def test_one_waits_at_a_time(database: Database) -> None:
    first, second = put(database, "x", waiting_key="x"), put(database, "x", waiting_key="x")
    assert first == second and len(rows(database)) == 1
    later = datetime.now(UTC) + timedelta(seconds=1)
    database.run_write(lambda session: begin(session, first, "a", later))
    assert put(database, "x", waiting_key="x") != first


def test_each_round_comes_once_however_many_ask(database: Database) -> None:
    start, every = datetime(2026, 1, 1, 12, 30, tzinfo=UTC), timedelta(hours=1)
    for moment in (start, start, start + every, start + every, start + every * 1.2):
        database.run_write(lambda session, at=moment: queue_periodic(session, "tidy", every, at))  # type: ignore[misc]
    assert [row["name"] for row in rows(database)] == ["tidy"]


def test_what_a_dead_worker_had_begun_is_begun_again(database: Database) -> None:
    import socket

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host, now = socket.gethostname()[:60], datetime.now(UTC) + timedelta(seconds=1)
    lost, alive = put(database, "x"), put(database, "y")
    database.run_write(lambda session: begin(session, lost, f"{host}:{dead.pid}:1", now))
    database.run_write(lambda session: begin(session, alive, f"{host}:{os.getpid()}:1", now))
    assert database.run_write(lambda session: rescue(session, now)) == 1
    assert {row["task_id"]: row["state"] for row in rows(database)} == {lost: "queued", alive: "running"}
    assert database.run_write(lambda session: rescue(session, now + timedelta(minutes=5))) == 1


def test_old_events_are_forgotten_and_late_readers_are_told(folk: People) -> None:
    database, kind = folk.server.database, declared_jobs()["prune_events"]
    with folk.client("admin") as admin:
        for name in "abc":
            admin.post("stock/location/", json={"name": name})
        newest = bounds(database).newest
        database.run_write(lambda s: s.execute(update(EVENTS).values(time=datetime.now(UTC) - timedelta(days=99))))
        database.run_write(lambda s: s.execute(MARKS.insert().values(name="follower:test", position=newest - 1)))
        work = Work(database, folk.server.settings, {}, datetime.now(UTC))
        assert kind.run(work) == {"events": newest - 1}, "what a follower has yet to see stays"
        database.run_write(lambda s: s.execute(MARKS.delete().where(MARKS.c.name == "follower:test")))
        assert kind.run(work) == {"events": 1} and kind.run(work) == {"events": 0}
        told = admin.get(f"{folk.server.url}/plugin/bincard/events/", params={"after": newest - 1}).json()
        assert told["reset"] and told["last"] == newest
        assert not admin.get(f"{folk.server.url}/plugin/bincard/events/", params={"after": newest}).json()["reset"]


def test_records_that_are_kept_for_a_while_go(folk: People) -> None:
    database = folk.server.database
    for _ in range(2):
        put(database, "x")
    old = {"state": "done", "finished_at": datetime.now(UTC) - timedelta(days=8)}
    database.run_write(lambda s: s.execute(update(JOBS).where(JOBS.c.pk == 1).values(old)))
    gone = declared_jobs()["prune_records"].run(Work(database, folk.server.settings, {}, datetime.now(UTC)))
    assert gone == {"answers": 0, "jobs": 1, "failed jobs": 0} and len(rows(database)) == 1


def test_a_killed_worker_loses_no_job(tmp_path: Path, empty_template: Path) -> None:
    import shutil

    shutil.copytree(empty_template, tmp_path, dirs_exist_ok=True)
    database = Database(settings_for(tmp_path).url)
    environment = {**os.environ, "BINCARD_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "server", "worker"]
    try:
        tasks = [put(database, "prune_records") for _ in range(30)]
        killed = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        until(lambda: any(row["state"] != "queued" for row in rows(database)))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        again = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            until(lambda: all(row["state"] == "done" for row in rows(database)))
        finally:
            again.terminate()
            assert again.wait(PATIENCE_SECONDS) == 0
        assert [row["task_id"] for row in rows(database)] == tasks
    finally:
        database.close()


def test_a_worker_sees_what_servers_commit(tmp_path: Path, empty_template: Path) -> None:
    with running(tmp_path, empty_template) as server, server.client() as admin:
        command = [sys.executable, "-m", "server", "worker"]
        environment = {**os.environ, "BINCARD_DATA_DIR": str(tmp_path), "BINCARD_EVENT_POLL_SECONDS": "0.1"}
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert worker.stdout is not None
            assert "works on its queue" in worker.stdout.readline()

            def alerts() -> list[dict[str, object]]:
                return list(admin.get("../plugin/bincard/alert/", params={"part": part, "unresolved": True}).json())

            part = admin.post("part/", json={"name": "Bolt", "description": "", "minimum_stock": 5}).json()["pk"]
            until(lambda: bool(alerts()))
            admin.post("stock/", json={"part": part, "quantity": 7}).raise_for_status()
            until(lambda: not alerts())
        finally:
            worker.terminate()
            worker.communicate(timeout=PATIENCE_SECONDS)
        assert worker.returncode == 0
