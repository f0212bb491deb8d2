"""The details of the item under the cursor, beside the list on wide terminals."""

from collections.abc import Mapping
from typing import Any

from textual.content import Content
from textual.widget import Widget

from tui.safe_text import safe
from tui.views.formats import decimal_of, short_date, with_unit
from tui.views.stock_item import batch_or_serial, item_name, location_name, part_of, unit_of

__all__ = ["ItemPreview"]

LABEL_WIDTH = 11


class ItemPreview(Widget, can_focus=False):
    """Shows a row of `stock/`; nothing when there is none."""

    DEFAULT_CSS = "ItemPreview { width: 36; height: 1fr; padding: 0 1; border-left: solid $border; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._row: Mapping[str, Any] | None = None

    def show(self, row: Mapping[str, Any] | None) -> None:
        """Show another item."""
        if row is not self._row:
            self._row = row
            self.refresh()

    def render(self) -> Content:
        if self._row is None:
            return Content()
        width = self.content_size.width
        lines = Content.styled(safe(item_name(self._row)), "bold").wrap(width)
        lines += Content.styled(safe(str(part_of(self._row).get("description") or "")), "$muted").wrap(width)
        lines.append(Content())
        for label, value in _facts(self._row):
            if value:
                lines += _fact(label, value, width)
        return Content("\n").join(lines[: self.content_size.height])


def _fact(label: str, value: str, width: int) -> list[Content]:
    first, *rest = Content(safe(value)).wrap(max(4, width - LABEL_WIDTH))
    style = "bold" if label in ("On hand", "Available") else ""
    return [
        Content.styled(f"{label:<{LABEL_WIDTH}}", "$muted") + first.stylize(style),
        *(Content(" " * LABEL_WIDTH) + piece for piece in rest),
    ]


def _facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    unit = unit_of(row)
    on_hand, allocated = decimal_of(row.get("quantity")), decimal_of(row.get("allocated"))
    free = None if on_hand is None or allocated is None else max(on_hand - allocated, decimal_of(0) or allocated)
    return [
        ("On hand", with_unit(on_hand, unit)),
        ("Allocated", with_unit(allocated, unit) if allocated else ""),
        ("Available", with_unit(free, unit)),
        ("Status", str(row.get("status_text") or "")),
        ("IPN", str(part_of(row).get("IPN") or "")),
        ("Serial" if row.get("serial") else "Batch", batch_or_serial(row)),
        ("Location", location_name(row)),
        ("Packaging", str(row.get("packaging") or "")),
        ("Expiry", short_date(row.get("expiry_date")) + (" EXPIRED" if row.get("expired") else "")),
        ("Counted", short_date(row.get("stocktake_date")) or "never"),
        ("Updated", str(row.get("updated") or "")),
        ("SKU", str(row.get("SKU") or "")),
        ("MPN", str(row.get("MPN") or "")),
        ("Item", str(row.get("pk"))),
    ]
