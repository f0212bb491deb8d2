"""The view of the order board by target date: weeks as groups, and where it is wide a month with what is due."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.screens.order_rows import OrderRows
from tui.views.orders import read_date
from tui.widgets.month_grid import MonthGrid
from workflow.orders import OrderKind

__all__ = ["WIDE", "OrderCalendar"]

#: So many cells wide there is room for columns, or for a month beside the list.
WIDE = 120
#: So many orders of a month are counted at most; more take a plain InvenTree too long to be worth it.
COUNTED_AT_MOST = 500


class OrderCalendar(OrderRows):
    """Shows the month of the order under the cursor beside the list, when orders are shown by date."""

    class MonthCounted(Message):
        """How many orders are due on each day of a month."""

        def __init__(self, month: date, counts: Mapping[date, int], *, capped: bool) -> None:
            super().__init__()
            self.month = month
            self.counts = counts
            self.capped = capped

    def __init__(self, kind: OrderKind) -> None:
        super().__init__(kind)
        self.months: dict[tuple[object, date], tuple[Mapping[date, int], bool]] = {}
        """What is known of which month, by question and month."""

    def show_month(self) -> None:
        """Bring the grid in line with the order under the cursor; a month not known yet is asked for."""
        if not self.by_date or self.size.width < WIDE:
            return
        order = self.order
        pointed = order.target if order is not None else None
        month = (pointed or self.today).replace(day=1)
        counts, capped = self.months.get((self._question(), month), (None, False))
        self.query_one(MonthGrid).show(month, self.today, pointed, counts or {}, capped=capped)
        if counts is None:
            self._count_month(month)

    def _question(self) -> object:
        return (self.kind.name, self.filters)

    @work(exclusive=True, group="month")
    async def _count_month(self, month: date) -> None:
        first = (month - timedelta(days=1)).isoformat()
        after = (month + timedelta(days=32)).replace(day=1).isoformat()
        params = {
            **self.filters.params(), "outstanding": True, "target_date_after": first, "target_date_before": after,
            "ordering": "target_date",
        }  # fmt: skip
        try:
            page = await self.bincard.session.client.page(self.kind.path, 0, COUNTED_AT_MOST, params)
        except ApiError as error:
            self.log.warning(f"the orders of the month cannot be counted: {error}")
            return
        days = Counter(day for row in page.results if (day := read_date(row.get("target_date"))) is not None)
        self.post_message(self.MonthCounted(month, days, capped=page.count > len(page.results)))

    def on_order_calendar_month_counted(self, message: MonthCounted) -> None:
        self.months[self._question(), message.month] = (message.counts, message.capped)
        self.show_month()
