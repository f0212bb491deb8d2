"""Signing in: the first time, the next time, when the token runs out, and at servers that are something else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import Cut, FaultServer, Maker, Reply, Request, html_page
from tui.api_client import ApiClient, BadAnswer, NotAuthenticated, TimedOut, Timing, Unreachable
from tui.config import Launch, Options, Profile, load_config
from tui.credentials import Credential, CredentialStore
from tui.session import Session

RECORDED = Path(__file__).parents[1] / "data" / "inventree_exchanges.jsonl"


class InvenTree:
    """A server that knows one user and refuses what has no good token."""

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.token = "inv-1"
        server.play(RECORDED)
        for path in ("/api/user/me/", "/api/user/me/roles/", "/api/stock/status/"):
            server.answer("GET", path, self._guarded(server.answer_to("GET", path)))
        server.answer("GET", "/api/user/me/token/", self._give_token)

    def _guarded(self, answer: Reply | Maker | None) -> Maker:
        assert callable(answer)

        def reply(request: Request) -> Reply:
            if request.headers.get("authorization") != f"Token {self.token}":
                return Reply(401, {"detail": "Invalid token."})
            return answer(request)

        return reply

    def _give_token(self, request: Request) -> Reply:
        # testuser:right
        if request.headers.get("authorization") != "Basic dGVzdHVzZXI6cmlnaHQ=":
            return Reply(401, {"detail": "Invalid username/password."})
        return Reply(200, {"token": self.token, "name": request.query["name"], "expiry": "2027-11-22"})


@pytest.fixture
def inventree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InvenTree]:
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    monkeypatch.setenv("BINCARD_CONFIG_DIR", str(tmp_path / "config"))
    with FaultServer() as server:
        yield InvenTree(server)


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    return CredentialStore(tmp_path / "tokens")


def session_at(inventree: InvenTree, store: CredentialStore, **more: Any) -> Session:
    return Session(Launch(inventree.server.url, **more), store=store)


async def test_the_first_time_asks_and_the_next_time_does_not(inventree: InvenTree, store: CredentialStore) -> None:
    first = session_at(inventree, store)
    with pytest.raises(NotAuthenticated, match="Sign in"):
        await first.connect()
    assert first.server is not None
    assert not first.can("stock", "view")
    await first.sign_in("testuser", "right")
    assert first.can("stock", "add")
    assert first.instance == "My very first InvenTree Instance"
    await first.close()

    before = len(inventree.server.requests)
    second = session_at(inventree, store)
    await second.connect()
    assert second.user is not None
    assert second.user.username == second.user_name == "testuser"
    assert len(inventree.server.requests) - before == 3
    await second.close()


async def test_the_probe_is_anonymous_and_the_token_names_the_machine(
    inventree: InvenTree, store: CredentialStore
) -> None:
    session = session_at(inventree, store)
    await session.sign_in("testuser", "right")
    root = inventree.server.calls("GET", "/api/")
    assert [("authorization" in each.headers) for each in root] == [False]
    (asked,) = inventree.server.calls("GET", "/api/user/me/token/")
    assert asked.query["name"].startswith("bincard-")
    await session.close()


async def test_a_wrong_password_is_refused_with_the_servers_words(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store)
    with pytest.raises(NotAuthenticated, match=r"Invalid username/password\."):
        await session.sign_in("testuser", "wrong")
    assert session.user is None
    assert store.load(inventree.server.url) is None
    await session.sign_in("testuser", "right")
    await session.close()


async def test_a_token_given_at_start_is_used_and_not_kept(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store, token="inv-1")
    await session.connect()
    assert session.user is not None
    assert store.load(inventree.server.url) is None
    await session.close()


async def test_a_password_given_by_the_launcher_signs_in_at_once(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store, user="testuser", password="right", demo=True)
    await session.connect()
    assert session.can("stock", "add")
    assert store.load(inventree.server.url) is None
    await session.close()


async def test_a_password_given_by_the_launcher_renews_its_token(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store, user="testuser", token="inv-old", password="right", demo=True)
    await session.connect()
    assert session.client.token == "inv-1"
    await session.close()


async def test_without_an_address_one_is_asked_for(store: CredentialStore) -> None:
    session = Session(Launch(""), store=store)
    with pytest.raises(NotAuthenticated, match="Name the server"):
        await session.connect()
    with pytest.raises(BadAnswer, match="No server has been named"):
        await session.client.get("part/")


async def test_an_old_token_is_refused_and_a_new_one_kept(inventree: InvenTree, store: CredentialStore) -> None:
    store.save(inventree.server.url, Credential("testuser", "inv-old"))
    session = session_at(inventree, store)
    with pytest.raises(NotAuthenticated, match="Invalid token"):
        await session.connect()
    assert session.user_name == "testuser"
    await session.reauthenticate("right")
    assert store.load(inventree.server.url) == Credential("testuser", "inv-1")
    await session.close()


async def test_another_user_than_the_kept_one_is_asked_for(inventree: InvenTree, store: CredentialStore) -> None:
    store.save(inventree.server.url, Credential("testuser", "inv-1"))
    session = session_at(inventree, store, user="anna")
    with pytest.raises(NotAuthenticated, match="Sign in"):
        await session.connect()
    assert session.user_name == "anna"
    await session.close()


async def test_a_token_that_runs_out_is_renewed_in_place(inventree: InvenTree, store: CredentialStore) -> None:
    asked: list[tuple[str, str]] = []
    passwords = iter(["wrong", "right"])

    async def ask(user: str, reason: str) -> str | None:
        asked.append((user, reason))
        return next(passwords)

    session = session_at(inventree, store)
    await session.sign_in("testuser", "right")
    session.ask_password = ask
    inventree.token = "inv-2"
    assert [choice.key for choice in await session.statuses()][:2] == [10, 50]
    assert asked == [("testuser", "Invalid token."), ("testuser", "Invalid username/password.")]
    assert store.load(inventree.server.url) == Credential("testuser", "inv-2")
    await session.close()


async def test_giving_up_leaves_the_session_without_access(inventree: InvenTree, store: CredentialStore) -> None:
    async def give_up(user: str, reason: str) -> None:
        return None

    session = session_at(inventree, store)
    await session.sign_in("testuser", "right")
    session.ask_password = give_up
    inventree.token = "inv-2"
    with pytest.raises(NotAuthenticated, match=r"Invalid token\."):
        await session.statuses()
    await session.close()


async def test_choices_are_asked_for_once(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store, token="inv-1")
    await session.connect()
    assert await session.statuses() is await session.statuses()
    assert len(inventree.server.calls("GET", "/api/stock/status/")) == 1
    await session.close()


async def test_signing_out_forgets(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store)
    await session.sign_in("testuser", "right")
    await session.sign_out()
    assert store.load(inventree.server.url) is None
    assert not session.can("stock", "view")
    with pytest.raises(NotAuthenticated):
        await session.connect()
    await session.close()


async def test_read_only_allows_to_look_and_nothing_else(inventree: InvenTree, store: CredentialStore) -> None:
    session = session_at(inventree, store, token="inv-1", options=Options(read_only=True))
    await session.connect()
    assert session.can("stock", "view")
    assert not session.can("stock", "add")
    await session.close()


async def test_bincard_gets_idempotency_keys(inventree: InvenTree, store: CredentialStore) -> None:
    root = inventree.server.answer_to("GET", "/api/")
    assert callable(root)
    body = root(Request("GET", "/api/", {}, {}, b"")).body
    inventree.server.answer("GET", "/api/", body | {"active_plugins": [{"slug": "bincard"}]})
    session = session_at(inventree, store, token="inv-1")
    await session.connect()
    assert session.is_bincard
    assert session.client.idempotent
    await session.close()


async def test_an_older_server_has_its_roles_elsewhere(inventree: InvenTree, store: CredentialStore) -> None:
    inventree.server.answer("GET", "/api/user/me/roles/", {"detail": "API endpoint not found"}, status=404)
    session = session_at(inventree, store, token="inv-1")
    await session.connect()
    assert session.user is not None
    assert "change" in session.user.roles["stock"]
    await session.close()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (html_page("Router login"), "is not the address of an InvenTree server: .*Router login"),
        (Reply(404, {"detail": "Not Found"}), "is not the address of an InvenTree server: Not Found"),
        (Reply(200, {"hello": "world"}), "is not the address of an InvenTree server: no apiVersion"),
        (Reply(200, {"apiVersion": 100, "version": "0.11"}), "speaks API 100; this client needs 206"),
    ],
)
async def test_something_else_is_no_inventree_server(
    inventree: InvenTree, store: CredentialStore, reply: Reply, message: str
) -> None:
    inventree.server.fail("GET", "/api/", reply)
    session = session_at(inventree, store)
    with pytest.raises(BadAnswer, match=message):
        await session.connect()
    await session.close()


async def test_a_broken_line_is_not_called_a_wrong_address(inventree: InvenTree, store: CredentialStore) -> None:
    inventree.server.fail("GET", "/api/", *[Cut()] * 4)
    client = ApiClient(inventree.server.url, timing=Timing(pauses=(0.0, 0.0, 0.0)))
    session = Session(Launch(inventree.server.url, token="inv-1"), client=client, store=store)
    with pytest.raises((Unreachable, TimedOut)):
        await session.connect()
    await session.connect()
    assert session.user is not None
    await session.close()


async def test_a_first_sign_in_makes_a_profile(inventree: InvenTree, store: CredentialStore, tmp_path: Path) -> None:
    config = load_config(tmp_path / "config.toml", {})
    session = session_at(inventree, store, config=config)
    await session.sign_in("testuser", "right")
    await session.close()
    profile = load_config(tmp_path / "config.toml", {}).profile()
    assert profile == Profile("127.0.0.1", inventree.server.url, "testuser")
    # The token kept before there was a profile serves the profile too.
    again = session_at(inventree, store, profile=profile)
    await again.connect()
    await again.close()


async def test_signing_in_as_somebody_else_is_remembered_in_the_profile(
    inventree: InvenTree, store: CredentialStore, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'# ours\n[profiles.hall]\nurl = "{inventree.server.url}"\nuser = "anna"\n', encoding="utf-8")
    config = load_config(file, {})
    session = session_at(inventree, store, config=config, profile=config.profile())
    assert session.user_name == "anna"
    await session.sign_in("testuser", "right")
    await session.close()
    assert 'user = "testuser"' in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# ours\n")


async def test_a_token_that_cannot_be_kept_is_a_notice(inventree: InvenTree, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("in the way")
    session = session_at(inventree, CredentialStore(tmp_path / "tokens"))
    await session.sign_in("testuser", "right")
    assert session.can("stock", "add")
    assert [notice for notice in session.notices if "cannot be kept" in notice]
    await session.close()


def test_plain_http_to_another_machine_is_insecure(store: CredentialStore) -> None:
    assert Session(Launch("http://stock.example"), store=store).insecure
    assert not Session(Launch("http://127.0.0.1:8000"), store=store).insecure
