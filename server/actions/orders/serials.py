"""Serial numbers for many lines at once: read, and checked against what there is, by a fixed number of questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import ITEMS, PARTS
from server.actions.stock.serials import latest_serial
from server.domain.errors import InvalidInput
from server.domain.serials import read_serial_numbers, serial_number_as_int

__all__ = ["SerialsWanted", "new_serials"]

GROUP = 1000


@dataclass(frozen=True, slots=True)
class SerialsWanted:
    """`text` stands for `quantity` new serial numbers of a part; `path` is the part's place in its tree."""

    part: int
    path: str
    text: str
    quantity: int

    @property
    def root(self) -> int:
        """The template at the top: serial numbers are unique among all of its variants."""
        return int(self.path.split("/")[1]) if self.path else self.part


def new_serials(
    session: Session, wanted: Mapping[int, SerialsWanted], *, everywhere: bool = False
) -> dict[int, list[str]]:
    """The serial numbers by line. Nobody else may give out numbers of those parts until this transaction ends. Raises
    InvalidInput (`items`, by line) where a text cannot be read or a number is taken, here or in stock.

    `everywhere`: they are unique among all parts. Only "~" (the next one) asks once more for each part.
    """
    if not wanted:
        return {}
    roots = sorted({each.root for each in wanted.values()})
    session.execute(select(PARTS.c.pk).where(PARTS.c.pk.in_(roots)).order_by(PARTS.c.pk).with_for_update())
    found, errors = _read(session, wanted, everywhere=everywhere)
    taken = _taken(session, {serial for serials in found.values() for serial in serials})
    given: set[tuple[int, str]] = set()
    for index, serials in found.items():
        scope = 0 if everywhere else wanted[index].root
        bad = [
            serial for serial in serials
            if (scope, serial) in given or any(everywhere or root == scope for root in taken.get(serial, ()))
        ]  # fmt: skip
        given |= {(scope, serial) for serial in serials}
        if bad:
            text = f"The following serial numbers already exist or are invalid: {', '.join(bad)}"
            errors[str(index)] = {"serial_numbers": [text]}
    if errors:
        raise InvalidInput({"items": errors})
    return found


def _read(
    session: Session, wanted: Mapping[int, SerialsWanted], *, everywhere: bool
) -> tuple[dict[int, list[str]], dict[str, Any]]:
    found: dict[int, list[str]] = {}
    errors: dict[str, Any] = {}
    latest: dict[int, str | None] = {}
    for index, each in wanted.items():
        scope = 0 if everywhere else each.root
        if "~" in each.text and scope not in latest:
            latest[scope] = latest_serial(session, each.part, everywhere=everywhere)
        try:
            found[index] = read_serial_numbers(each.text, each.quantity, latest.get(scope))
        except InvalidInput as error:
            errors[str(index)] = {"serial_numbers": error.errors}
            continue
        if scope in latest:
            latest[scope] = max([latest[scope] or "", *found[index]], key=serial_number_as_int)
    return found, errors


def _taken(session: Session, serials: Iterable[str]) -> dict[str, set[int]]:
    """Those that are in use already, and among the variants of which parts."""
    taken: dict[str, set[int]] = {}
    for group in _groups(sorted(serials)):
        rows = session.execute(
            select(ITEMS.c.serial, PARTS.c.pk, PARTS.c.tree_path)
            .join(PARTS, PARTS.c.pk == ITEMS.c.part_id)
            .where(ITEMS.c.serial.in_(group), ITEMS.c.serial.is_not(None), ITEMS.c.serial != "")
        )
        for serial, part, path in rows:
            taken.setdefault(serial, set()).add(SerialsWanted(part, path or "", "", 0).root)
    return taken


def _groups(serials: Sequence[str]) -> list[Sequence[str]]:
    return [serials[start : start + GROUP] for start in range(0, len(serials), GROUP)]
