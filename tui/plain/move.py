"""Plain `move`: an item, how many, where to."""

from decimal import Decimal

from tui.api_models import StockItem
from tui.plain.desk import Desk
from tui.scanning.verbs import verb_of
from tui.stock_actions import QuantityError, parse_quantity, preview_move

__all__ = ["move_items"]


async def move_items(desk: Desk, text: str) -> None:
    """Move items one after another, beginning with `text`, until an empty line.

    `undo`, typed or scanned, takes the last move back.
    """
    asked: str | None = text or await desk.talk.ask("Item")
    while asked := (asked or "").strip():
        if asked == "undo" or "app.undo" in verb_of(asked):
            await desk.undo()
        else:
            await _move(desk, asked)
        asked = await desk.talk.ask("Item")


async def _move(desk: Desk, code: str) -> None:
    before = desk.here
    item = await desk.item(code)
    if item is None:
        if not desk.talk.person and desk.here is before:
            # What belongs to it is not to be taken for the next item.
            await desk.talk.ask("")
            await desk.talk.ask("")
        return
    amount = await _amount(desk, item)
    place = (await desk.talk.ask("To") or "").strip()
    destination = await desk.location(place) if place else None
    if amount is None or destination is None:
        desk.talk.complain(f"{item.label}: not moved")
        return
    posting = await desk.post(preview_move([(item, amount)], destination))
    if posting is not None:
        desk.talk.row("Moved", item.label, item.amount(amount), f"to {destination.path}")


async def _amount(desk: Desk, item: StockItem) -> Decimal | None:
    """How many to move: all of it for an empty line."""
    desk.talk.say(f"{item.label}, {item.location_path or 'no location'}, {item.amount(item.quantity)}.")
    typed = (await desk.talk.ask(f"How many, Enter for all {item.amount(item.quantity)}") or "").strip()
    try:
        return parse_quantity(typed) if typed else item.quantity
    except QuantityError as error:
        desk.talk.complain(f"{typed}: {error}")
        return None
