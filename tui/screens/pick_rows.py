"""The pick list as rows of a table."""

from collections.abc import Mapping
from typing import Final

from tui.orders.pick_round import PickRow
from tui.widgets.columns import Column

__all__ = ["pick_columns"]

#: Below this width of the screen only the end of a long location path is shown; above it, this much of it.
_WIDE: Final = 100
_SHORT_PATH, _LONG_PATH = 18, 30

#: Sign and word of each state; the sign says it without colour.
_STATES: Final[Mapping[str, str]] = {
    "next": "* next",
    "open": "",
    "later": "~ later",
    "missing": "! none",
    "picked": "+ picked",
    "shipped": "= shipped",
}
_HINTS: Final[Mapping[str, str]] = {"next": "strong", "missing": "bad", "picked": "good", "shipped": "muted"}


def _state(row: PickRow) -> str:
    return _STATES[row.state]


def _hint(row: PickRow) -> str:
    return _HINTS.get(row.state, "")


def _where(row: PickRow, room: int) -> str:
    if row.lot is None:
        return "no stock found" if row.state == "missing" else ""
    return _end_of(row.where, room) or ("sent" if row.state == "shipped" else row.lot.where)


def _end_of(path: str, room: int) -> str:
    """The last levels of a path that fit, the last one in any case: it is what stands on the shelf."""
    shown = path
    while len(shown) > room and "/" in shown.removeprefix("…/"):
        shown = "…/" + shown.removeprefix("…/").partition("/")[2]
    return shown


def _amount(row: PickRow) -> str:
    return row.line.amount(row.amount)


def _there(row: PickRow) -> str:
    return row.line.amount(row.lot.on_hand) if row.lot is not None else ""


def _part(row: PickRow) -> str:
    return row.lot.part_name if row.lot is not None else row.line.part_name


def _mark(row: PickRow) -> str:
    return row.lot.mark.removeprefix("batch ") if row.lot is not None else ""


def _expiry(row: PickRow) -> str:
    return row.lot.expiry if row.lot is not None else ""


def pick_columns(width: int) -> tuple[Column, ...]:
    """The columns for a screen of this width."""
    room = _LONG_PATH if width >= _WIDE else _SHORT_PATH
    return (
        Column("state", "", _state, width=9, min_width=9, priority=2, hint=_hint),
        Column("amount", "Take", _amount, width=10, min_width=6, align="right", priority=0, hint="number"),
        Column(
            "location",
            "Location",
            lambda row: _where(row, room),
            width=24,
            min_width=14,
            flex=3,
            priority=1,
            hint=_hint,
        ),
        Column("part", "Part", _part, width=20, min_width=12, flex=2, priority=3),
        Column("batch", "Batch/serial", _mark, width=14, min_width=8, priority=4),
        Column("there", "There", _there, width=10, min_width=7, align="right", priority=5, hint="number"),
        Column("expiry", "Expiry", _expiry, width=10, priority=6, hint="muted"),
        Column("ipn", "IPN", lambda row: row.line.ipn, width=16, min_width=10, priority=7, hint="muted"),
    )
