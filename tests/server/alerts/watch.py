"""A stock room that is watched: what the tests of alerts make, and what they read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from server.alerts.checking import Checked, check_all, check_changed
from server.alerts.records import ALERTS, CHANGES
from server.db.models.alerts import LocationLevel
from server.db.models.company import Company, SupplierPart
from server.db.models.order import (
    PurchaseOrder,
    PurchaseOrderLineItem,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
)
from server.db.models.plugin import PluginConfig, PluginSetting
from server.db.models.stock import StockItemTracking
from server.domain.status import PurchaseOrderStatus, SalesOrderStatus, StockHistoryCode
from tests.server.actions.stock_room import NOW, StockRoom

__all__ = ["NOW", "TODAY", "Watch"]

TODAY = NOW.date()


@dataclass
class Watch(StockRoom):
    """A stock room with orders and rules."""

    def setting(self, key: str, value: str) -> None:
        with self.database.write() as session:
            plugin = session.scalars(select(PluginConfig).where(PluginConfig.key == "bincard")).one_or_none()
            if plugin is None:
                plugin = PluginConfig(key="bincard", name="Bincard", active=True)
                session.add(plugin)
                session.flush()
            kept = select(PluginSetting).where(PluginSetting.key == key)
            row = session.scalars(kept).one_or_none() or PluginSetting(plugin_id=plugin.pk, key=key)
            row.value = value
            session.add(row)

    def company(self, name: str = "Supplier", **more: Any) -> int:
        return self.add(
            Company(
                **{
                    "name": name,
                    "email": f"c{self._next()}@example.com",
                    "is_supplier": True,
                    "is_customer": True,
                    **more,
                }
            )
        )

    def purchase(
        self, part: int, quantity: float, *, supplier: int | None = None, due: date | None = None, pack: int = 1,
        destination: int | None = None, issued: date | None = None, received: float = 0,
    ) -> int:  # fmt: skip
        """A placed order with one line; its key."""
        company = supplier if supplier is not None else self.company()
        sold = self.add(SupplierPart(
            part_id=part, supplier_id=company, SKU=f"SKU-{self._next()}", pack_quantity_native=Decimal(pack)
        ))  # fmt: skip
        order = self.add(PurchaseOrder(
            reference=f"PO-{self._next():04}", supplier_id=company, status=int(PurchaseOrderStatus.PLACED),
            target_date=due, issue_date=issued, destination_id=destination,
        ))  # fmt: skip
        self.add(PurchaseOrderLineItem(
            order_id=order, part_id=sold, quantity=Decimal(str(quantity)), received=Decimal(str(received))
        ))  # fmt: skip
        return order

    def sale(self, part: int, quantity: float, *, due: date | None = None, promise: int | None = None) -> int:
        """A sales order that is issued, with one line; `promise`: the item that is allocated to it."""
        order = self.add(SalesOrder(
            reference=f"SO-{self._next():04}", customer_id=self.company("Customer"), target_date=due,
            status=int(SalesOrderStatus.IN_PROGRESS),
        ))  # fmt: skip
        line = self.add(SalesOrderLineItem(order_id=order, part_id=part, quantity=Decimal(str(quantity))))
        if promise is not None:
            self.add(SalesOrderAllocation(line_id=line, item_id=promise, quantity=Decimal(str(quantity))))
        return order

    def level(self, part: int, location: int, minimum: float, maximum: float | None = None) -> int:
        return self.add(LocationLevel(
            part_id=part, location_id=location, minimum=Decimal(str(minimum)),
            maximum=None if maximum is None else Decimal(str(maximum)),
        ))  # fmt: skip

    def moved(
        self, part: int, code: StockHistoryCode, days_ago: float, item: int | None = None, **deltas: Any
    ) -> int:  # fmt: skip
        return self.add(StockItemTracking(
            part_id=part, item_id=item, date=NOW - timedelta(days=days_ago), tracking_type=int(code), deltas=deltas,
            user_id=self.user,
        ))  # fmt: skip

    def removed(self, part: int, *amounts: float, first_days_ago: float = 60) -> None:
        """Removals, evenly up to today."""
        step = first_days_ago / max(1, len(amounts))
        with self.database.write() as session:
            session.execute(insert(StockItemTracking), [
                {
                    "part_id": part, "date": NOW - timedelta(days=first_days_ago - step * number),
                    "tracking_type": int(StockHistoryCode.STOCK_REMOVE), "deltas": {"removed": amount},
                    "user_id": self.user, "notes": "",
                }
                for number, amount in enumerate(amounts)
            ])  # fmt: skip

    def look(self, *kinds: str, now: datetime = NOW) -> Mapping[str, Checked]:
        return check_all(self.database, now, kinds=kinds or None)

    def changed(self, now: datetime = NOW, **keys: int) -> Checked:
        return check_changed(self.database, now, {name: [key] for name, key in keys.items()})

    def alerts(self, *kinds: str, resolved: bool = False) -> list[Any]:
        """The alerts that are not resolved (or all), oldest first."""
        wanted = select(ALERTS).order_by(ALERTS.c.pk)
        if kinds:
            wanted = wanted.where(ALERTS.c.kind.in_(kinds))
        if not resolved:
            wanted = wanted.where(ALERTS.c.open_cause.is_not(None))
        with self.database.read() as connection:
            return list(connection.execute(wanted))

    def steps(self, alert: int) -> list[str]:
        with self.database.read() as connection:
            wanted = select(CHANGES.c.what).where(CHANGES.c.alert_id == alert).order_by(CHANGES.c.pk)
            return list(connection.scalars(wanted))

    def _next(self) -> int:
        self.number = getattr(self, "number", 0) + 1
        return self.number
