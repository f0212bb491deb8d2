"""Posting a preview: once, only if nothing changed meanwhile, and with a look at what came of it.

    ActionError
    ├── Refused         the preview has refusals, or this session may only look; nothing was sent
    ├── StockChanged    the stock is not as it was seen; nothing was posted; `now` has the true figures
    └── Unresolved      no answer, and it is not known whether it was posted; `settle` finds out later

A Bincard server is told with each line which quantity was seen, and refuses the whole if one has changed. A plain
InvenTree cannot: the items are read again just before. There, when the answer is lost, the history of an item says
whether the posting arrived, and only if it did not is it sent again.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Final

from tui.api_client import ApiClient, ApiError, Conflict, TimedOut, Unreachable
from tui.api_models import StockItem
from tui.session import Session
from tui.stock_actions.items import read_item, read_items
from tui.stock_actions.left_behind import Attempt, PostingLog
from tui.stock_actions.preview import Kind, Line, Preview
from tui.stock_actions.requests import SPLIT_CHILD, is_entry_of, mismatch, request_of
from tui.views.formats import decimal_of

__all__ = ["ActionError", "Attempt", "Outcome", "Posted", "Poster", "Posting", "Refused", "StockChanged", "Unresolved"]

#: Before each look at whether a posting without an answer has arrived after all; the server may still be at it.
_LOOKS: Final = (0.5, 2.0, 4.0)
_NEWEST_ENTRIES: Final = 10

log = logging.getLogger(__name__)


class ActionError(Exception):
    """A stock action did not happen, or it is not known whether it did."""


class Refused(ActionError):
    """Nothing was sent; the message says why."""


class StockChanged(ActionError):
    """The stock is not as it was seen. `now` holds the items as they are, by primary key; missing ones are gone."""

    def __init__(self, preview: Preview, now: Mapping[int, StockItem]) -> None:
        self.preview = preview
        self.now = now
        super().__init__("; ".join(_differences(preview, now)) or "The stock has changed; look again.")


class Unresolved(ActionError):
    """It is not known whether it was posted. Give it to `Poster.settle` when the server is back."""

    def __init__(self, attempt: Attempt, error: ApiError) -> None:
        self.attempt = attempt
        super().__init__(f"{error} It is not known whether it was posted.")


class Outcome(Enum):
    """What became of a posting without an answer."""

    POSTED = "It was posted."
    NOT_POSTED = "It was not posted."
    UNKNOWN = "Whether it was posted cannot be told; look at the bin card."


@dataclass(frozen=True, slots=True)
class Posted:
    """One line that was posted: how the item is now (None: gone), and the item split off it."""

    line: Line
    now: StockItem | None
    new: StockItem | None = None


@dataclass(slots=True)
class Posting:
    """An action that was carried out. `mismatches` is what the read-back found not to be as previewed."""

    preview: Preview
    lines: tuple[Posted, ...]
    at: datetime
    mismatches: list[str] = field(default_factory=list)
    undone: bool = False

    @property
    def kind(self) -> Kind:
        """What was done."""
        return self.preview.kind


class Poster:
    """Sends previews for one session."""

    def __init__(self, session: Session, *, looks: tuple[float, ...] = _LOOKS, directory: Path | None = None) -> None:
        """`directory` is where postings under way are noted, instead of the state directory."""
        self._session = session
        self._looks = looks
        self._directory = directory

    @property
    def _client(self) -> ApiClient:
        return self._session.client

    async def post(self, preview: Preview) -> Posting:
        """Carry it out and read back. Raises an ActionError, or the ApiError that the server refused it with."""
        if self._session.launch.read_only:
            raise Refused("This session is read-only.")
        if preview.is_refused:
            raise Refused("; ".join(preview.all_refusals))
        seen: Mapping[int, StockItem] = {line.item.pk: line.item for line in preview.lines}
        if not self._session.is_bincard or preview.kind is Kind.MERGE:
            seen = await self._unchanged(preview)
        attempt = Attempt(preview, os.urandom(16).hex(), preview.lines[0].item, datetime.now(UTC))
        attempt = replace(attempt, seen=seen[attempt.telling_line.item.pk])
        self._note(attempt)
        try:
            posting = await self._send(attempt)
        except Unresolved:
            raise
        except (ActionError, ApiError):
            self._forget(attempt)
            raise
        self._forget(attempt)
        return posting

    def left_behind(self) -> list[Attempt]:
        """Postings that an earlier client did not live to see the outcome of."""
        try:
            return list(self._log().left_behind())
        except OSError as error:
            log.warning("postings left behind cannot be read: %s", error)
            return []

    def _log(self) -> PostingLog:
        return PostingLog(self._client.url, self._session.user_name, self._directory)

    def _note(self, attempt: Attempt) -> None:
        try:
            self._log().write(attempt)
        except OSError as error:
            # A full disk must not keep a clerk from counting.
            log.warning("the posting under way cannot be noted: %s", error)

    def _forget(self, attempt: Attempt) -> None:
        try:
            self._log().remove(attempt)
        except OSError as error:
            log.warning("the note of a posting cannot be removed: %s", error)

    async def settle(self, attempt: Attempt) -> Posting | None:
        """Find out what became of an attempt: the posting, or None when it did not happen.

        Raises Unresolved when that still cannot be known.
        """
        outcome = await self.outcome(attempt)
        if outcome is Outcome.UNKNOWN:
            raise Unresolved(attempt, ApiError("The history of the items does not tell."))
        return await self._read_back(attempt) if outcome is Outcome.POSTED else None

    async def outcome(self, attempt: Attempt) -> Outcome:
        """What became of an attempt, by one look at the history. Raises Unresolved when the server does not answer."""
        try:
            outcome = await self._find_out(attempt, (0.0,))
        except ApiError as error:
            raise Unresolved(attempt, error) from error
        self._forget(attempt)
        return outcome

    async def _unchanged(self, preview: Preview) -> Mapping[int, StockItem]:
        """The items as they are now. Raises StockChanged when that is not as they were seen."""
        now = await self._read(preview)
        if _differences(preview, now):
            raise StockChanged(preview, now)
        return now

    async def _send(self, attempt: Attempt, *, again: bool = False) -> Posting:
        preview = attempt.preview
        path, body = request_of(preview, expected=self._session.is_bincard)
        try:
            await self._client.post(path, body, key=attempt.key)
        except Conflict as error:
            raise StockChanged(preview, await self._read(preview)) from error
        except ApiError as error:
            if not error.uncertain:
                raise
            return await self._after_silence(attempt, error, again=again)
        return await self._read_back(attempt)

    async def _after_silence(self, attempt: Attempt, error: ApiError, *, again: bool) -> Posting:
        """Go on after an answer was lost: read back, send once more, or say what is known."""
        # A server that answered with its own failure is done; one that fell silent may still be at work.
        looks = (0.0,) if error.status in (200, 201, 500) else self._looks
        try:
            outcome = await self._find_out(attempt, looks)
        except ApiError as lost:
            raise Unresolved(attempt, lost) from error
        if outcome is Outcome.POSTED:
            return await self._read_back(attempt)
        if outcome is Outcome.UNKNOWN or isinstance(error, TimedOut):
            # A server that took too long may still be at work.
            raise Unresolved(attempt, error)
        if again or not isinstance(error, Unreachable):
            self._forget(attempt)
            error.uncertain = False
            raise error
        await self._unchanged(attempt.preview)
        return await self._send(attempt, again=True)

    async def _find_out(self, attempt: Attempt, looks: tuple[float, ...]) -> Outcome:
        """What became of it, from the history of the item that tells."""
        outcome = Outcome.UNKNOWN
        for pause in looks:
            await asyncio.sleep(pause)
            outcome = await self._trace(attempt, attempt.telling_line)
            if outcome is Outcome.POSTED:
                break
        return outcome

    async def _trace(self, attempt: Attempt, line: Line) -> Outcome:
        user = self._session.user
        now = await read_item(self._client, line.item.pk)
        if now is None:
            return Outcome.POSTED if not mismatch(attempt.preview, line, None) else Outcome.UNKNOWN
        before = attempt.seen.tracking_items
        if before is None or now.tracking_items is None or user is None:
            return Outcome.UNKNOWN
        fresh = now.tracking_items - before
        if fresh <= 0:
            return Outcome.NOT_POSTED
        entries = (await self._client.page("stock/track/", 0, fresh, {"item": line.item.pk})).results
        ours = any(is_entry_of(entry, attempt.preview, line, user.pk) for entry in entries)
        return Outcome.POSTED if ours else Outcome.NOT_POSTED

    async def _read_back(self, attempt: Attempt) -> Posting:
        """Compare what is there now with what was previewed."""
        preview = attempt.preview
        posting = Posting(preview, (), attempt.begun)
        try:
            now = await self._read(preview, moved=True)
            new = await self._split_off(preview)
        except ApiError as error:
            posting.lines = tuple(Posted(line, line.item) for line in preview.lines)
            posting.mismatches.append(f"posted, but it could not be read back: {error}")
            return posting
        posting.lines = tuple(Posted(line, now.get(line.item.pk), new.get(line.item.pk)) for line in preview.sent_lines)
        found = [mismatch(preview, posted.line, posted.now) for posted in posting.lines]
        found += [_split_mismatch(posted) for posted in posting.lines if posted.line.splits]
        posting.mismatches += [text for text in found if text]
        return posting

    async def _read(self, preview: Preview, *, moved: bool = False) -> dict[int, StockItem]:
        there = preview.destination.pk if moved and preview.destination else None
        places = [
            (line.item.pk, there if there is not None and not line.splits else line.item.location)
            for line in preview.lines
        ]
        return await read_items(self._client, places)

    async def _split_off(self, preview: Preview) -> dict[int, StockItem]:
        """The items that were split off, by the primary key of what they were split from."""
        lines = [line for line in preview.sent_lines if line.splits]
        found = await asyncio.gather(*(self._child(line) for line in lines))
        return {line.item.pk: item for line, item in zip(lines, found, strict=True) if item is not None}

    async def _child(self, line: Line) -> StockItem | None:
        """The newest item that was split from this one with the amount of the line."""
        page = await self._client.page("stock/track/", 0, _NEWEST_ENTRIES, {"item": line.item.pk})
        keys = []
        for entry in page.results:
            deltas = entry.get("deltas") or {}
            if entry.get("tracking_type") == SPLIT_CHILD and decimal_of(deltas.get("removed")) == line.amount:
                keys.append(deltas.get("stockitem"))
        child = max((key for key in keys if isinstance(key, int)), default=None)
        return await read_item(self._client, child) if child is not None else None


def _differences(preview: Preview, now: Mapping[int, StockItem]) -> list[str]:
    """What has changed since the items were seen, as far as it matters to the action."""
    found = []
    for line in preview.sent_lines:
        item, current = line.item, now.get(line.item.pk)
        if current is None:
            found.append(f"{item.label}: the item is gone")
        elif current.quantity != item.quantity:
            found.append(
                f"{item.label}: there are {item.amount(current.quantity)} now, not {item.amount(item.quantity)}"
            )
        elif current.location != item.location and preview.kind is not Kind.STATUS:
            found.append(f"{item.label}: is in {current.location_path or 'no location'} now")
        elif current.status != item.status and preview.kind in (Kind.STATUS, Kind.MERGE):
            found.append(f"{item.label}: is {current.status_text} now")
    return found


def _split_mismatch(posted: Posted) -> str:
    line, new = posted.line, posted.new
    if new is None:
        return f"{line.item.label}: the new item was not found"
    if new.quantity != line.amount:
        figures = f"{line.item.amount(line.amount)} were split off, the new item has {new.amount(new.quantity)}"
        return f"{line.item.label}: {figures}"
    return ""
