"""Sales as a Bincard server sums them up, under `/plugin/bincard/sales/`.

Amounts come in one currency, the server's own unless another is asked for: what was sold in others is converted at the
server's rates, and what has no rate is left out, which is said.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tui.api_client import ApiClient, Forbidden, Json, NotFound
from tui.sales.book import (
    COUNTS,
    Bar,
    Behind,
    By,
    Forecast,
    Months,
    OrderBehind,
    Query,
    SalesRow,
    Season,
    Series,
    SlowRow,
    Target,
    ViewPage,
)
from tui.sales.periods import Span, next_start
from tui.views.formats import decimal_of
from tui.views.orders import read_date

__all__ = ["ServerBook"]

SALES: Final = "/plugin/bincard/sales"
FORECAST: Final = "/plugin/bincard/forecast/"
MOST_LINES: Final = 500
#: With fewer bars a chart says little: periods without sales before the first one are shown up to so many.
FEWEST: Final = 12
ZERO = Decimal(0)


class ServerBook:
    """The sums of one server; asked anew each time."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    def forget(self) -> None:
        """Nothing is kept."""

    async def page(self, query: Query, offset: int, limit: int) -> ViewPage:
        asked: dict[str, Any] = {"limit": limit, "offset": offset}
        if query.search:
            asked["search"] = query.search
        if query.view == "slow":
            answer = await self._client.get(f"{SALES}/slow/", asked)
            note = f"Not sold for {answer.get('days')} days"
            return ViewPage(int(answer["count"]), [_slow(row) for row in answer["results"]], note)
        sign = "-" if query.descending else ""
        asked |= {"by": query.by, "period": f"{query.span}s", "ordering": f"{sign}{query.sort}"}
        answer = await self._client.get(f"{SALES}/table/", asked)
        currency = str(answer.get("currency") or "")
        rows = [_row(query.by, row, currency) for row in answer["results"]]
        return ViewPage(int(answer["count"]), rows, _money_note(answer))

    async def series(self, targets: Sequence[Target], span: Span) -> list[Series]:
        """One request for all keys, one for each imported code."""
        keyed = [target for target in targets if not target.code]
        groups = ([keyed] if keyed else []) + [[target] for target in targets if target.code]
        answers = await asyncio.gather(*(self._series(group, span) for group in groups))
        found = {each.target: each for answer in answers for each in answer}
        return [found[target] for target in targets if target in found]

    async def _series(self, targets: Sequence[Target], span: Span) -> list[Series]:
        asked = {"bucket": span, "count": COUNTS[span], "currency": targets[0].currency or None}
        answer = await self._client.get(f"{SALES}/series/", {**_asked(targets), **asked})
        starts = [date.fromisoformat(start) for start in answer["starts"]]
        told = zip(targets, answer["results"], strict=True)
        return [Series(target, span, _bars(starts, row), _money_note(answer)) for target, row in told]

    async def season(self, by: By, targets: Sequence[Target]) -> Season:
        answer = await self._client.get(f"{SALES}/season/", _asked(targets) if targets else {"by": by})
        years = tuple(
            (int(row["year"]), _months(row["units"]), _months(row["revenue"])) for row in reversed(answer["years"])
        )
        sold = any(any(months) for _, months, _ in years)
        index = answer["index"]
        return Season(
            str(answer.get("currency") or ""), years if sold else (), _months(index["units"]),
            _months(index["revenue"]), _money_note(answer),
        )  # fmt: skip

    async def orders(self, target: Target, span: Span, start: date) -> Behind:
        asked = {"bucket": span, "since": start.isoformat(), "limit": MOST_LINES}
        answer = await self._client.get(f"{SALES}/orders/", {**_asked([target]), **asked})
        totals = tuple((str(row["currency"]), _number(row["revenue"])) for row in answer["totals"])
        return Behind(int(answer["count"]), tuple(_behind(row) for row in answer["results"]), totals)

    async def forecast(self, target: Target) -> Forecast | None:
        if target.pk is None:
            return None
        try:
            page = await self._client.page(FORECAST, 0, 1, {"part": target.pk})
        except (Forbidden, NotFound):  # who may not buy is told nothing of demand to come
            return None
        return _forecast(page.results[0]) if page.results else None


