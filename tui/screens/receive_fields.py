"""What may be said of a receipt besides quantity and place: a field each, asked for only when its key is pressed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from tui.api_models import StatusChoice
from tui.orders.receipts import Extras
from tui.widgets.choice_list import Choice

__all__ = ["FIELDS", "RETURN_FIELDS", "ExtraField", "field_called", "next_field", "status_choices"]


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A field: the member of `Extras` that it fills, its prompt, and how what is typed is read (ValueError)."""

    name: str
    label: str
    hint: str
    read: Callable[[str], Any] = str.strip
    longest: int = 0

    def shown(self, extras: Extras) -> str:
        """What is in it, as it was typed."""
        value = getattr(extras, self.name)
        if isinstance(value, StatusChoice):
            return value.label
        return "" if value is None else str(value)

    def into(self, extras: Extras, text: str) -> Extras:
        """The extras with the text in this field. Raises ValueError with what is wrong."""
        if self.longest and len(text) > self.longest:
            raise ValueError(f"too long; {self.longest} characters at most")
        return replace(extras, **{self.name: self.read(text)})


def _date(text: str) -> date | None:
    """A day as 2027-02-28, or as 28.2.2027. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    numbers = text.split(".")
    try:
        if len(numbers) == 3:
            day, month, year = (int(number) for number in numbers)
            return date(year + 2000 if year < 100 else year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("type the day as 2027-02-28") from None


#: The longest texts are the server's own limits.
FIELDS: Final = (
    ExtraField("batch", "Batch", "batch code of what has come", longest=100),
    ExtraField("serials", "Serials", "700-702, 710: one for each piece", longest=10_000),
    ExtraField("expiry", "Expires", "2027-02-28", _date),
    ExtraField("status", "Status", "begin to type, or choose below"),
    ExtraField("packaging", "Packaging", "reel, tray, ...", longest=50),
    ExtraField("barcode", "Barcode", "scan what is to be linked to the new item", longest=4095),
    ExtraField("note", "Note", "for the history", longest=5000),
)
RETURN_FIELDS: Final = tuple(field for field in FIELDS if field.name in ("status", "note"))


def field_called(name: str) -> ExtraField:
    """The field that fills this member. Raises KeyError."""
    return {field.name: field for field in FIELDS}[name]


def next_field(fields: Sequence[ExtraField], current: ExtraField | None, step: int) -> ExtraField | None:
    """The field after (`step` 1) or before (-1) the current one; None, the quantity, lies between last and first."""
    ring: list[ExtraField | None] = [None, *fields]
    return ring[(ring.index(current) + step) % len(ring)]


def status_choices(statuses: Sequence[StatusChoice], text: str) -> list[Choice]:
    """The statuses whose name begins with what is typed; all of them for "" or for nothing that fits."""
    wanted = text.casefold().strip()
    fitting = [status for status in statuses if status.label.casefold().startswith(wanted)]
    return [Choice(status, status.label) for status in fitting or statuses]
