"""From an alert to its cause: count it, order it, receive it, or look at it, and back to the same line."""

from textual import work
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.api_models import StockItem
from tui.history import Place
from tui.live.alerts import Alert
from tui.live.live import Live
from tui.screens.alert_rows import AlertTable
from tui.screens.item_commands import outcome_of
from tui.screens.list_commands import ListCommands
from tui.widgets.virtual_list import VirtualList

__all__ = ["AlertCauses", "cause_of"]

_WORDS = {"order": "Order it", "count": "Count it", "receive": "Receive it", "ship": "Ship it"}


def cause_of(alert: Alert) -> Place | None:
    """Where the cause of an alert is to be seen; None for one that has no place."""
    if alert.item is not None:
        return Place("card", "stockitem", alert.item, title=alert.part_name)
    if alert.purchase_order is not None:
        return Place("order", "purchaseorder", alert.purchase_order, title=alert.reference)
    if alert.sales_order is not None:
        return Place("order", "salesorder", alert.sales_order, title=alert.reference)
    if alert.part is not None:
        return Place("card", "part", alert.part, title=alert.part_name)
    if alert.location is not None:
        return Place("stock", "stocklocation", alert.location, title=alert.path)
    return Place("suppliers", "", None, text=alert.supplier_name) if alert.supplier_name else None


class AlertCauses(ListCommands):
    """The commands that go from an alert to what it is about."""

    class ItemRead(Message):
        """The stock item that is to be counted, or why it cannot be."""

        def __init__(self, item: StockItem | None, problem: str = "") -> None:
            super().__init__()
            self.item = item
            self.problem = problem

    @property
    def alert(self) -> Alert | None:
        """The alert under the cursor."""
        raise NotImplementedError

    @property
    def table(self) -> AlertTable:
        raise NotImplementedError

    @property
    def live(self) -> Live:
        """What the board shows."""
        raise NotImplementedError

    def offers(self, action: Action) -> bool:
        alert = self.alert
        match action.id:
            case "list.open":
                return alert is not None and (self._next_step(alert) != "look" or cause_of(alert) is not None)
            case "alerts.count_it":
                return alert is not None and self._countable(alert)
            case "alerts.order_it":
                return alert is not None and alert.part is not None
            case "alerts.receive_it":
                return alert is not None and alert.purchase_order is not None
            case "alerts.card":
                return alert is not None and (alert.item is not None or alert.part is not None)
            case "alerts.location":
                return alert is not None and alert.location is not None
            case _:
                return super().offers(action)

    def label_of(self, action: Action) -> str:
        if action.id == "list.open" and self.alert is not None:
            return _WORDS.get(self._next_step(self.alert), "Look at it")
        return super().label_of(action)

    def _countable(self, alert: Alert) -> bool:
        return alert.item is not None or alert.location is not None or alert.part is not None

    def _next_step(self, alert: Alert) -> str:
        """What Enter does: what the alert asks for, where the role allows that; else it shows the cause."""
        session = self.bincard.session
        may = {
            "order": alert.part is not None and session.can("purchase_order", "add"),
            "count": self._countable(alert) and session.can("stock", "add"),
            "receive": alert.purchase_order is not None and session.can("purchase_order", "change"),
            "ship": alert.sales_order is not None and session.can("sales_order", "change"),
        }
        return alert.do if may.get(alert.do) else "look"

    async def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        await self.do_list_open()

    async def do_list_open(self) -> None:
        """Do what is next, or show the cause."""
        alert = self.alert
        if alert is None:
            return
        match self._next_step(alert):
            case "order":
                await self.do_alerts_order_it()
            case "count":
                await self.do_alerts_count_it()
            case "receive":
                await self.do_alerts_receive_it()
            case "ship":
                await self.bincard.go(Place("pick", "salesorder", alert.sales_order, title=alert.reference))
            case _:
                place = cause_of(alert)
                if place is not None:
                    await self.bincard.go(place)

    async def do_alerts_receive_it(self) -> None:
        """Receive the order."""
        alert = self.alert
        if alert is not None:
            await self.bincard.go(Place("receive", "purchaseorder", alert.purchase_order, title=alert.reference))

    async def do_alerts_card(self) -> None:
        """Show the bin card of the item, else of the part."""
        alert = self.alert
        if alert is not None:
            model, pk = ("stockitem", alert.item) if alert.item is not None else ("part", alert.part)
            await self.bincard.go(Place("card", model, pk, title=alert.part_name))

    async def do_alerts_location(self) -> None:
        """Go to the location."""
        alert = self.alert
        if alert is not None:
            await self.bincard.go(Place("stock", "stocklocation", alert.location, title=alert.path))

    async def do_alerts_order_it(self) -> None:
        """Order the part: at the reorder desk of a Bincard server, else on a new order."""
        alert = self.alert
        if alert is None:
            return
        if self.bincard.session.is_bincard:
            await self.bincard.go(Place("reorder", "part", alert.part, title=alert.part_name))
            return
        from tui.screens.order_form import OrderForm
        from tui.views.orders import Order
        from workflow.orders import PURCHASE

        async def made(order: Order | None) -> None:
            if order is not None:
                await self.bincard.go(Place("order", order.model, order.pk, title=order.reference))
                self.bincard.announce(f"{order.reference} is there; a adds {alert.part_name}.", "good")

        await self.bincard.push_screen(OrderForm(PURCHASE), made)

    async def do_alerts_count_it(self) -> None:
        """Count the item here; a location or a part on a sheet of its own."""
        from tui.counting.book import Scope

        alert = self.alert
        if alert is None:
            return
        if alert.item is not None:
            self._read_item(alert.item)
        elif alert.location is not None:
            self.bincard.begin_count(Scope(alert.path, location=alert.location), True)
        elif alert.part is not None:
            self.bincard.begin_count(Scope(alert.part_name, parts=(alert.part,)), True)

    @work(exclusive=True, group="item")
    async def _read_item(self, pk: int) -> None:
        try:
            row = await self.bincard.session.client.get(f"stock/{pk}/", {"part_detail": True, "location_detail": True})
        except ApiError as error:
            self.post_message(self.ItemRead(None, str(error)))
        else:
            self.post_message(self.ItemRead(StockItem.of(row)))

    async def on_alert_causes_item_read(self, message: ItemRead) -> None:
        if message.item is None:
            self.bincard.announce(f"Not to be counted: {message.problem}", "error")
            return
        from tui.screens.adjust import CountDialog
        from tui.stock_actions import Posting

        def counted(posting: Posting | None) -> None:
            if posting is not None:
                self.bincard.announce(*outcome_of(posting))
                if not self.live.by_events:
                    self.live.refresh()

        await self.bincard.push_screen(CountDialog([message.item]), counted)
