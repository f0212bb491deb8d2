"""Opening, reading in snapshots, writing in transactions, and what is said when a database refuses."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.db.models import ProjectCode
from server.db.session import Database, DatabaseRefused, Overtaken, attempts_of

CODES = select(ProjectCode.code).order_by(ProjectCode.pk)


def codes(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(CODES).scalars())


def add(database: Database, *names: str) -> None:
    with database.write() as session:
        session.add_all(ProjectCode(code=name) for name in names)


def test_what_is_written_is_there(database: Database) -> None:
    add(database, "A", "B")
    assert codes(database) == ["A", "B"]


def test_a_write_that_was_overtaken_begins_anew(database: Database) -> None:
    def write(session: Session) -> int:
        session.add(ProjectCode(code=f"after {attempts_of(session)}"))
        session.flush()
        if attempts_of(session) < 2:
            raise Overtaken
        return attempts_of(session)

    assert database.run_write(write) == 2
    assert codes(database) == ["after 2"]


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError, match="half way"), database.write() as session:
        session.add(ProjectCode(code="A"))
        session.flush()
        raise RuntimeError("half way")
    assert codes(database) == []


def test_constraints_hold(database: Database) -> None:
    add(database, "A")
    with pytest.raises(IntegrityError):
        add(database, "A")
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(ProjectCode(code="B", responsible_id=99))
    assert codes(database) == ["A"]


def test_texts_differ_by_case_and_blanks(database: Database) -> None:
    names = ["a", "B", "b", "é", "e", "Я"]
    add(database, *names)
    with database.read() as connection:
        found = connection.execute(select(ProjectCode.code).order_by(ProjectCode.code)).scalars()
        assert list(found) == sorted(names)


def test_a_reader_sees_one_moment(database: Database) -> None:
    add(database, "A")
    with database.read() as connection:
        assert connection.execute(select(func.count(ProjectCode.pk))).scalar() == 1
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add, database, "B").result()
        assert connection.execute(select(func.count(ProjectCode.pk))).scalar() == 1
    assert codes(database) == ["A", "B"]


def test_a_raw_reader_sees_one_moment_and_counts_its_queries(database: Database) -> None:
    add(database, "A")
    sql = "SELECT code FROM common_projectcode ORDER BY pk"
    with database.snapshot() as reader:
        assert [tuple(row) for row in reader.rows(sql)] == [("A",)]
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add, database, "B").result()
        assert [tuple(row) for row in reader.rows(sql)] == [("A",)]
        assert reader.queries == 2
    with database.snapshot() as reader:
        assert len(reader.rows(sql)) == 2


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    add(database, "0")

    def count_up(session: Session) -> None:
        row = session.execute(select(ProjectCode).with_for_update()).scalar_one()
        row.code = str(int(row.code) + 1)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(database.run_write, count_up) for _ in range(80)]:
            done.result()
    assert codes(database) == ["80"]


def test_a_deadlock_is_tried_again(database: Database) -> None:
    """Two transactions take two rows in opposite order; on SQLite the second simply waits for its turn."""
    add(database, "A", "B")
    both = threading.Barrier(2)
    tries = 0

    def take(first: int, second: int) -> Callable[[Session], None]:
        met = False

        def work(session: Session) -> None:
            nonlocal met, tries
            tries += 1
            change = update(ProjectCode).values(description="taken")
            session.execute(change.where(ProjectCode.pk == first))
            if not met and not database.is_sqlite:
                met = True
                both.wait(20)
            session.execute(change.where(ProjectCode.pk == second))

        return work

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(database.run_write, take(*order)) for order in ((1, 2), (2, 1))]:
            done.result()
    assert tries == (2 if database.is_sqlite else 3)


def test_an_error_that_is_no_lost_race_is_not_tried_again(database: Database) -> None:
    tries = 0

    def work(session: Session) -> None:
        nonlocal tries
        tries += 1
        session.execute(text("SELECT no_such_column FROM common_projectcode"))

    with pytest.raises(DBAPIError):
        database.run_write(work)
    assert tries == 1


def test_two_processes_write_to_one_sqlite_file(tmp_path: Path) -> None:
    from server.db.migrate import migrate

    address = f"sqlite:///{tmp_path}/two.sqlite3"
    database = Database(address, synchronous="OFF")
    migrate(database)
    program = (
        "import sys; from server.db.session import Database; from server.db.models import ProjectCode\n"
        "database = Database(sys.argv[1], synchronous='OFF')\n"
        "for number in range(50):\n"
        "    database.run_write(lambda session: session.add(ProjectCode(code=f'{sys.argv[2]}-{number}')))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, address, name]) for name in ("a", "b")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(codes(database)) == 100
    database.close()


def test_a_sqlite_database_is_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/data/bincard.sqlite3")
    add_table = "CREATE TABLE a (b INTEGER)"
    with database.exclusive() as connection:
        connection.execute(text(add_table))
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "deep" / "data").iterdir()} == {0o600}
    database.close()


@pytest.mark.parametrize("synchronous, level", [("FULL", 2), ("NORMAL", 1)])
def test_sqlite_is_set_up_for_it(tmp_path: Path, synchronous: str, level: int) -> None:
    database = Database(f"sqlite:///{tmp_path}/bincard.sqlite3", synchronous=synchronous)
    with database.snapshot() as reader:
        found = {name: reader.rows(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": level}
    database.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_does_not_answer_is_named_without_its_password(driver: str) -> None:
    with pytest.raises(DatabaseRefused) as refused:
        Database(f"{driver}://clerk:hunter2@127.0.0.1:{free_port()}/stock")
    message = str(refused.value)
    assert "clerk:***@127.0.0.1" in message and message.endswith("Check that it runs and lets you in.")
    assert "hunter2" not in message and "\n" not in message


@pytest.mark.parametrize("address", ["oracle://somewhere/x", "no address", "sqlite:////proc/nowhere/a.sqlite3"])
def test_an_address_that_cannot_be_used_says_so(address: str) -> None:
    with pytest.raises(DatabaseRefused) as refused:
        Database(address)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3").write_text("not a database " * 100)
    with pytest.raises(DatabaseRefused, match="not a database"):
        Database(f"sqlite:///{tmp_path}/a.sqlite3")
