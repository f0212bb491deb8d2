"""What a stock action would change, worked out before anything is sent, and what speaks against it.

Pure: the same items and amounts give the same preview. A refusal is something the server would refuse, or would do
silently in a way nobody wants (InvenTree removes 5 when asked for 100, and does nothing at all to serialised stock); a
preview with refusals cannot be posted. A warning is something to look at first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tui.api_models import Location, StatusChoice, StockItem
from tui.stock_actions.quantities import LARGEST
from tui.views.formats import quantity

__all__ = [
    "Entry",
    "Kind",
    "Line",
    "Preview",
    "preview_add",
    "preview_count",
    "preview_merge",
    "preview_move",
    "preview_remove",
    "preview_split",
    "preview_status",
    "renewed",
]

Entry = tuple[StockItem, Decimal]
ZERO: Final = Decimal(0)


class Kind(StrEnum):
    """What is done to the items."""

    COUNT = "count"
    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    SPLIT = "split"
    STATUS = "change status"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Line:
    """One item: how it is, and how it would be."""

    item: StockItem
    amount: Decimal
    """What was counted, added, removed or moved; the whole quantity for a status or a merge."""
    after: Decimal
    """Quantity of this item afterwards; 0 for one that is merged into another."""
    location_after: str = ""
    """Path of where it, or what was split off it, will be; "" where that does not change."""
    status_after: str = ""
    splits: bool = False
    """Whether a new item comes into being with `amount`."""
    unchanged: bool = False
    """Whether nothing would change, so that it is not sent."""
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def before(self) -> Decimal:
        """Quantity of the item as it was seen."""
        return self.item.quantity

    @property
    def change(self) -> Decimal:
        """By how much the item's quantity changes."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole action on one or many items; `refusals` and `warnings` concern it as a whole."""

    kind: Kind
    lines: tuple[Line, ...]
    notes: str = ""
    destination: Location | None = None
    status: StatusChoice | None = None
    mix_suppliers: bool = False
    mix_statuses: bool = False
    allow_allocated: bool = False
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = field(default=())

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be posted as it is."""
        return bool(self.refusals) or any(line.refusals for line in self.lines)

    @property
    def all_refusals(self) -> list[str]:
        """Everything that is in the way, each item's with its name."""
        return [*self.refusals, *(f"{line.item.label}: {text}" for line in self.lines for text in line.refusals)]

    @property
    def all_warnings(self) -> list[str]:
        """Everything to look at, each item's with its name."""
        return [*self.warnings, *(f"{line.item.label}: {text}" for line in self.lines for text in line.warnings)]

    @property
    def sent_lines(self) -> tuple[Line, ...]:
        """The lines that change something."""
        return tuple(line for line in self.lines if not line.unchanged)


def preview_count(entries: Iterable[Entry], *, notes: str = "") -> Preview:
    """Set each item's quantity to what was counted. A count that confirms the record is posted too."""
    return _checked(Preview(Kind.COUNT, tuple(_count(item, counted) for item, counted in entries), notes))


def preview_add(entries: Iterable[Entry], *, notes: str = "") -> Preview:
    """Add to each item."""
    return _checked(Preview(Kind.ADD, tuple(_add(item, amount) for item, amount in entries), notes))


def preview_remove(entries: Iterable[Entry], *, notes: str = "", allow_allocated: bool = False) -> Preview:
    """Take from each item; what is allocated to orders and builds only with `allow_allocated`."""
    lines = tuple(_remove(item, amount, allow_allocated) for item, amount in entries)
    return _checked(Preview(Kind.REMOVE, lines, notes, allow_allocated=allow_allocated))


def preview_move(entries: Iterable[Entry], destination: Location, *, notes: str = "") -> Preview:
    """Move each item, or part of it (which splits it), to `destination`."""
    lines = tuple(_move(item, amount, destination) for item, amount in entries)
    return _checked(Preview(Kind.MOVE, lines, notes, destination))


def preview_split(item: StockItem, amount: Decimal, *, notes: str = "") -> Preview:
    """Make a new item of part of one, in the same place."""
    if item.location is None:
        refused = replace(_nothing(item, amount), refusals=("is in no location; move it to one first",))
        return _checked(Preview(Kind.SPLIT, (refused,), notes))
    here = Location(item.location, item.location_path, item.location_path)
    line = _move(item, amount, here)
    if amount == item.quantity:
        line = replace(line, refusals=(f"holds {item.amount(item.quantity)}; splitting it needs less than all of it",))
    return _checked(Preview(Kind.SPLIT, (replace(line, location_after="", unchanged=False),), notes, here))