def _asked(targets: Sequence[Target]) -> dict[str, Any]:
    """How the routes are told of what."""
    first = targets[0]
    if first.code:
        return {"by": first.by, "code": first.code}
    return {"by": first.by, "key": ",".join(str(target.pk or 0) for target in targets)}


def _number(value: Any) -> Decimal:
    return decimal_of(value) or ZERO


def _numbers(values: Iterable[Any]) -> tuple[Decimal, ...]:
    return tuple(_number(value) for value in values)


def _months(values: Iterable[Any]) -> Months:
    return tuple(decimal_of(value) for value in values)


def _money_note(answer: Mapping[str, Any]) -> str:
    told = []
    if answer.get("converted"):
        told.append(f"{', '.join(answer['converted'])} converted at the server's rates")
    if answer.get("unconverted"):
        told.append(f"without {', '.join(answer['unconverted'])}: no exchange rate")
    return "; ".join(told)


def _row(by: By, row: Json, currency: str) -> SalesRow:
    name = str(row.get("name") or "")
    if row.get("IPN") and row["IPN"] != name:
        name = f"{row['IPN']} | {name}"
    return SalesRow(
        Target(by, row.get("key"), str(row.get("code") or ""), currency, name), _number(row["revenue"]),
        _number(row["units"]), _numbers(row["revenue_series"]), _numbers(row["units_series"]),
        decimal_of(row.get("growth")), str(row.get("abc") or ""), _number(row.get("current_revenue")),
    )  # fmt: skip


def _slow(row: Json) -> SlowRow:
    name = f"{row['IPN']} | {row['name']}" if row.get("IPN") else str(row["name"])
    return SlowRow(
        Target("part", row["part"], "", "", name), _number(row["in_stock"]), read_date(row.get("last_sale")),
        row.get("days"), _number(row.get("units_last_year")),
    )  # fmt: skip


def _bars(starts: Sequence[date], row: Json) -> tuple[Bar, ...]:
    """The bars from the first sale on, a dozen at least. A year before without any sale is one that nobody knows."""
    units, revenues = _numbers(row["units"]["values"]), _numbers(row["revenue"]["values"])
    before = [_numbers(row[name]["year_before"]) for name in ("units", "revenue")]
    known = any(map(any, before))
    averages = [_months(row[name]["average"]) for name in ("units", "revenue")]
    first = next((index for index, value in enumerate(units) if value or revenues[index]), len(starts))
    first = 0 if known else min(first, max(0, len(starts) - FEWEST))
    return tuple(
        Bar(
            starts[index], units[index], revenues[index], before[0][index] if known else None,
            before[1][index] if known else None, averages[1][index], averages[0][index],
        )
        for index in range(first, len(starts))
    )  # fmt: skip


def _behind(row: Json) -> OrderBehind:
    return OrderBehind(
        str(row.get("order_model") or ""), row.get("order"), str(row.get("reference") or ""),
        read_date(row.get("date")), str(row.get("customer_name") or ""), str(row.get("name") or ""),
        _number(row["quantity"]), _number(row["revenue"]), str(row.get("currency") or ""),
    )  # fmt: skip


def _forecast(row: Json) -> Forecast:
    span: Span = "month" if row.get("bucket") == "month" else "week"
    error, naive = decimal_of(row.get("error")), decimal_of(row.get("naive_error"))
    start = read_date(row.get("start"))
    if not row.get("enough") or start is None:
        return Forecast(span, str(row.get("model") or ""), (), error, naive, str(row.get("why") or ""))
    bars, told = [], zip(row["mean"], row["low"], row["high"], strict=True)
    for mean, low, high in told:
        bars.append((start, _number(mean), _number(low), _number(high)))
        start = next_start(start, span)
    return Forecast(span, str(row.get("model") or ""), tuple(bars), error, naive)
