"""Sales read from the orders of any InvenTree server: what was shipped, at the price of the line.

InvenTree keeps no sums, so the newest shipped lines are read once, in few requests, and added up here. What it does not
tell is said: returns are not taken off, and older sales than were read are not there.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tui.api_client import ApiClient, Forbidden, Json, Rows
from tui.sales.book import Behind, By, Forecast, Query, Season, Series, SlowRow, Target, ViewPage
from tui.sales.periods import Span
from tui.sales.sold import Sold, bars_of, behind, matching, rows_of, season_of_sales, sorted_rows
from tui.views.formats import decimal_of
from tui.views.orders import read_date

__all__ = ["OrdersBook"]

AT_ONCE: Final = 250
AT_MOST: Final = 2500
ZERO = Decimal(0)
SLOW_AFTER: Final = 90
A_YEAR: Final = 365


class OrdersBook:
    """The sales of one server, read once and kept until `forget`."""

    def __init__(self, client: ApiClient, today: date) -> None:
        self._client = client
        self._today = today
        self._sold: list[Sold] | None = None
        self._left_out = False
        self._reading = asyncio.Lock()

    @property
    def _note(self) -> str:
        text = "From shipped orders; returns are not taken off"
        if self._left_out:
            text += f"; only the newest {AT_MOST} lines"
        return text

    def forget(self) -> None:
        self._sold = None

    # Reading

    async def _sales(self) -> list[Sold]:
        async with self._reading:
            if self._sold is None:
                self._sold = await self._read()
            return self._sold

    async def _read(self) -> list[Sold]:
        self._left_out = False
        details = {"part_detail": True, "order_detail": True, "customer_detail": True}
        allocations, lines, parts, suppliers = await asyncio.gather(
            self._newest("order/so-allocation/", {**details, "ordering": "-shipment_date"}),
            self._newest("order/so-line/", {}),
            self._newest("part/", {"salable": True, "category_detail": True}, seen=True),
            self._newest("company/part/", {"supplier_detail": True, "primary": True}, seen=True),
        )
        prices = {line.get("pk"): line for line in lines}
        categories = {part.get("pk"): _category(part) for part in parts}
        supplied = {each.get("part"): _supplier(each) for each in suppliers}
        found = []
        for row in allocations:
            day = read_date((row.get("shipment_detail") or {}).get("shipment_date"))
            if day is not None:
                found.append(_sold(row, day, prices.get(row.get("line")) or {}, categories, supplied))
        return found

    async def _newest(self, path: str, params: dict[str, Any], *, seen: bool = False) -> Rows:
        """The first rows of a list; `seen`: none where the role may not see them, and none are missed."""
        rows: Rows = []
        try:
            async for row in self._client.rows(path, params, limit=AT_ONCE):
                if len(rows) == AT_MOST:
                    self._left_out = self._left_out or not seen
                    break
                rows.append(row)
        except Forbidden:
            if not seen:
                raise
        return rows

    # What is asked

    async def page(self, query: Query, offset: int, limit: int) -> ViewPage:
        rows: list[Any]
        sales = await self._sales()
        if query.view == "slow":
            rows = await self._slow(query, sales)
        else:
            rows = list(sorted_rows(rows_of(sales, query.by, query.span, self._today), query))
        return ViewPage(len(rows), rows[offset : offset + limit], self._note)

    async def _slow(self, query: Query, sales: list[Sold]) -> list[SlowRow]:
        """Parts in stock of which nothing was sold for long, those that lie longest first."""
        stocked = await self._newest("part/", {"salable": True, "has_stock": True, "active": True})
        last: dict[int | None, date] = {}
        lately: dict[int | None, Decimal] = {}
        for sale in sales:
            pk = sale.keys["part"][0]
            last[pk] = max(last.get(pk, sale.day), sale.day)
            if (self._today - sale.day).days <= A_YEAR:
                lately[pk] = lately.get(pk, ZERO) + sale.units
        rows = []
        for part in stocked:
            target = Target("part", int(part["pk"]), "", "", _part_name(part))
            sold = last.get(target.pk)
            days = (self._today - sold).days if sold is not None else None
            if (days is None or days >= SLOW_AFTER) and matching(query, target.title):
                rows.append(
                    SlowRow(target, decimal_of(part.get("in_stock")) or ZERO, sold, days, lately.get(target.pk, ZERO))
                )
        rows.sort(key=lambda row: (row.days is not None, -(row.days or 0), -row.on_hand, row.target.title.casefold()))
        return rows

    async def series(self, targets: Sequence[Target], span: Span) -> list[Series]:
        sales = await self._sales()
        return [bars_of(sales, target, span, self._today) for target in targets]

    async def season(self, by: By, targets: Sequence[Target]) -> Season:
        """Of one currency: the one of most sales, where there are several."""
        wanted = set(targets)
        sales = [sale for sale in await self._sales() if not wanted or sale.target(by) in wanted]
        currencies = Counter(sale.currency for sale in sales)
        if not currencies:
            return Season("", note=self._note)
        ((currency, _),) = currencies.most_common(1)
        left_out = sorted(set(currencies) - {currency})
        note = f"{self._note}; without sales in {', '.join(left_out)}" if left_out else self._note
        season = season_of_sales([sale for sale in sales if sale.currency == currency], self._today)
        return replace(season, note=note)

    async def orders(self, target: Target, span: Span, start: date) -> Behind:
        return behind(await self._sales(), target, span, start)

    async def forecast(self, target: Target) -> Forecast | None:
        return None


def _part_name(part: Json) -> str:
    return str(part.get("full_name") or part.get("name") or "")


def _category(part: Json) -> tuple[int | None, str]:
    detail = part.get("category_detail") or {}
    return part.get("category"), str(detail.get("pathstring") or detail.get("name") or part.get("category_name") or "")


def _supplier(row: Json) -> tuple[int | None, str]:
    return row.get("supplier"), str((row.get("supplier_detail") or {}).get("name") or "")


def _sold(
    row: Json,
    day: date,
    line: Json,
    categories: dict[Any, tuple[int | None, str]],
    suppliers: dict[Any, tuple[int | None, str]],
) -> Sold:
    units = decimal_of(row.get("quantity")) or ZERO
    order, part = row.get("order_detail") or {}, row.get("part_detail") or {}
    customer = row.get("customer_detail") or {}
    keys: dict[By, tuple[int | None, str]] = {
        "part": (row.get("part"), _part_name(part)),
        "category": categories.get(row.get("part"), (None, "")),
        "customer": (customer.get("pk"), str(customer.get("name") or "")),
        "supplier": suppliers.get(row.get("part"), (None, "")),
    }
    return Sold(
        day=day,
        units=units,
        revenue=units * (decimal_of(line.get("sale_price")) or ZERO),
        currency=str(line.get("sale_price_currency") or ""),
        keys=keys,
        order=int(row.get("order") or 0),
        reference=str(order.get("reference") or ""),
    )
