"""The client's core against our real server with the demo data: sign-in, roles, lists, find, faults on the way."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults import Cut, FaultServer, Reply
from tests.serving import Running, running
from tui.api_client import ApiClient, BadAnswer, Forbidden, Invalid, NotAuthenticated, NotFound
from tui.config import Launch
from tui.credentials import CredentialStore
from tui.session import Session
from tui.stock_actions import Match, StockActions, find, item_of, preview_count


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("against-server"), demo_template) as started:
        yield started


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CredentialStore:
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path / "state"))
    return CredentialStore(tmp_path / "tokens")


@pytest.fixture
async def session(server: Running, store: CredentialStore) -> AsyncIterator[Session]:
    made = Session(Launch(server.url), store=store)
    await made.sign_in("allaccess", "nolimits")
    yield made
    await made.close()


async def test_the_server_says_that_it_is_bincard(session: Session) -> None:
    assert session.is_bincard
    assert session.client.idempotent
    assert session.instance == "InvenTree Demo Server"


async def test_the_token_serves_next_time(server: Running, session: Session, store: CredentialStore) -> None:
    again = Session(Launch(server.url), store=store)
    person = await again.connect()
    assert (person.username, person.full_name) == ("allaccess", "Ally Access")
    await again.close()


async def test_a_revoked_token_asks_again(server: Running, session: Session) -> None:
    asked: list[str] = []

    async def ask(user: str, reason: str) -> str:
        asked.append(user)
        return "nolimits"

    session.ask_password = ask
    for row in await session.client.list("user/tokens/"):
        if row["active"]:
            await session.client.delete(f"user/tokens/{row['id']}/")
    assert await session.client.count("part/") > 0
    assert asked == ["allaccess"]


@pytest.mark.parametrize(
    ("user", "password", "can", "cannot"),
    [
        ("reader", "readonly", ("stock", "view"), ("stock", "add")),
        ("engineer", "partsonly", ("part", "change"), ("sales_order", "add")),
        ("admin", "inventree", ("stock", "delete"), None),
    ],
)
async def test_each_demo_user_may_what_the_role_says(
    server: Running,
    store: CredentialStore,
    user: str,
    password: str,
    can: tuple[str, str],
    cannot: tuple[str, str] | None,
) -> None:
    session = Session(Launch(server.url), store=store)
    await session.sign_in(user, password)
    assert session.can(*can)
    assert cannot is None or not session.can(*cannot)
    await session.close()


async def test_the_server_holds_a_reader_to_it(server: Running, store: CredentialStore) -> None:
    session = Session(Launch(server.url), store=store)
    await session.sign_in("reader", "readonly")
    page = await session.client.page("stock/", 0, 1, {"in_stock": True, "part_detail": True})
    item = item_of(page.results[0])
    with pytest.raises(Forbidden):
        await StockActions(session).post(preview_count([(item, item.quantity)]))
    await session.close()


async def test_a_wrong_password_is_refused(server: Running, store: CredentialStore) -> None:
    session = Session(Launch(server.url), store=store)
    with pytest.raises(NotAuthenticated, match="Invalid username/password"):
        await session.sign_in("allaccess", "wrong")
    await session.close()


async def test_lists_come_in_pages_and_whole(session: Session) -> None:
    count = await session.client.count("stock/")
    page = await session.client.page("stock/", 100, 50)
    assert (page.count, page.offset, len(page.results)) == (count, 100, 50)
    rows = await session.client.list("stock/location/")
    assert len({row["pk"] for row in rows}) == await session.client.count("stock/location/")
    assert (await session.statuses())[0].label == "OK"
    assert "POST" in (await session.client.options("stock/"))["actions"]


async def test_refusals_are_readable(session: Session) -> None:
    with pytest.raises(NotFound, match="No StockItem matches"):
        await session.client.get("stock/999999/")
    with pytest.raises(Invalid, match=r"line 1, (pk|quantity): "):
        await session.client.post("stock/count/", {"items": [{"pk": 999_999, "quantity": "many"}]})
    with pytest.raises(Invalid, match="HTML"):
        await session.client.post("part/", {"name": "<b>bold</b>", "description": "x"})


@pytest.mark.parametrize("model", ["part", "stockitem", "stocklocation", "supplierpart", "manufacturerpart"])
async def test_every_code_of_the_demo_is_found_in_row_one(session: Session, model: str) -> None:
    path, member, match = {
        "part": ("part/", "IPN", Match.IPN),
        "stockitem": ("stock/", "serial", Match.SERIAL),
        "stocklocation": ("stock/location/", "pathstring", Match.LOCATION),
        "supplierpart": ("company/part/", "SKU", Match.SKU),
        "manufacturerpart": ("company/part/manufacturer/", "MPN", Match.MPN),
    }[model]
    rows = [row for row in await session.client.list(path) if row[member] and " " not in row[member].strip()]
    assert rows
    for row in rows[:: max(1, len(rows) // 5)]:
        found = await find(session.client, row[member])
        assert found.hits[0].is_exact, row[member]
        exact = [hit.pk for hit in found.hits if hit.match == match]
        assert row["pk"] in exact or len(exact) >= 5, row[member]


async def test_a_scan_finds_what_its_label_says(session: Session) -> None:
    page = await session.client.page("stock/", 0, 1)
    pk = page.results[0]["pk"]
    for text in (f"INV-SI{pk}", f'{{"stockitem": {pk}}}'):
        found = await find(session.client, text, scanned=True)
        assert [(hit.model, hit.pk, hit.match) for hit in found.hits] == [("stockitem", pk, Match.BARCODE)]
    assert (await find(session.client, "no such thing at all", scanned=True)).hits == ()


async def test_faults_on_the_way_are_survived(server: Running, store: CredentialStore) -> None:
    with FaultServer(server.url) as line:
        session = Session(Launch(line.url), store=store)
        line.fail("GET", "/api/", Cut(), Reply(503, {"detail": "starting"}, {"Retry-After": "0"}))
        await session.sign_in("allaccess", "nolimits")
        line.fail("GET", "/api/stock/", Cut(keep=200), Reply(429, {"detail": "slow down"}, {"Retry-After": "0"}))
        assert (await session.client.page("stock/", 0, 5)).count > 0
        await session.close()


async def test_another_address_of_the_server_is_no_api(server: Running) -> None:
    client = ApiClient(server.url + "/plugin")
    session = Session(Launch(client.url), client=client)
    with pytest.raises(BadAnswer, match="is not the address of an InvenTree server"):
        await session.connect()
    await session.close()
