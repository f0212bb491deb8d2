"""`/plugin/bincard/sales/...`: the figures behind the sales screen. Shapes and formulas: docs/sales.md."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.actions.sales.asking import BY, Key
from server.actions.sales.board import SORTS, Question, board
from server.actions.sales.looking import orders_behind, slow_movers
from server.actions.sales.series import BUCKETS, WINDOWS, season, series
from server.domain.errors import InvalidInput
from server.resources.own_settings import own_setting
from server.rest.access import Role
from server.rest.context import Context
from server.rest.pages import positive
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["PATH", "READER", "RESOURCES"]

PATH = "/plugin/bincard/sales/"
READER = Role("sales_order")
MOST_ROWS, MOST_KEYS = 500, 50
COUNTS = {"week": (53, 260), "month": (24, 120), "year": (5, 30)}
"""By bucket: how many are shown, and at the most."""


def _choice(context: Context, name: str, choices: Sequence[str], default: str) -> str:
    text = (context.query.get(name) or default).strip()
    if text not in choices:
        raise InvalidInput({name: [f"There is no {text[:40]!r}; there are {', '.join(choices)}."]})
    return text


def _day(context: Context, name: str) -> date | None:
    text = (context.query.get(name) or "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: [f"{text[:40]!r} is no date (YYYY-MM-DD)."]}) from None
    if not 1900 <= found.year <= 9000:
        raise InvalidInput({name: ["Dates are between 1900 and 9000."]})
    return found


def _currency(context: Context) -> str:
    text = (context.query.get("currency") or "").strip().upper()
    if text and (len(text) != 3 or not text.isalpha() or not text.isascii()):
        raise InvalidInput({"currency": [f"{text[:40]!r} is no currency."]})
    return text or str(context.setting("INVENTREE_DEFAULT_CURRENCY"))


def _keys(context: Context, *, needed: bool) -> list[Key] | None:
    """The groups that are asked for: ?key=12,0 and ?code=... (codes that are no part of ours)."""
    text = (context.query.get("key") or "").strip()
    found: list[Key] = []
    for each in (one.strip() for one in text.split(",") if one.strip()):
        if not each.isascii() or not each.isdigit() or len(each) > 18:
            raise InvalidInput({"key": [f"{each[:40]!r} is no key."]})
        found.append((int(each), ""))
    code = context.query.get("code") or ""
    if code:
        found.append((0, code[:100]))
    if len(found) > MOST_KEYS:
        raise InvalidInput({"key": [f"At most {MOST_KEYS} keys are answered at once."]})
    if not found and needed:
        raise InvalidInput({"key": ["Say of what: ?key=1,2 or ?code=."]})
    return list(dict.fromkeys(found)) or None


def _page(context: Context) -> tuple[int, int]:
    limit = min(positive(context.query.get("limit")) or 25, MOST_ROWS)
    return limit, positive(context.query.get("offset")) or 0


def _read(context: Context) -> Any:
    return context.api.database.read()


def _table(context: Context) -> dict[str, Any]:
    names = (*SORTS, *(f"-{name}" for name in SORTS))
    limit, offset = _page(context)
    asked = Question(
        by=_choice(context, "by", BY, "part"),
        span={"weeks": "W", "months": "M"}[_choice(context, "period", ("weeks", "months"), "weeks")],
        until=_day(context, "until") or context.today, currency=_currency(context),
        sort=_choice(context, "ordering", names, "-revenue"), search=(context.query.get("search") or "").strip()[:100],
        limit=limit, offset=offset,
    )  # fmt: skip
    with _read(context) as connection:
        return board(connection, asked)


def _series(context: Context) -> dict[str, Any]:
    bucket = _choice(context, "bucket", BUCKETS, "week")
    usual, most = COUNTS[bucket]
    count = min(positive(context.query.get("count")) or usual, most)
    window = min(positive(context.query.get("window")) or WINDOWS[bucket], 52)
    by, keys = _choice(context, "by", BY, "part"), _keys(context, needed=True) or []
    until, currency = _day(context, "until") or context.today, _currency(context)
    with _read(context) as connection:
        return series(connection, by, keys, bucket, count, until, currency, window)


def _season(context: Context) -> dict[str, Any]:
    by, keys = _choice(context, "by", BY, "part"), _keys(context, needed=False)
    years = min(positive(context.query.get("years")) or 5, 30)
    until, currency = _day(context, "until") or context.today, _currency(context)
    with _read(context) as connection:
        return season(connection, by, keys, years, until, currency)


def _slow(context: Context) -> dict[str, Any]:
    days = min(positive(context.query.get("days")) or int(float(own_setting(context, "SALES_SLOW_DAYS"))), 36500)
    limit, offset = _page(context)
    search = (context.query.get("search") or "").strip()[:100]
    today = _day(context, "until") or context.today
    with _read(context) as connection:
        return slow_movers(connection, today, days, search, limit, offset)


def _orders(context: Context) -> dict[str, Any]:
    since, until = _day(context, "since"), _day(context, "until")
    bucket = context.query.get("bucket") or ""
    if bucket:
        until = _end(since, _choice(context, "bucket", BUCKETS, "week"))
    limit, offset = _page(context)
    by, keys = _choice(context, "by", BY, "part"), _keys(context, needed=False)
    connection: Connection
    with _read(context) as connection:
        return orders_behind(connection, by, keys, since, until, limit, offset)


def _end(since: date | None, bucket: str) -> date:
    """The first day after the bar that begins on `since`."""
    if since is None:
        raise InvalidInput({"since": ["Say where the bar begins."]})
    if bucket == "week":
        return since + timedelta(days=7)
    if bucket == "year":
        return date(since.year + 1, 1, 1)
    return (since.replace(day=1) + timedelta(days=31)).replace(day=1)


def _endpoint(name: str, title: str, run: Any, about: str) -> Endpoint:
    return Endpoint(
        path=f"{PATH}{name}/", access=READER, title=title, methods={"GET": Route(run)}, description=about
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _endpoint(
        "table", "Sales Table", _table,
        "Units and revenue of the last 12 whole weeks or months (?period=weeks|months, before ?until=, today) ?by= "
        "part, category, customer or supplier, each with its periods, growth over the 12 before and ABC class; "
        "?ordering= revenue, units, growth or name (- turns it round), ?search=, ?limit=, ?offset=, ?currency=.",
    ),
    _endpoint(
        "series", "Sales Series", _series,
        "One or more (?key=1,2, ?code=, ?by=) by ?bucket= week, month or year: ?count= periods up to ?until=, each "
        "beside the year before and with the moving average over ?window= periods.",
    ),
    _endpoint(
        "season", "Sales by Month", _season,
        "Each month of the last ?years= (5), of ?key= and ?by= or of everything, and how each month compares with the "
        "mean of all.",
    ),
    _endpoint(
        "slow", "Slow Movers", _slow,
        "Parts in stock that were not sold for ?days= (the setting SALES_SLOW_DAYS), the longest first; ?search=, "
        "?limit=, ?offset=, ?until=.",
    ),
    _endpoint(
        "orders", "Sales Lines", _orders,
        "The lines of orders, returns and imports behind a figure: ?by= and ?key= (or ?code=), from ?since= to before "
        "?until= (or the ?bucket= that begins on ?since=), newest first, with their sums; ?limit=, ?offset=.",
    ),
)  # fmt: skip
