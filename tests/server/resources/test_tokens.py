"""Tokens: made once, listed without their secret, revoked for good."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from server.auth.tokens import token_hash
from server.db.models.users import ApiToken
from tests.server.resources.people import People, people


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


def ask(folk: People, **query: str) -> httpx.Response:
    return httpx.get(f"{folk.server.url}/api/user/token/", params=query, auth=("admin", "admin"))


def whoami(folk: People, token: str) -> httpx.Response:
    return httpx.get(f"{folk.server.url}/api/user/me/", headers={"Authorization": f"Token {token}"})


def test_the_same_name_gives_the_same_token_until_it_is_revoked(folk: People) -> None:
    first, again, other = ask(folk, name="scanner"), ask(folk, name="scanner"), ask(folk, name="laptop")
    assert first.json() == again.json()
    assert first.json()["token"] != other.json()["token"]
    with folk.client("admin") as admin:
        number = next(token["id"] for token in admin.get("user/tokens/").json() if token["name"] == "scanner")
        assert admin.delete(f"user/tokens/{number}/").status_code == 204
    renewed = ask(folk, name="scanner").json()["token"]
    assert renewed != first.json()["token"]
    assert whoami(folk, first.json()["token"]).json() == {"detail": "Token has been revoked"}
    assert whoami(folk, renewed).status_code == 200


def test_names_are_cleaned(folk: People) -> None:
    assert ask(folk, name=" my scanner\x1b[2J ").json()["name"] == "my-scanner[2J"
    assert ask(folk, name="x" * 200).json()["name"] == "x" * 100
    assert ask(folk, name="<b>x</b>").json() == {"non_field_errors": ["Remove HTML tags from this value"]}


def test_a_token_is_kept_as_a_hash_and_never_shown_again(folk: People) -> None:
    text = ask(folk, name="scanner").json()["token"]
    with folk.client("admin") as admin:
        listed = admin.get("user/tokens/").text
    content = b"".join(path.read_bytes() for path in folk.server.settings.data_dir.glob("bincard.sqlite3*"))
    assert text not in listed and text.encode() not in content
    assert f"{text[:8]}{'*' * 33}{text[-12:]}" in listed
    assert token_hash(text).encode() in content


def test_an_expired_token_is_refused_and_replaced(folk: People) -> None:
    text = ask(folk).json()["token"]
    with folk.server.database.write() as session:
        session.execute(update(ApiToken).values(expiry=date.today() - timedelta(days=1)))
    assert whoami(folk, text).json() == {"detail": "Token has expired"}
    assert ask(folk).json()["token"] != text


def test_a_token_is_good_for_as_long_as_the_settings_say(tmp_path: Path, empty_template: Path) -> None:
    with people(tmp_path / "data", empty_template) as made:
        made.server.api.services.tokens.days = 3
        assert ask(made).json()["expiry"] == str((datetime.now(UTC) + timedelta(days=3)).date())


def test_tokens_made_by_hand_show_themselves_once(folk: People) -> None:
    with folk.client("admin") as admin:
        made = admin.post("user/tokens/", json={"name": "by hand", "expiry": "2999-01-01"})
        assert made.status_code == 201
        text = made.json()["token"]
        assert whoami(folk, text).status_code == 200
        about = admin.get(f"user/tokens/{made.json()['id']}/").json()
    assert about["token"] != text and about["name"] == "by-hand"
    assert (about["expiry"], about["active"], about["in_use"]) == ("2999-01-01", True, False)
    assert made.headers["Cache-Control"] == "no-store"


def test_users_see_and_revoke_their_own_tokens_alone(folk: People) -> None:
    theirs = ask(folk, name="of admin").json()["token"]
    with folk.as_user("sam") as sam, folk.client("admin") as admin:
        numbers = [token["id"] for token in admin.get("user/tokens/").json()]
        mine = sam.get("user/tokens/?all_users=true").json()
        assert [token["user_detail"]["username"] for token in mine] == ["sam"]
        assert [token["in_use"] for token in mine] == [True]
        for number in numbers:
            assert sam.get(f"user/tokens/{number}/").status_code == 404
            assert sam.delete(f"user/tokens/{number}/").status_code == 404
        assert sam.post("user/tokens/", json={"name": "x", "user": 1}).status_code == 403
        everybody = admin.get("user/tokens/?all_users=true").json()
        assert {token["user_detail"]["username"] for token in everybody} == {"admin", "sam"}
    assert whoami(folk, theirs).status_code == 200


def test_tokens_are_filtered_and_ordered(folk: People) -> None:
    for name in ("b", "a"):
        ask(folk, name=name)
    with folk.client("admin") as admin:
        names = [token["name"] for token in admin.get("user/tokens/", params={"ordering": "name"}).json()]
        assert names == ["a", "b", "people"]
        admin.delete("user/tokens/1/")
        assert [token["name"] for token in admin.get("user/tokens/?revoked=true").json()] == ["b"]
        assert [token["active"] for token in admin.get("user/tokens/?revoked=true").json()] == [False]
        assert admin.get("user/tokens/?user=99").status_code == 400
