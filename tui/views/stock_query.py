"""What a list of stock shows."""

from dataclasses import dataclass
from typing import Any

from tui.views.stock_item import STOCK_ITEMS

__all__ = ["Query"]


@dataclass(frozen=True, slots=True)
class Query:
    """A location (None for all), with its sub-locations (`wide`) or not, filtered by `text` and sorted.

    `part` narrows it to the items of one part, wherever they lie.
    """

    location: int | None = None
    part: int | None = None
    wide: bool = True
    text: str = ""
    sort: str = STOCK_ITEMS.ordering
    descending: bool = False

    def params(self) -> dict[str, Any]:
        """The query as the server reads it."""
        ordering = STOCK_ITEMS.orderings[self.sort]
        return {
            # Without cascade, "null" means lying nowhere; left out, anywhere.
            "location": "null" if self.location is None and not self.wide else self.location,
            "cascade": self.wide,
            "part": self.part,
            "include_variants": None if self.part is None else False,
            "in_stock": True,
            "part_detail": True,
            "location_detail": True,
            "search": self.text or None,
            "ordering": f"-{ordering}" if self.descending else ordering,
        }
