"""What the order board shows: which kind of orders, and what narrows them; and the lines that say so."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tui.actions import Action
from tui.history import Place
from tui.screens.order_calendar import OrderCalendar
from tui.views.formats import quantity
from tui.views.orders import model_of
from tui.widgets.filter_bar import FilterBar
from tui.widgets.line import Line, Part
from tui.widgets.orders_table import OrdersTable
from workflow.orders import OrderKind, kind_of

__all__ = ["OrderFilters"]

NAMES: Final[Mapping[str, str]] = {
    "purchase": "Purchase",
    "sales": "Sales",
    "return": "Returns",
    "transfer": "Transfers",
}


class OrderFilters(OrderCalendar):
    """Switches between kinds of orders and narrows them. What is chosen is remembered, but for the text."""

    def place(self) -> Place:
        raise NotImplementedError

    def focus_orders(self) -> None:
        """Put the focus on the orders."""
        raise NotImplementedError

    def show_about(self) -> None:
        """Say more of the order under the cursor."""
        raise NotImplementedError

    def recall(self, text: str) -> None:
        """Take up the filters of last time, with another text."""
        state = self.bincard.state
        self.by_date = state.get("orders", "by date", False)
        self.filters = replace(
            self.filters,
            mine=state.get("orders", "mine", False),
            late=state.get("orders", "late", False),
            closed=state.get("orders", "closed", False),
            text=text,
        )
        state.set("orders", "kind", self.kind.name)
        self.query_one(FilterBar).set_text(text)

    # The lines above the orders

    def show_heads(self) -> None:
        self.query_one("#kinds", Line).show(self._kind_parts())
        self.query_one("#heads", Line).show(self._count_parts(), self._filter_parts())

    def _kind_parts(self) -> list[Part]:
        parts: list[Part] = []
        for number, kind in enumerate(self.kinds, 1):
            name = kind.prefix if self.size.width < 70 else NAMES[kind.name]
            count, late = self.counts.get(kind.name, (None, 0))
            figures = f" {quantity(count)}" if count is not None else ""
            text = f"{number} {name}{figures}" + (f" !{quantity(late)}" if late else "")
            chosen = kind is self.kind
            parts.append((f"[{text}]" if chosen else f" {text} ", "bold reverse" if chosen else ""))
        return parts

    def _count_parts(self) -> list[Part]:
        open_, late = self.counts.get(self.kind.name, (None, 0))
        if open_ is None:
            return [(self.kind.plural, "bold")]
        parts: list[Part] = [(f"{quantity(open_)} open", "bold")]
        if late:
            parts.append((f"   ! {quantity(late)} overdue", "bold $bad"))
        return parts

    def _filter_parts(self) -> list[Part]:
        shown = self.filters
        said = [
            "by target date" if self.by_date else "",
            "assigned to me" if shown.mine else "",
            "overdue only" if shown.late else "",
            "all states" if shown.closed and not self.by_date else "",
        ]
        parts: list[Part] = [(", ".join(each for each in said if each), "bold $warn")]
        if shown.text:
            parts += [(" filter ", "$warn"), (shown.text[:30], "bold $warn")]
        return parts

    # What the keys are called

    def label_of(self, action: Action) -> str:
        match action.id:
            case "orders.mine" if self.filters.mine:
                return "Everybody's"
            case "orders.late" if self.filters.late:
                return "Late or not"
            case "orders.closed" if self.filters.closed:
                return "Open only"
            case "orders.calendar" if self.by_date:
                return "By state"
            case "orders.allocate" | "orders.receive":
                return "Pick" if action.id == "orders.allocate" else "Receive"
            case _:
                return super().label_of(action)

    # Kinds

    def _show_kind(self, kind: OrderKind) -> None:
        if kind is self.kind:
            return
        self.bincard.history.remember(self.place())
        self.kind = kind
        self.groups = ()
        for table in self.query(OrdersTable):
            table.empty_text, table.source = "Loading ...", self.grouped()
        self.bincard.state.set("orders", "kind", kind.name)
        self.bincard.history.visit(self.place())
        self.begin()
        self.deal_out()
        self.show_about()

    def do_orders_purchase(self) -> None:
        """Show the purchase orders."""
        self._show_kind(kind_of("purchase"))

    def do_orders_sales(self) -> None:
        """Show the sales orders."""
        self._show_kind(kind_of("sales"))

    def do_orders_return(self) -> None:
        """Show the return orders."""
        self._show_kind(kind_of("return"))

    def do_orders_transfer(self) -> None:
        """Show the transfer orders."""
        self._show_kind(kind_of("transfer"))

    def do_orders_next_kind(self, step: int = 1) -> None:
        """Show the next kind of orders."""
        kinds = self.kinds
        self._show_kind(kinds[(kinds.index(self.kind) + step) % len(kinds)])

    def do_orders_last_kind(self) -> None:
        """Show the kind of orders before."""
        self.do_orders_next_kind(-1)

    # Filters

    def _filter(self, name: str, *, value: bool) -> None:
        self.bincard.state.set("orders", name, value)
        self.begin()

    def do_orders_mine(self) -> None:
        """Only mine, or everybody's."""
        self.filters = replace(self.filters, mine=not self.filters.mine)
        self._filter("mine", value=self.filters.mine)

    def do_orders_late(self) -> None:
        """Only overdue ones, or all."""
        self.filters = replace(self.filters, late=not self.filters.late)
        self._filter("late", value=self.filters.late)

    def do_orders_closed(self) -> None:
        """All states, or only the open ones."""
        self.filters = replace(self.filters, closed=not self.filters.closed)
        self._filter("closed", value=self.filters.closed)

    def do_orders_calendar(self) -> None:
        """By target date, or by state."""
        self.by_date = not self.by_date
        order = self.order
        self.return_to = Place("orders", model_of(self.kind), None, cursor_pk=order.pk) if order else None
        self._filter("by date", value=self.by_date)

    async def do_list_filter(self) -> None:
        """Narrow the orders while typing."""
        await self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._search(message.text)

    def _search(self, text: str) -> None:
        if text != self.filters.text:
            self.filters = replace(self.filters, text=text)
            self.begin()

    def do_filter_accept(self) -> None:
        """Keep the filter and go to the orders."""
        bar = self.query_one(FilterBar)
        bar.say()
        if not bar.text:
            bar.close()
        self.focus_orders()

    def do_filter_clear(self) -> None:
        """Show all orders again."""
        bar = self.query_one(FilterBar)
        bar.set_text("")
        bar.close()
        self._search("")
        self.focus_orders()

    def do_app_cancel(self) -> None:
        """Give up the filter, or what is being loaded."""
        if self.filters.text:
            self.do_filter_clear()
        elif self.stop_loading():
            self.bincard.announce("Stopped.")