def preview_status(items: Iterable[StockItem], status: StatusChoice, *, notes: str = "") -> Preview:
    """Give each item another status."""
    lines = tuple(_status(item, status) for item in items)
    preview = _checked(Preview(Kind.STATUS, lines, notes, status=status))
    if lines and not preview.sent_lines:
        return replace(
            preview,
            refusals=(
                *preview.refusals,
                f"all are {status.label} already",
            ),
        )
    return preview


def preview_merge(
    items: Sequence[StockItem],
    destination: Location,
    *,
    notes: str = "",
    mix_suppliers: bool = False,
    mix_statuses: bool = False,
) -> Preview:
    """Put all items into the first one, at `destination`; the others are deleted."""
    total = sum((item.quantity for item in items), ZERO)
    lines = []
    for number, item in enumerate(items):
        problems = _cannot_merge(item, items[0], mix_suppliers=mix_suppliers, mix_statuses=mix_statuses)
        after = total if number == 0 else ZERO
        where = destination.path if number == 0 and item.location != destination.pk else ""
        lines.append(Line(item, item.quantity, after, location_after=where, refusals=problems))
    refusals = () if len(items) > 1 else ("a merge needs two items or more",)
    if destination.structural:
        refusals = (*refusals, _structural(destination))
    warnings = (f"{len(items) - 1} of {len(items)} items are deleted; this cannot be undone",) if len(items) > 1 else ()
    return _checked(
        Preview(
            Kind.MERGE,
            tuple(lines),
            notes,
            destination,
            mix_suppliers=mix_suppliers,
            mix_statuses=mix_statuses,
            warnings=warnings,
            refusals=refusals,
        )
    )


def renewed(preview: Preview, now: Mapping[int, StockItem]) -> Preview:
    """The same action on the same items as they are `now` (by primary key); items that are gone are left out.

    A count stays what was counted, and so do amounts; what was moved whole moves whole again.
    """
    kept = [(now[line.item.pk], line) for line in preview.lines if line.item.pk in now]
    if not kept:
        return replace(preview, lines=(), refusals=("none of the items is there any more",))
    items = [item for item, _ in kept]
    typed = [(item, line.amount) for item, line in kept]
    whole = [(item, item.quantity if line.amount == line.before else line.amount) for item, line in kept]
    notes = preview.notes
    match preview:
        case Preview(kind=Kind.COUNT):
            return preview_count(typed, notes=notes)
        case Preview(kind=Kind.ADD):
            return preview_add(typed, notes=notes)
        case Preview(kind=Kind.REMOVE):
            return preview_remove(typed, notes=notes, allow_allocated=preview.allow_allocated)
        case Preview(kind=Kind.SPLIT):
            return preview_split(*typed[0], notes=notes)
        case Preview(kind=Kind.MOVE, destination=Location() as place):
            return preview_move(whole, place, notes=notes)
        case Preview(kind=Kind.STATUS, status=StatusChoice() as status):
            return preview_status(items, status, notes=notes)
        case Preview(kind=Kind.MERGE, destination=Location() as place):
            mixed = {"mix_suppliers": preview.mix_suppliers, "mix_statuses": preview.mix_statuses}
            return preview_merge(items, place, notes=notes, **mixed)
    raise ValueError(f"{preview.kind} without its destination or status")


def _count(item: StockItem, counted: Decimal) -> Line:
    refusals: list[str] = _elsewhere(item)
    warnings: list[str] = []
    if counted < 0:
        refusals.append(f"{quantity(counted)} cannot have been counted")
    if item.is_serialised and counted != item.quantity:
        refusals.append(f"is one piece with a number, not {quantity(counted)}; if it is missing, change its status")
    if counted < item.allocated:
        warnings.append(f"{item.amount(item.allocated)} are allocated, more than the {item.amount(counted)} counted")
    if item.quantity > 0 and counted >= item.quantity * 10 and counted - item.quantity >= 100:
        warnings.append(f"{quantity(counted // item.quantity)} times what is recorded: a slip of the keys?")
    if counted == 0 and item.deletes_itself:
        warnings.append("nothing is left, so the server deletes the item")
    return Line(item, counted, counted, warnings=tuple(warnings), refusals=(*refusals, *_too_large(counted)))


def _add(item: StockItem, amount: Decimal) -> Line:
    refusals = [*_elsewhere(item), *_no_amount(amount, "add"), *_no_pieces(item)]
    after = item.quantity + max(amount, ZERO)
    return Line(item, amount, after, refusals=(*refusals, *_too_large(after)))


