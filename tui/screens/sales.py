"""The sales screens that are lists: trends and slow movers."""

from typing import ClassVar

from tui.actions import Action
from tui.sales.book import SalesRow, View
from tui.screens.sales_rows import NAMES, SalesRows
from tui.views.sales import SLOW, TRENDS, Trend

__all__ = ["SalesScreen", "SlowMoversScreen"]


class SalesScreen(SalesRows):
    """Revenue, units, growth, ABC class and a sparkline of each, over 12 weeks or 12 months."""

    TITLE_TEXT: ClassVar[str] = "Sales"
    VIEW = TRENDS

    def heading(self) -> str:
        span = "12 months" if self.asked.span == "month" else "12 weeks"
        return f"Sales  {NAMES[self.asked.by]}  {span}"

    def line_of(self, row: SalesRow) -> Trend:
        return Trend(row, of_units=self.asked.sort == "units", plain=self.plain)

    def do_sales_span(self) -> None:
        """Weeks or months."""
        span = "month" if self.asked.span == "week" else "week"
        self.bincard.state.set("sales", "span", span)
        self._change(span=span)


class SlowMoversScreen(SalesRows):
    """Parts that lie in stock and are not sold, those that lie longest first."""

    TITLE_TEXT: ClassVar[str] = "Slow movers"
    SHOWS: ClassVar[View] = "slow"
    SCREEN: ClassVar[str] = "sales-slow"
    VIEW = SLOW

    def empty_text(self) -> str:
        return super().empty_text() if self.asked.search else "Everything in stock was sold lately."

    def heading(self) -> str:
        return "Slow movers: in stock, not sold for long"

    def offers(self, action: Action) -> bool:
        kinds = ("sales.next", "sales.part", "sales.category", "sales.customer", "sales.supplier", "sales.span")
        return action.id not in kinds and super().offers(action)
