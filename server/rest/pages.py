"""Paging: which slice of a list was asked for, and the addresses of the pages beside it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from server.rest.context import Answer, Context

__all__ = ["page_of", "page_url", "positive"]


def positive(text: str | None) -> int | None:
    """A number above zero, or None."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return min(number, 2**31 - 1) if number > 0 else None


def page_url(context: Context, limit: int, offset: int) -> str:
    """The absolute address of another page, its query in alphabetical order."""
    query = {key: value for key, value in context.query.items() if key != "offset"} | {"limit": str(limit)}
    if offset > 0:
        query["offset"] = str(offset)
    return f"{context.incoming.origin}{context.incoming.path}?{urlencode(sorted(query.items()))}"


def page_of(context: Context, rows: Sequence[Any]) -> Answer:
    """A list that is at hand as a whole: plain without `limit`, else the page that was asked for."""
    limit = positive(context.query.get("limit"))
    if limit is None:
        return Answer(list(rows))
    offset = positive(context.query.get("offset")) or 0
    count = len(rows)
    return Answer(
        {
            "count": count,
            "next": page_url(context, limit, offset + limit) if offset + limit < count else None,
            "previous": page_url(context, limit, offset - limit) if offset > 0 else None,
            "results": list(rows[offset : offset + limit]),
        }
    )