def _remove(item: StockItem, amount: Decimal, allow_allocated: bool) -> Line:
    refusals = [*_elsewhere(item), *_no_amount(amount, "remove"), *_no_pieces(item)]
    warnings: list[str] = []
    if amount > item.quantity:
        refusals.append(f"{item.amount(amount)} cannot be removed; there are only {item.amount(item.quantity)}")
    elif amount > item.available:
        figures = f"{item.amount(item.available)} of {item.amount(item.quantity)}"
        text = f"only {figures} available; {item.amount(item.allocated)} are allocated to orders"
        (warnings if allow_allocated else refusals).append(text)
    after = max(item.quantity - max(amount, ZERO), ZERO)
    if after == 0 and item.deletes_itself and not refusals:
        warnings.append("nothing is left, so the server deletes the item")
    return Line(item, amount, after, warnings=tuple(warnings), refusals=tuple(refusals))


def _move(item: StockItem, amount: Decimal, destination: Location) -> Line:
    refusals = [*_elsewhere(item), *_no_amount(amount, "move")]
    warnings: list[str] = []
    whole = amount == item.quantity
    if amount > item.quantity:
        refusals.append(f"{item.amount(amount)} cannot be moved; there are only {item.amount(item.quantity)}")
    elif item.is_serialised and not whole:
        refusals.append("is one piece with a number and moves whole")
    elif not whole and amount > item.available:
        left = item.amount(item.quantity - amount)
        warnings.append(f"{item.amount(item.allocated)} are allocated and stay with the {left} left here")
    if destination.structural:
        refusals.append(_structural(destination))
    if whole and item.location == destination.pk and not refusals:
        return replace(_nothing(item, amount), refusals=(f"is in {destination.path} already",))
    if destination.external:
        warnings.append(f"{destination.path} is outside the house")
    return Line(
        item,
        amount,
        item.quantity if whole else max(item.quantity - max(amount, ZERO), ZERO),
        location_after=destination.path,
        splits=not whole,
        warnings=tuple(warnings),
        refusals=tuple(refusals),
    )


def _status(item: StockItem, status: StatusChoice) -> Line:
    if item.status == status.key:
        return replace(_nothing(item, item.quantity), warnings=(f"is {status.label} already",), unchanged=True)
    return Line(item, item.quantity, item.quantity, status_after=status.label)


def _cannot_merge(item: StockItem, first: StockItem, *, mix_suppliers: bool, mix_statuses: bool) -> tuple[str, ...]:
    problems = _elsewhere(item)
    if item.is_serialised:
        problems.append("is one piece with a number and cannot be merged")
    if item.installed_items:
        problems.append(f"has {item.installed_items} other items installed in it")
    if item.part != first.part:
        problems.append(f"is another part than {first.label}")
    elif item.supplier_part != first.supplier_part and not mix_suppliers:
        problems.append(f"comes from another supplier than {first.label}")
    if item.status != first.status and not mix_statuses:
        problems.append(f"is {item.status_text}, but {first.label} is {first.status_text}")
    return tuple(problems)


def _checked(preview: Preview) -> Preview:
    """Add what every kind of action refuses, and what is wrong with the list as a whole."""
    refusals = list(preview.refusals)
    preview = replace(preview, lines=tuple(_whole(line) for line in preview.lines))
    if not preview.lines:
        refusals.append("no items are chosen")
    keys = [line.item.pk for line in preview.lines]
    twice = {line.item.label for line in preview.lines if keys.count(line.item.pk) > 1}
    refusals += [f"{label} is in the list more than once" for label in sorted(twice)]
    return replace(preview, refusals=tuple(refusals))


def _whole(line: Line) -> Line:
    """Refuse fractions of what is tracked piece by piece."""
    fraction = next((value for value in (line.amount, line.after) if value % 1), None)
    if not line.item.trackable or fraction is None or not line.change:
        return line
    return replace(
        line, refusals=(*line.refusals, f"is tracked piece by piece; {quantity(fraction)} is no whole number")
    )


def _nothing(item: StockItem, amount: Decimal) -> Line:
    return Line(item, amount, item.quantity)


def _elsewhere(item: StockItem) -> list[str]:
    return [f"{item.where_else}, not in stock"] if item.where_else else []


def _no_amount(amount: Decimal, verb: str) -> list[str]:
    return [] if amount > 0 else [f"nothing to {verb}"]


def _no_pieces(item: StockItem) -> list[str]:
    return ["is one piece with a number; its quantity does not change"] if item.is_serialised else []


def _too_large(value: Decimal) -> list[str]:
    return [f"{quantity(value)} is larger than the server can keep"] if value > LARGEST else []


def _structural(location: Location) -> str:
    return f"{location.path} is structural and holds no stock itself; choose a location in it"
