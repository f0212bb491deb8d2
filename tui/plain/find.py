"""Plain `find`: what something is and where it lies."""

from tui.plain.desk import KINDS, Desk, where_and_what

__all__ = ["find_things"]


async def find_things(desk: Desk, text: str) -> None:
    """Look `text` up; without one, ask for texts until an empty line."""
    if text:
        return await _look(desk, text)
    while asked := ((await desk.talk.ask("Find")) or "").strip():
        await _look(desk, asked)


async def _look(desk: Desk, text: str) -> None:
    """Say what there is; of a single part also where it lies.

    A program gets rows of model, key, title and detail; those of stock items have place and quantity.
    """
    hits = await desk.hits(text)
    if not hits:
        desk.talk.complain(f"{text}: nothing found")
        return
    for hit in hits:
        desk.talk.row(KINDS[hit.model], hit.pk, hit.title, hit.detail)
    parts = {hit.target[1] for hit in hits if hit.target[0] == "part"}
    if len(parts) == len(hits) == 1:
        for item in await desk.items_of(parts.pop()):
            desk.talk.row("stock item", item.pk, where_and_what(item), item.amount(item.quantity))
