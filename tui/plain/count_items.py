"""Plain `count`: an item, what was counted, the next item."""

from tui.counting.typed import looks_scanned
from tui.plain.desk import Desk
from tui.scanning.verbs import verb_of
from tui.stock_actions import QuantityError, parse_quantity, preview_count

__all__ = ["count_items"]


async def count_items(desk: Desk, text: str) -> None:
    """Count items one after another, beginning with `text`, until an empty line.

    Scanning a location first makes parts be looked for there; `undo`, typed or scanned, takes the last count back.
    """
    asked: str | None = text or await desk.talk.ask("Item")
    while asked := (asked or "").strip():
        if asked == "undo" or "app.undo" in verb_of(asked):
            await desk.undo()
        else:
            await _count(desk, asked)
        asked = await desk.talk.ask("Item")


async def _count(desk: Desk, code: str) -> None:
    before = desk.here
    item = await desk.item(code)
    if item is None:
        if not desk.talk.person and desk.here is before:
            # The quantity that belongs to it is not to be taken for the next item.
            await desk.talk.ask("")
        return
    desk.talk.say(f"{item.label}, {item.location_path or 'no location'}.")
    prompt = f"Counted, in {item.units}" if item.units else "Counted"
    typed = (await desk.talk.ask(prompt) or "").strip()
    if not typed:
        desk.talk.complain(f"{item.label}: not counted")
        return
    try:
        counted = parse_quantity(typed)
    except QuantityError as error:
        desk.talk.complain(f"{item.label}: {typed}: {error}")
        return
    if looks_scanned(typed, counted, None) and not await desk.talk.agree(f"{typed} looks like a code. Is it a count?"):
        desk.talk.complain(f"{item.label}: {typed} looks like a code, not counted")
        return
    posting = await desk.post(preview_count([(item, counted)]))
    if posting is not None:
        desk.talk.row(
            "Counted", item.label, item.location_path, item.amount(counted), f"was {item.amount(item.quantity)}"
        )
