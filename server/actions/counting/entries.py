"""Taking what counters found: each entry exactly once by its key; one that is refused never holds up the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, insert, or_, select

from server.actions.counting.records import (
    ENTRIES,
    LINES,
    Deed,
    ItemNow,
    entries_of,
    items_now,
    lines_of,
    locked_session,
    movements_of,
    taken_of,
)
from server.actions.stock.ledger import ITEMS, PARTS
from server.actions.stock.lines import LOCATIONS
from server.db.bulk import insert_rows
from server.db.changes import tell_touched
from server.db.models.counting import CountLine, CountSession
from server.domain.counting import (
    FIRST,
    Expected,
    LineState,
    LineStatus,
    Movement,
    SessionStatus,
    Taken,
    Tolerance,
    expected_at,
    judge,
    may_enter,
    moment_of,
    settled,
)
from server.domain.errors import InvalidInput

__all__ = ["Given", "Place", "Result", "take_entries"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line by what lies there, where no stock item is known."""

    part: int
    location: int | None
    batch: str
    serial: str

    @staticmethod
    def of(part: int | None, location: int | None, batch: str | None, serial: str | None) -> "Place":
        return Place(part or 0, location, batch or "", serial or "")


@dataclass(frozen=True, slots=True)
class Given:
    """One entry as it was sent. It names its line by key, by stock item, or by place."""

    key: str
    quantity: Decimal
    line: int | None = None
    item: int | None = None
    place: Place | None = None
    adds: bool = False
    counted_at: datetime | None = None
    note: str = ""
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an entry: kept, known (it was kept before), or refused for a reason."""

    key: str
    status: str
    line: int | None = None
    reason: str = ""


def take_entries(
    deed: Deed, count_key: int, given: Sequence[Given], *, sent_at: datetime | None, other_recounter: bool
) -> list[Result]:
    """Take the entries in order. Raises NotFound for a session that there is not."""
    count = locked_session(deed.session, count_key)
    return _Batch(deed, count, given, sent_at, other_recounter=other_recounter).run()


@dataclass
class _Batch:
    """The entries of one request, and what is known of their lines."""

    deed: Deed
    count: CountSession
    given: Sequence[Given]
    sent_at: datetime | None
    other_recounter: bool
    lines: dict[int, CountLine] = field(default_factory=dict)
    items: dict[int, ItemNow] = field(default_factory=dict)
    taken: dict[int, list[Taken]] = field(default_factory=dict)
    moved: Mapping[int, Sequence[Movement]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> list[Result]:
        known = self._known()
        fresh = [entry for entry in self.given if entry.key not in known]
        at = self._find_lines(fresh)
        self._load()
        results = []
        for entry in self.given:
            if entry.key in known:
                results.append(Result(entry.key, "known", known[entry.key]))
                continue
            result = self._take(entry, at.get(entry.key))
            if result.status == "kept" and result.line is not None:
                known[entry.key] = result.line
            results.append(result)
        if self.rows:
            self.deed.session.execute(insert(ENTRIES), self.rows)
            tell_touched(self.deed.session.connection(), LINES.name, [row["line_id"] for row in self.rows])
        self.deed.session.flush()
        return results

    def _known(self) -> dict[str, int]:
        """The entries that were taken before: key to line."""
        keys = sorted({entry.key for entry in self.given})
        wanted = select(ENTRIES.c.key, ENTRIES.c.line_id).where(ENTRIES.c.session_id == self.count.pk)
        found = self.deed.session.execute(wanted.where(ENTRIES.c.key.in_(keys))) if keys else ()
        return {row[0]: row[1] for row in found}

    # -- which lines

    def _find_lines(self, fresh: Sequence[Given]) -> dict[str, int]:
        """The line of each entry by the entry's key; lines for what was found are made."""
        session = self.deed.session
        self.lines = lines_of(session, self.count.pk, [entry.line for entry in fresh if entry.line is not None])
        at = {entry.key: entry.line for entry in fresh if entry.line is not None and entry.line in self.lines}
        loose = [entry for entry in fresh if entry.line is None]
        if loose:
            places = self._places(loose)
            at |= self._match(loose, places)
            missing = [entry for entry in loose if entry.key not in at]
            if missing and self.count.status == SessionStatus.COUNTING:
                self._add_found(missing, places)
                at |= self._match(missing, places)
        return at

    def _places(self, loose: Sequence[Given]) -> dict[Place, int]:
        """The stock items that lie where the entries say; nothing where several do."""
        named = {entry.place for entry in loose if entry.place is not None}
        if not named:
            return {}
        narrow = or_(
            *(
                and_(ITEMS.c.part_id == place.part, ITEMS.c.location_id == place.location)
                for place in sorted(named, key=lambda place: (place.part, place.location or 0))
            )
        )
        found: dict[Place, list[int]] = {}
        for item in items_now(self.deed.session, (), narrow).values():
            place = Place.of(item.part, item.location, item.batch, item.serial)
            if item.here and place in named:
                found.setdefault(place, []).append(item.pk)
        return {place: items[0] for place, items in found.items() if len(items) == 1}

    def _match(self, loose: Iterable[Given], places: Mapping[Place, int]) -> dict[str, int]:
        """The lines of entries that name an item or a place."""
        loose = list(loose)
        items = {entry.item for entry in loose if entry.item is not None} | set(places.values())
        parts = {entry.place.part for entry in loose if entry.place is not None}
        narrow = or_(
            CountLine.stock_item_key.in_(sorted(items)),
            and_(CountLine.stock_item_key.is_(None), CountLine.part_id.in_(sorted(parts))),
        )
        wanted = select(CountLine).where(CountLine.session_id == self.count.pk, narrow).order_by(CountLine.pk)
        found = list(self.deed.session.scalars(wanted.with_for_update()))
        self.lines |= {line.pk: line for line in found}
        by_item = {line.stock_item_key: line.pk for line in found if line.stock_item_key is not None}
        by_place = {
            Place.of(line.part_id, line.location_id, line.batch, line.serial): line.pk
            for line in found if line.stock_item_key is None
        }  # fmt: skip
        at: dict[str, int] = {}
        for entry in loose:
            item = entry.item if entry.place is None else places.get(entry.place)
            line = by_item.get(item) if item is not None else by_place.get(entry.place) if entry.place else None
            if line is not None:
                at[entry.key] = line
        return at

    def _add_found(self, missing: Sequence[Given], places: Mapping[Place, int]) -> None:
        """New lines at the end of the sheet for what was not on it."""
        items = items_now(self.deed.session, [entry.item for entry in missing if entry.item] + list(places.values()))
        parts, locations = self._existing(missing)
        rows: dict[Any, dict[str, Any]] = {}
        for entry in missing:
            key = entry.item if entry.place is None else places.get(entry.place)
            if key in items:
                rows[key] = self._found_row(items[key])
            elif key is None and entry.place and entry.place.part in parts and entry.place.location in locations:
                rows[entry.place] = self._found_row(None, entry.place)
        last = self.deed.session.scalar(select(func.max(LINES.c.position)).where(LINES.c.session_id == self.count.pk))
        numbered = [{**row, "position": (last or 0) + n} for n, row in enumerate(rows.values(), start=1)]
        if numbered:
            insert_rows(self.deed.session.connection(), LINES, numbered)

    def _existing(self, missing: Sequence[Given]) -> tuple[set[int], set[int | None]]:
        """Which of the parts and locations that entries name there are; no location at all is one too."""
        places = [entry.place for entry in missing if entry.place is not None]
        if not places:
            return set(), set()
        session = self.deed.session
        parts = session.scalars(select(PARTS.c.pk).where(PARTS.c.pk.in_(sorted({p.part for p in places}))))
        named = sorted({place.location for place in places if place.location is not None})
        there = session.scalars(select(LOCATIONS.c.pk).where(LOCATIONS.c.pk.in_(named)))
        return set(parts), {None, *there}

    def _found_row(self, item: ItemNow | None, place: Place | None = None) -> dict[str, Any]:
        about = (
            {
                "stock_item_id": item.pk, "stock_item_key": item.pk, "part_id": item.part,
                "location_id": item.location, "batch": item.batch, "serial": item.serial,
                "expected": item.quantity if item.here else Decimal(0),
            }
            if item is not None
            else {
                "stock_item_id": None, "stock_item_key": None, "expected": Decimal(0),
                **({"part_id": place.part, "location_id": place.location, "batch": place.batch, "serial": place.serial}
                   if place else {}),
            }
        )  # fmt: skip
        return {
            **about, "session_id": self.count.pk, "tracking_seen": 0, "status": int(LineStatus.OPEN), "round": FIRST,
            "found": True, "note": "", "refused_because": "",
        }  # fmt: skip

    # -- what they say

    def _load(self) -> None:
        session = self.deed.session
        keys = [line.stock_item_id for line in self.lines.values() if line.stock_item_id is not None]
        self.items = items_now(session, keys)
        self.taken = {line: taken_of(rows) for line, rows in entries_of(session, self.lines).items()}
        since = min((line.tracking_seen for line in self.lines.values()), default=0)
        self.moved = movements_of(session, keys, since)

    def _take(self, entry: Given, key: int | None) -> Result:
        """Check one entry and note it."""
        line = self.lines.get(key) if key is not None else None
        if line is None:
            return Result(entry.key, "refused", None, "There is no such line, item or place in this session.")
        item = self.items.get(line.stock_item_id) if line.stock_item_id is not None else None
        by = self.deed.by
        moment = moment_of(entry.counted_at, self.sent_at, self.count.created or by.now, by.now)
        expected = self._expected(line, item, moment)
        number = line.round if entry.round is None else entry.round
        new = Taken(by.user or 0, number, entry.quantity, expected, adds=entry.adds)
        before = self.taken.setdefault(line.pk, [])
        state = LineState(line.status, line.round, self.count.status, bool(item and item.serialized))
        try:
            may_enter(self.count.mode, before, new, state, other_recounter=self.other_recounter)
        except InvalidInput as error:
            return Result(entry.key, "refused", line.pk, _text(error))
        before.append(new)
        self._apply(line, before)
        self.rows.append(
            {
                "session_id": self.count.pk, "line_id": line.pk, "key": entry.key, "counter_id": by.user,
                "round": number, "mode": "add" if entry.adds else "set", "quantity": entry.quantity,
                "counted_at": moment, "received_at": by.now, "expected_then": expected.quantity,
                "seen": expected.seen, "elsewhere": expected.elsewhere, "note": entry.note,
            }
        )  # fmt: skip
        return Result(entry.key, "kept", line.pk)

    def _expected(self, line: CountLine, item: ItemNow | None, moment: datetime) -> Expected:
        snapshot = Expected(line.expected, line.tracking_seen)
        if item is None:  # nobody knew of it, or it is gone by now
            return Expected(Decimal(0), line.tracking_seen, elsewhere=line.stock_item_key is not None)
        moved = self.moved.get(item.pk, ())
        now = item.seen_at(line.location_id, moved[-1].pk if moved else line.tracking_seen)
        return expected_at(snapshot, line.location_id, moved, moment, now)

    def _apply(self, line: CountLine, entries: Sequence[Taken]) -> None:
        """The line as it is after its entries."""
        verdict = judge(self.count.mode, entries, line.round)
        if verdict is None:
            return
        line.status = int(LineStatus.COUNTED)
        if line.round > FIRST:  # a recount is judged at once; the supervisor waits for it
            line.status = int(settled(verdict, Tolerance(), None, line.round))
            line.counted, line.expected_then, line.variance = (
                verdict.counted, verdict.expected.quantity, verdict.variance,
            )  # fmt: skip
            line.refused_because = ""


def _text(error: InvalidInput) -> str:
    errors = error.errors
    if isinstance(errors, Mapping):
        errors = next(iter(errors.values()))
    return " ".join(str(text) for text in errors) if isinstance(errors, list) else str(errors)
