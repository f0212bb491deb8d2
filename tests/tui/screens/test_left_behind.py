"""What an earlier client was cut off from is told after the next sign-in, once."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.tui.driving import driven
from tui.config import Launch
from tui.paths import postings_dir
from tui.session import Session
from tui.stock_actions import Attempt, preview_add, read_item
from tui.stock_actions.left_behind import PostingLog


async def test_a_posting_that_never_arrived_is_told_at_the_next_start(launch: Launch) -> None:
    session = Session(launch)
    await session.connect()
    rows = await session.client.page("stock/", 0, 1, {"in_stock": True, "serialized": False})
    item = await read_item(session.client, rows.results[0]["pk"])
    assert item is not None
    attempt = Attempt(preview_add([(item, Decimal(2))]), key="never-sent", seen=item, begun=datetime.now(UTC))
    PostingLog(session.client.url, session.user_name).write(attempt)
    await session.close()
    async with driven(launch) as driver:
        await driver.see("Cut off last time")
        await driver.idle()
        after = await read_item(driver.app.session.client, item.pk)
        assert after is not None
        assert after.quantity == item.quantity
    assert not list(postings_dir().glob("*.json"))
    async with driven(launch) as driver:
        await driver.see("on hand", "online")
        await driver.idle()
        assert "Cut off" not in driver.text
