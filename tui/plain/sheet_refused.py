"""Plain `count`: what the server refused, and the codes put aside; one after another, to mend or to drop."""

from typing import Final

from tui.counting.count import Count
from tui.counting.journal import Entry
from tui.plain.desk import Desk
from tui.stock_actions import QuantityError, parse_quantity
from tui.views.formats import with_unit

__all__ = ["mend_refused"]

_DROP: Final = ("d", "в")


async def mend_refused(desk: Desk, count: Count) -> None:
    """Ask about each; an empty line leaves it as it is. Raises JournalError."""
    talk = desk.talk
    count.renew_refused()
    if not count.refused and not count.put_aside:
        talk.say("Nothing was refused or put aside.")
        return
    for key, entry in tuple(count.refused.items()):
        line = count.lines[entry.line]
        talk.say(f"{with_unit(entry.quantity, line.units)} {line.label} refused: {entry.reason}")
        await _mend(desk, count, key, entry)
    for parked in count.put_aside:
        answer = await talk.ask(f"{parked.barcode}, {parked.note or 'put aside'}. d drops it")
        if (answer or "").strip().casefold() in _DROP:
            count.journal.drop_parked(parked.key)
            talk.say("Dropped.")


async def _mend(desk: Desk, count: Count, key: str, entry: Entry) -> None:
    while answer := (await desk.talk.ask("In all, d drops it") or "").strip():
        if answer.casefold() in _DROP:
            count.mend(key, None)
            desk.talk.say("Dropped.")
            return
        try:
            amount = parse_quantity(answer)
        except QuantityError as error:
            desk.talk.say(f"{answer}: {error}.")
            continue
        if count.lines[entry.line].serial and amount not in (0, 1):
            desk.talk.say("It is one piece: 1 or 0.")
            continue
        count.mend(key, amount)
        desk.talk.say("Mended; it is posted again.")
        return
