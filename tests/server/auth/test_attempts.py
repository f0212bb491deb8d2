"""Failed sign-ins hold up further ones: per user and address, across restarts and replicas, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update

from server.auth.attempts import Attempts, wait_seconds
from server.db.models.bincard import SignInFailure
from server.db.session import Database
from server.domain.errors import Throttled
from tests.serving import Running, running

HERE = "192.0.2.1"


def failures(database: Database, count: int, username: str = "sam", address: str = HERE, ago: float = 0) -> None:
    """Failures that happened `ago` seconds ago."""
    time = datetime.now(UTC) - timedelta(seconds=ago)
    with database.write() as session:
        for _ in range(count):
            session.add(SignInFailure(username=username, address=address, time=time))


def held_up(database: Database, username: str = "sam", address: str = HERE, tries: int = 5) -> int:
    """The seconds that the next sign-in must wait; 0 when it may go on."""
    with database.snapshot() as reader:
        try:
            Attempts(database, tries).check(reader, username, address)
        except Throttled as refusal:
            return refusal.retry_after
    return 0


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (10_000, 900)]
)
def test_the_wait_doubles_with_each_failure_up_to_a_quarter_of_an_hour(count: int, seconds: int) -> None:
    assert wait_seconds(count, tries=5, longest=900) == seconds


def test_a_few_failures_cost_nothing_and_the_next_ones_a_wait(database: Database) -> None:
    attempts = Attempts(database, 3)
    for _ in range(2):
        attempts.failed("sam", HERE)
    assert held_up(database, tries=3) == 0
    for _ in range(4):
        attempts.failed("sam", HERE)
    assert 7 <= held_up(database, tries=3) <= 8
    assert held_up(database, "eve", tries=3) == held_up(database, address="192.0.2.9", tries=3) == 0


def test_the_wait_passes_and_old_failures_are_forgotten_and_cleared(database: Database) -> None:
    failures(database, 7, ago=5)
    assert held_up(database) == 0
    failures(database, 8, username="old", ago=3601)
    assert held_up(database, "old") == 0
    Attempts(database, 5).failed("new", HERE)
    with database.read() as connection:
        kept = connection.execute(select(func.count()).where(SignInFailure.username == "old")).scalar()
    assert kept == 0


def test_signing_in_forgets_the_failures_of_that_user_from_that_address_alone(database: Database) -> None:
    failures(database, 9)
    failures(database, 9, username="eve")
    with database.snapshot() as reader:
        Attempts(database, 5).succeeded(reader, "sam", HERE)
    assert held_up(database) == 0
    assert held_up(database, "eve") > 0


def test_guessing_spread_over_machines_or_names_is_slowed_down_but_locks_nobody_out_for_long(
    database: Database,
) -> None:
    for number in range(60):
        failures(database, 1, address=f"198.51.100.{number}")
    assert 55 <= held_up(database, address="203.0.113.5") <= 60
    for number in range(60):
        failures(database, 1, username=f"user{number}", address="203.0.113.7")
    assert 55 <= held_up(database, "somebody", "203.0.113.7") <= 60
    assert held_up(database, "somebody", "203.0.113.8") == 0


# ------------------------------------------------------------------------------------------------- over HTTP


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path / "data", empty_template, sign_in_tries=3) as started:
        yield started


def sign_in(url: str, password: str, username: str = "admin") -> httpx.Response:
    return httpx.get(f"{url}/api/user/token/", auth=(username, password))


def test_too_many_wrong_passwords_refuse_the_right_one_too(server: Running) -> None:
    statuses = [sign_in(server.url, "wrong").status_code for _ in range(3)]
    assert statuses == [401, 401, 401]
    failures(server.database, 5, username="admin", address="127.0.0.1")
    refused = sign_in(server.url, "admin")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 32
    assert refused.json()["detail"].startswith("Request was throttled. Expected available in ")


def test_a_restart_forgives_nothing(tmp_path: Path, empty_template: Path) -> None:
    with running(tmp_path / "data", empty_template) as first:
        failures(first.database, 9, username="admin", address="127.0.0.1")
    with running(tmp_path / "data") as second:
        assert sign_in(second.url, "admin").status_code == 429


def test_users_that_do_not_exist_are_slowed_down_like_those_that_do(server: Running) -> None:
    for _ in range(3):
        assert sign_in(server.url, "x", "nobody").json() == {"detail": "Invalid username/password."}
    assert sign_in(server.url, "x", "nobody").status_code == 429


def test_a_token_goes_on_working_while_its_user_is_held_up(server: Running) -> None:
    token = server.token()
    failures(server.database, 20, username="admin", address="127.0.0.1")
    answer = httpx.get(f"{server.url}/api/user/me/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200


def test_a_right_password_clears_the_way(server: Running) -> None:
    for _ in range(2):
        sign_in(server.url, "wrong")
    assert sign_in(server.url, "admin").status_code == 200
    with server.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SignInFailure)).scalar() == 0


def test_waiting_it_out_lets_the_right_password_in(server: Running) -> None:
    failures(server.database, 6, username="admin", address="127.0.0.1")
    assert sign_in(server.url, "admin").status_code == 429
    with server.database.write() as session:
        session.execute(update(SignInFailure).values(time=datetime.now(UTC) - timedelta(seconds=10)))
    assert sign_in(server.url, "admin").status_code == 200
