"""Writes with an Idempotency-Key: done once, answered the same as often as they come."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from server.app import create_app
from server.auth.tokens import token_hash
from server.db.models.bincard import IdempotencyRecord
from server.db.models.users import ApiToken, Group, User
from server.db.session import Database
from server.rest.api import Api
from server.rest.context import Answer, Incoming
from tests.serving import Running, running, settings_for


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path / "data", empty_template) as started:
        yield started


def post(client: httpx.Client, name: str, key: str = "k1", path: str = "user/group/") -> httpx.Response:
    return client.post(path, json={"name": name}, headers={"Idempotency-Key": key})


def count(database: Database, table: Any) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_repeat_gets_the_first_answer_and_changes_nothing(server: Running) -> None:
    with server.client() as client:
        first, second = post(client, "Pickers"), post(client, "Pickers")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(server.database, Group) == 1


def test_a_repeat_after_a_restart_gets_it_too(tmp_path: Path, empty_template: Path) -> None:
    with running(tmp_path / "data", empty_template) as before, before.client() as client:
        first = post(client, "Pickers")
    with running(tmp_path / "data") as after, after.client() as client:
        second = post(client, "Pickers")
        assert second.content == first.content
        assert count(after.database, Group) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [("user/group/", "Packers"), ("user/group/?role_detail=false", "Pickers"), ("user/tokens/", "Pickers")],
)
def test_a_key_that_comes_with_another_request_is_refused(server: Running, path: str, name: str) -> None:
    with server.client() as client:
        post(client, "Pickers")
        refused = post(client, name, path=path)
    assert refused.status_code == 422
    assert "stands for another request already (POST /api/user/group/" in refused.json()["detail"]
    assert count(server.database, Group) == 1


def test_without_a_key_or_with_another_one_it_is_another_request(server: Running) -> None:
    with server.client() as client:
        assert post(client, "Pickers").status_code == 201
        assert post(client, "Pickers", "k2").json() == {"name": ["A group with this name already exists."]}
        assert client.post("user/group/", json={"name": "Packers"}).status_code == 201


def test_a_key_belongs_to_its_user(server: Running) -> None:
    with server.client() as client:
        post(client, "Pickers")
        made = client.post(
            "user/", json={"username": "sue", "first_name": "", "last_name": "", "email": "", "is_superuser": True}
        ).json()
        strong = {"password": "Str0ng-enough-pw"}
        assert client.patch(f"user/{made['pk']}/set-password/", json=strong).status_code == 200
    with server.client("sue", strong["password"]) as other:
        assert post(other, "Packers").status_code == 201
    assert count(server.database, Group) == 2


def test_what_was_refused_may_be_corrected_under_the_same_key(server: Running) -> None:
    with server.client() as client:
        assert post(client, "").status_code == 400
        assert post(client, "Pickers").status_code == 201
    assert count(server.database, IdempotencyRecord) == 1


def test_a_deletion_is_answered_twice(server: Running) -> None:
    with server.client() as client:
        pk = post(client, "Pickers").json()["pk"]
        answers = [client.delete(f"user/group/{pk}/", headers={"Idempotency-Key": "gone"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert [answer.content for answer in answers] == [b"", b""]


def test_a_key_that_is_too_long_is_refused(server: Running) -> None:
    with server.client() as client:
        refused = post(client, "Pickers", "x" * 256)
    assert refused.status_code == 400
    assert count(server.database, Group) == 0


def test_answers_are_kept_for_as_long_as_the_settings_say(server: Running) -> None:
    old = datetime.now(UTC) - timedelta(days=8)
    with server.client() as client:
        post(client, "Pickers")
        with server.database.write() as session:
            session.execute(update(IdempotencyRecord).values(created=old))
        post(client, "Packers", "k2")
        assert count(server.database, IdempotencyRecord) == 1
        assert post(client, "Pickers").status_code == 400


def test_a_key_that_expired_but_was_not_cleared_may_be_used_again(server: Running) -> None:
    with server.client() as client:
        post(client, "Pickers")
        with server.database.write() as session:
            session.execute(update(IdempotencyRecord).values(created=datetime.now(UTC) - timedelta(days=8)))
        assert post(client, "Packers").status_code == 201


def test_an_answer_that_holds_a_secret_is_not_kept(server: Running) -> None:
    with server.client() as client:
        made = client.post("user/tokens/", json={"name": "x"}, headers={"Idempotency-Key": "t"}).json()["token"]
    assert made.startswith("inv-")
    assert count(server.database, IdempotencyRecord) == 0
    content = b"".join(path.read_bytes() for path in server.settings.data_dir.glob("bincard.sqlite3*"))
    assert made.encode() not in content
    assert token_hash(made).encode() in content


# ------------------------------------------------------------------------------------------------- on every database


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[tuple[Api, str]]:
    """The application over a database of each kind, and a superuser's token."""
    made = create_app(settings_for(tmp_path / "files"), database)
    now = datetime.now(UTC)
    with database.write() as session:
        user = User(
            username="admin", password="", first_name="", last_name="", email="", is_superuser=True, is_staff=True,
            is_active=True, date_joined=now,
        )  # fmt: skip
        session.add(user)
        session.flush()
        token: ApiToken = made.services.tokens.make(session, user.pk, "", now)
        text = made.services.tokens.text(token)
    yield made, text
    made.close()


def ask(api: Api, token: str, key: str, name: str) -> Answer:
    headers = {"authorization": f"Token {token}", "idempotency-key": key}
    raw = f'{{"name": "{name}"}}'.encode()
    return api.handle(
        Incoming("POST", "/api/user/group/", "http://test", {}, headers, body={"name": name}, raw=raw)
    )  # fmt: skip


def test_the_same_request_from_many_hands_at_once_is_done_once(api: tuple[Api, str], database: Database) -> None:
    application, token = api
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda _: ask(application, token, "same", "Pickers"), range(8)))
    assert [answer.status for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert count(database, Group) == 1
    assert ask(application, token, "same", "Packers").status == 422
