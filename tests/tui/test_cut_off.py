"""A client that is killed while it posts: the posting happens once or not at all, and the next client says which."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import Fault, FaultServer, Hang, Hold
from tests.serving import Running, running
from tui.config import Launch
from tui.session import Session
from tui.stock_actions import StockActions, read_item

ROOT = Path(__file__).parents[2]
CLERK = """
import asyncio, sys
from decimal import Decimal
from tui.config import Launch
from tui.session import Session
from tui.stock_actions import StockActions, preview_add, read_item

async def main(url, token, pk):
    session = Session(Launch(url, token=token))
    await session.connect()
    item = await read_item(session.client, pk)
    await StockActions(session).post(preview_add([(item, Decimal(2))]))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("cut-off"), demo_template) as started:
        yield started


def kill_a_clerk(line: FaultServer, token: str, pk: int, carried_out: bool) -> None:
    """Start a client that posts, and kill it when the server has got (or carried out) what it sent."""
    arguments = [sys.executable, "-c", CLERK, line.url, token, str(pk)]
    with subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.DEVNULL) as clerk:
        line.wait_for("POST", "/api/stock/add/", withheld=carried_out)
        clerk.kill()


@pytest.mark.parametrize(
    ("fault", "quantity", "outcome"), [(Hang(), 5, "It was not posted."), (Hold(), 7, "It was posted.")]
)
async def test_a_client_killed_while_posting_leaves_word(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, quantity: int, outcome: str
) -> None:
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path))
    token = server.token("admin", "inventree")
    session = Session(Launch(server.url, token=token))
    await session.connect()
    parts = await session.client.page("part/", 0, 1, {"virtual": False, "trackable": False, "active": True})
    (row,) = await session.client.post("stock/", {"part": parts.results[0]["pk"], "quantity": 5})
    with FaultServer(server.url) as line:
        line.fail("POST", "/api/stock/add/", fault)
        await asyncio.to_thread(kill_a_clerk, line, token, row["pk"], isinstance(fault, Hold))
        (note,) = (tmp_path / "postings").iterdir()
        # The next client comes by the same address as the one that was killed.
        following = Session(Launch(line.url, token=token))
        await following.connect()
        (said,) = await StockActions(following).look_back()
        line.release()
        await following.close()
    assert said.startswith("Cut off last time: add of ")
    assert said.endswith(outcome)
    assert not note.exists()
    item = await read_item(session.client, row["pk"])
    assert item is not None
    assert item.quantity == quantity
    await session.close()
