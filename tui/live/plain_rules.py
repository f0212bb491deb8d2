"""Alerts at a server that has none (a plain InvenTree): the rules that its lists allow, worked out here.

Low and out of stock, impossible quantities, expired and expiring, stock that has not moved, overdue orders. There is
nothing to acknowledge: an alert is there as long as its cause is.
"""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from tui.api_errors import Forbidden, NotFound
from tui.live.alerts import CRITICAL, INFO, OPEN, WARNING, Alert
from tui.session import Session
from tui.views.formats import decimal_of, quantity

__all__ = ["plain_alerts"]

Row = Mapping[str, Any]
_EACH: Final = 200
"""So many of a kind are listed at most."""
_STALE_DAYS: Final = 180
_EXPIRING_DAYS: Final = 30


async def plain_alerts(session: Session, today: date) -> list[Alert]:
    """What is wrong now, of what this user may see. Raises ApiError where the server cannot be asked."""
    can = session.can
    here = {"part_detail": True, "location_detail": True}
    day, before = today.isoformat(), (today - timedelta(days=1)).isoformat()
    soon = (today + timedelta(days=_EXPIRING_DAYS)).isoformat()
    long_ago = (today - timedelta(days=_STALE_DAYS)).isoformat()
    asked: list[tuple[str, dict[str, Any], Callable[[Row], Alert]]] = []
    if can("part", "view"):
        asked.append(("part/", {"low_stock": True, "active": True}, _low))
    if can("stock", "view"):
        stock = {**here, "in_stock": True}
        asked += [
            ("stock/", {**here, "max_stock": -0.00001}, _negative),
            ("stock/", {**stock, "expiry_before": day, "ordering": "expiry_date"}, _expired),
            ("stock/", {**stock, "expiry_after": before, "expiry_before": soon, "ordering": "expiry_date"}, _expiring),
            ("stock/", {**stock, "updated_before": long_ago, "ordering": "updated"}, _still),
        ]
    if can("purchase_order", "view"):
        asked.append(("order/po/", {"overdue": True, "supplier_detail": True}, _purchase))
    if can("sales_order", "view"):
        asked.append(("order/so/", {"overdue": True, "customer_detail": True}, _sales))
    found = await asyncio.gather(*(_ask(session, path, params, make) for path, params, make in asked))
    return [alert for alerts in found for alert in alerts]


async def _ask(session: Session, path: str, params: Row, make: Callable[[Row], Alert]) -> list[Alert]:
    try:
        page = await session.client.page(path, 0, _EACH, params)
    except (Forbidden, NotFound):
        return []  # not for this user, or a server that does not have it
    return [make(row) for row in page.results if isinstance(row.get("pk"), int)]


def _key(cause: str) -> int:
    """A number for a cause that no alert of a server has, the same each time."""
    return -1 - zlib.crc32(cause.encode())


def _alert(kind: str, title: str, severity: int, message: str, row: Row, **about: Any) -> Alert:
    return Alert(
        pk=_key(f"{kind}:{row['pk']}"), kind=kind, title=title, severity=severity, state=OPEN, message=message,
        local=True, **{"sent_at": "", **about},
    )  # fmt: skip


def _low(row: Row) -> Alert:
    name = str(row.get("full_name") or row.get("name") or f"part {row['pk']}")
    stock, minimum = decimal_of(row.get("total_in_stock", row.get("in_stock"))), row.get("minimum_stock")
    about = {"do": "order", "part": row["pk"], "part_name": name}
    if stock is not None and stock <= 0:
        return _alert("out_of_stock", "Out of stock", CRITICAL, f"{name}: none left", row, **about)
    message = f"{name}: {quantity(stock) or '?'} in stock, minimum {quantity(minimum)}"
    return _alert("low_stock", "Low stock", WARNING, message, row, **about)


def _about_item(row: Row, do: str) -> dict[str, Any]:
    part, location = row.get("part_detail"), row.get("location_detail")
    name = str(part.get("full_name") or part.get("name") or "") if isinstance(part, Mapping) else ""
    path = str(location.get("pathstring") or "") if isinstance(location, Mapping) else ""
    return {
        "do": do, "item": row["pk"], "part": row.get("part"), "part_name": name, "location": row.get("location"),
        "path": path,
    }  # fmt: skip


def _named(row: Row) -> str:
    about = _about_item(row, "")
    mark = f" #{row['serial']}" if row.get("serial") else f" {row['batch']}" if row.get("batch") else ""
    return f"{about['part_name'] or 'item'}{mark}"


def _negative(row: Row) -> Alert:
    message = f"{_named(row)}: {quantity(row.get('quantity'))} on hand cannot be"
    return _alert("impossible_record", "Impossible record", CRITICAL, message, row, **_about_item(row, "count"))


def _expired(row: Row) -> Alert:
    day = str(row.get("expiry_date") or "")
    message = f"{_named(row)}: {quantity(row.get('quantity'))} expired on {day}"
    return _alert("expired", "Expired", WARNING, message, row, **_about_item(row, "look"), sent_at=day)


def _expiring(row: Row) -> Alert:
    day = str(row.get("expiry_date") or "")
    message = f"{_named(row)}: {quantity(row.get('quantity'))} will expire on {day}"
    return _alert("expiring", "Expiring", INFO, message, row, **_about_item(row, "look"))


def _still(row: Row) -> Alert:
    day = str(row.get("updated") or "")[:10]
    message = f"{_named(row)}: {quantity(row.get('quantity'))} not moved since {day}"
    return _alert("stale", "Stale stock", INFO, message, row, **_about_item(row, "look"), sent_at=day)


def _company(row: Row, member: str) -> str:
    detail = row.get(member)
    return str(detail.get("name") or "") if isinstance(detail, Mapping) else ""


def _purchase(row: Row) -> Alert:
    reference, day = str(row.get("reference") or ""), str(row.get("target_date") or "")
    supplier = _company(row, "supplier_detail")
    return _alert(
        "purchase_overdue", "Purchase order overdue", WARNING, f"{reference} of {supplier} was due on {day}", row,
        do="receive", purchase_order=row["pk"], reference=reference, supplier=row.get("supplier"),
        supplier_name=supplier, sent_at=day,
    )  # fmt: skip


def _sales(row: Row) -> Alert:
    reference, day = str(row.get("reference") or ""), str(row.get("target_date") or "")
    return _alert(
        "shipment_overdue", "Shipment overdue", WARNING,
        f"{reference} for {_company(row, 'customer_detail')} was due on {day}", row, do="ship",
        sales_order=row["pk"], reference=reference, sent_at=day,
    )  # fmt: skip
