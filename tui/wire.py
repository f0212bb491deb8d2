"""What goes over the line: how a request is spelled, and what an answer means - its JSON, or the error it stands for.

Nothing here talks to anybody; `tui/api_client.py` does.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tui.api_errors import (
    ApiError,
    BadAnswer,
    Conflict,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    ServerFault,
    Throttled,
    flatten_errors,
    readable,
)
from tui.safe_text import load_json, safe

__all__ = [
    "Answer",
    "Json",
    "Page",
    "Params",
    "Rows",
    "as_object",
    "as_page",
    "body_bytes",
    "decode",
    "fault_of",
    "query_pairs",
]

Json = dict[str, Any]
Rows = list[Json]
Params = Mapping[str, Any]
Value = str | int | float | bool | None

_DEFAULT_WAIT = 5.0
_TITLE = re.compile(rb"<title[^>]*>(.{1,200}?)</title>", re.IGNORECASE | re.DOTALL)
_WAIT = re.compile(r"(\d+) seconds?")


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: `results` from row `offset` on, out of `count` rows in all."""

    count: int
    offset: int
    results: Rows


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over the line. Header names are lower case."""

    call: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return "json" in self.headers.get("content-type", "")


def query_pairs(params: Params | None) -> list[tuple[str, Value]] | None:
    """Query parameters as InvenTree reads them; None leaves one out, a list repeats it."""
    if not params:
        return None
    pairs: list[tuple[str, Value]] = []
    for name, value in params.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None:
                pairs.append((name, str(each).lower() if isinstance(each, bool) else str(each)))
    return pairs


def body_bytes(body: Any) -> bytes:
    """A body as JSON; decimals go as text with all their places, dates in ISO form."""
    return json.dumps(body, default=_plain, ensure_ascii=False).encode()


def as_object(answer: Any, call: str) -> Json:
    """`answer` when it is a JSON object. Raises BadAnswer."""
    if not isinstance(answer, dict):
        raise BadAnswer(f"An object was expected, not {type(answer).__name__}.", call=call)
    return answer


def as_page(answer: Any, offset: int, limit: int, call: str) -> Page:
    """A list in either of InvenTree's forms: a page, or a plain array with everything. Raises BadAnswer."""
    if isinstance(answer, dict) and isinstance(answer.get("results"), list):
        count, rows = answer.get("count"), answer["results"]
    elif isinstance(answer, list):
        count, rows = len(answer), answer[offset : offset + limit]
    else:
        raise BadAnswer("A list was expected.", call=call)
    if not isinstance(count, int) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer("A list of objects was expected.", call=call)
    return Page(count, offset, rows)


def decode(answer: Answer) -> Any:
    """The JSON of a good answer, None when it has no body. Raises BadAnswer."""
    if not answer.content and answer.status in (200, 201, 202, 204, 205):
        return None
    if not answer.is_json:
        kind = safe(answer.headers.get("content-type", "something without a type")).partition(";")[0]
        raise BadAnswer(
            f"The server answered with {kind}{_title(answer)}, not with data.",
            call=answer.call,
            status=answer.status,
            uncertain=True,
        )
    try:
        return load_json(answer.content)
    except (ValueError, RecursionError) as error:
        message = f"The answer is not JSON: {safe(str(error))}."
        raise BadAnswer(message, call=answer.call, status=answer.status, uncertain=True) from error


def fault_of(answer: Answer) -> ApiError | None:
    """The error that an answer stands for, None for a good one."""
    status, call = answer.status, answer.call
    if 200 <= status < 300:
        return None
    if status < 400:
        where = safe(answer.headers.get("location", "nowhere"))
        return BadAnswer(f"The server sends elsewhere ({status}): {where}. Use that address if it is right.", call=call)
    errors = flatten_errors(_body(answer))
    said = readable(errors)
    if status == 401:
        return NotAuthenticated(said or "The server wants you to sign in.", call=call, status=status)
    if status == 403:
        return Forbidden(said or "The server does not allow that.", call=call, status=status)
    if status == 404:
        return NotFound(said or f"There is nothing at that address{_title(answer)}.", call=call, status=status)
    if status == 409:
        return Conflict(said or "Somebody else was quicker.", body=_body(answer), call=call)
    if status == 429:
        return Throttled(said or "Too many requests.", retry_after=_retry_after(answer, said), call=call)
    if status < 500:
        message = said or f"The server refuses what was sent ({status}{_title(answer)})."
        return Invalid(message, field_errors=errors, call=call, status=status)
    wait = _retry_after(answer, "") if "retry-after" in answer.headers else 0.0
    message = f"The server failed ({status}{_title(answer)})." if not said else f"The server failed ({status}): {said}"
    return ServerFault(message, call=call, status=status, uncertain=status != 503, retry_after=wait)


def _body(answer: Answer) -> Any:
    """The JSON of a refusal; one that cannot be read says nothing."""
    if not answer.is_json:
        return None
    try:
        return load_json(answer.content)
    except (ValueError, RecursionError):
        return None


def _title(answer: Answer) -> str:
    """The title of a web page that came instead of data, as `, "502 Bad Gateway"`."""
    match = _TITLE.search(answer.content[:20_000])
    if match is None:
        return ""
    from html import unescape

    return f', "{safe(" ".join(unescape(match[1].decode(errors="replace")).split()))}"'


def _retry_after(answer: Answer, said: str) -> float:
    """Seconds to wait: the header as a number or a date, else what the message says."""
    text = answer.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    if text:
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return _DEFAULT_WAIT
        return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else _DEFAULT_WAIT
    match = _WAIT.search(said)
    return float(match[1]) if match else _DEFAULT_WAIT


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be sent")
