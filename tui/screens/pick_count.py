"""Counting the item that was short, right away."""

from tui.api_client import ApiClient
from tui.screens.adjust import CountDialog
from tui.stock_actions import read_item

__all__ = ["count_dialog"]


async def count_dialog(client: ApiClient, item: int) -> CountDialog | None:
    """The dialog that counts the item; None when it is gone. Raises ApiError."""
    found = await read_item(client, item)
    return CountDialog([found]) if found is not None else None
