"""Taking back one's own last postings by opposite ones.

A count is counted back, an addition removed, a removal added, a move moved back (what was split off for it is merged
into its source again), a status set back. The history keeps both entries; nothing is erased. It is refused, with the
reason, when an item has changed since, when the server deleted it, and for merges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from tui.api_client import ApiClient
from tui.api_models import Location, StatusChoice, StockItem
from tui.stock_actions.items import read_items
from tui.stock_actions.posting import ActionError, Posted, Posting
from tui.stock_actions.preview import (
    Kind,
    Preview,
    preview_add,
    preview_count,
    preview_merge,
    preview_move,
    preview_remove,
    preview_status,
)
from tui.stock_actions.requests import mismatch

__all__ = ["CannotUndo", "UndoPlan", "plan_undo"]


class CannotUndo(ActionError):
    """A posting cannot be taken back; the message says why."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What takes `posting` back: previews to show, and to post in this order."""

    posting: Posting
    steps: tuple[Preview, ...]


async def plan_undo(client: ApiClient, posting: Posting) -> UndoPlan:
    """Look at the items as they are now and work out the opposite of `posting`. Raises CannotUndo, ApiError."""
    if posting.undone:
        raise CannotUndo("It has been undone already.")
    if posting.kind is Kind.MERGE:
        raise CannotUndo("A merge cannot be undone: the items that were merged are gone.")
    places: list[tuple[int, int | None]] = []
    for posted in posting.lines:
        for item in (posted.now, posted.new):
            if item is not None:
                places.append((item.pk, item.location))
    now = await read_items(client, places)
    for posted in posting.lines:
        _still_as_posted(posting, posted, now)
    steps = tuple(_steps(posting, now))
    problems = [text for step in steps for text in step.all_refusals]
    if problems:
        raise CannotUndo("; ".join(problems))
    return UndoPlan(posting, steps)


def _still_as_posted(posting: Posting, posted: Posted, now: Mapping[int, StockItem]) -> None:
    item, current = posted.line.item, now.get(posted.line.item.pk)
    if posted.now is None:
        raise CannotUndo(f"{item.label}: the server deleted the item when nothing was left of it.")
    if current is None:
        raise CannotUndo(f"{item.label}: the item is gone.")
    changed = mismatch(posting.preview, posted.line, current)
    if not changed and current.location != posted.now.location:
        changed = f"{item.label}: it is in {current.location_path or 'no location'} now"
    if not changed and posted.new is not None:
        changed = _new_item_changed(posted.new, now.get(posted.new.pk))
    if not changed and posted.line.splits and posted.new is None:
        changed = f"{item.label}: the new item is not known"
    if changed:
        raise CannotUndo(f"Changed since then: {changed}.")


def _new_item_changed(new: StockItem, current: StockItem | None) -> str:
    if current is None:
        return f"{new.label}: the new item is gone"
    if current.quantity != new.quantity:
        return f"{new.label}: the new item has {current.amount(current.quantity)} now"
    if current.location != new.location:
        return f"{new.label}: the new item is in {current.location_path or 'no location'} now"
    return ""


def _steps(posting: Posting, now: Mapping[int, StockItem]) -> Iterable[Preview]:
    preview, lines = posting.preview, posting.lines
    notes = f"Undo: {preview.notes}" if preview.notes else "Undo"
    amounts = [(now[posted.line.item.pk], posted.line.amount) for posted in lines]
    match posting.kind:
        case Kind.COUNT:
            yield preview_count([(now[each.line.item.pk], each.line.before) for each in lines], notes=notes)
        case Kind.ADD:
            yield preview_remove(amounts, notes=notes, allow_allocated=True)
        case Kind.REMOVE:
            yield preview_add(amounts, notes=notes)
        case Kind.STATUS:
            yield from _status_back(lines, now, notes)
        case Kind.MOVE | Kind.SPLIT:
            yield from _move_back([each for each in lines if not each.line.splits], now, notes)
            for each in lines:
                if each.new is not None:
                    yield _join_again(now[each.line.item.pk], now[each.new.pk], notes)


def _status_back(lines: Iterable[Posted], now: Mapping[int, StockItem], notes: str) -> Iterable[Preview]:
    """One step for each status the items had."""
    ordered = sorted(lines, key=lambda each: each.line.item.status)
    for key, group in groupby(ordered, key=lambda each: each.line.item.status):
        members = list(group)
        choice = StatusChoice(key, members[0].line.item.status_text)
        yield preview_status([now[each.line.item.pk] for each in members], choice, notes=notes)


def _move_back(lines: Iterable[Posted], now: Mapping[int, StockItem], notes: str) -> Iterable[Preview]:
    """One step for each location the items came from."""
    origins: dict[Location, list[StockItem]] = {}
    for each in lines:
        item = each.line.item
        if item.location is None:
            raise CannotUndo(f"{item.label}: it was in no location, and stock cannot be moved to none.")
        path = item.location_path or f"location {item.location}"
        origins.setdefault(Location(item.location, path, path), []).append(now[item.pk])
    for origin, items in origins.items():
        yield preview_move([(item, item.quantity) for item in items], origin, notes=notes)


def _join_again(source: StockItem, new: StockItem, notes: str) -> Preview:
    """Bring what was split off back into its source, or at least to where it came from."""
    if source.location is None:
        raise CannotUndo(f"{source.label}: it is in no location, and stock cannot be moved to none.")
    path = source.location_path or f"location {source.location}"
    origin = Location(source.location, path, path)
    merge = preview_merge([source, new], origin, notes=notes)
    if not merge.is_refused:
        return replace(merge, warnings=())
    if new.location == origin.pk:
        raise CannotUndo("; ".join(merge.all_refusals))
    return preview_move([(new, new.quantity)], origin, notes=notes)
