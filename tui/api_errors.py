"""What can go wrong between the client and a server.

    ApiError
    ├── Unreachable         no connection, or it was cut
    │   └── BadCertificate      the server's certificate is not trusted
    ├── TimedOut            no answer in time
    ├── NotAuthenticated    401: no token, a wrong or expired one; wrong user or password
    ├── Forbidden           403: the role does not allow it
    ├── NotFound            404
    ├── Invalid             400 and other refusals of what was sent, with errors per field
    ├── Conflict            409: somebody else was quicker; `body` holds what the server said
    ├── Throttled           429: too often; `retry_after` in seconds
    ├── ServerFault         500 and above
    └── BadAnswer           not JSON, not the expected shape, too large, a redirect to somewhere else

`str(error)` is a sentence that can be shown; its text has been made safe for the terminal. Only `tui/api_client.py`
raises these, and no other exception of the network passes it (a cancelled call raises `asyncio.CancelledError`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "ApiError",
    "BadAnswer",
    "BadCertificate",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotAuthenticated",
    "NotFound",
    "ServerFault",
    "Throttled",
    "TimedOut",
    "Unreachable",
    "flatten_errors",
    "readable",
]

_WHOLE = ("detail", "error", "non_field_errors")


class ApiError(Exception):
    """The root: a call to the server did not work out.

    `call` names it ("POST stock/count/"), `status` is the HTTP status or None when there was no answer. `uncertain` is
    True when the server may have carried the call out although the answer did not arrive.
    """

    def __init__(self, message: str, *, call: str = "", status: int | None = None, uncertain: bool = False) -> None:
        super().__init__(message)
        self.call = call
        self.status = status
        self.uncertain = uncertain


class Unreachable(ApiError):
    """No connection, or it was cut."""


class BadCertificate(Unreachable):
    """The server's certificate is not trusted."""


class TimedOut(ApiError):
    """No answer in time."""


class NotAuthenticated(ApiError):
    """Who is asking is not known to the server."""


class Forbidden(ApiError):
    """The role does not allow it."""


class NotFound(ApiError):
    """There is no such thing."""


class Invalid(ApiError):
    """What was sent is refused. `field_errors` goes from field ("" for the whole) to messages."""

    def __init__(self, message: str, *, field_errors: Mapping[str, tuple[str, ...]], call: str, status: int) -> None:
        super().__init__(message, call=call, status=status)
        self.field_errors = field_errors


class Conflict(ApiError):
    """Somebody else was quicker. `body` is the answer as the server gave it."""

    def __init__(self, message: str, *, body: Any, call: str) -> None:
        super().__init__(message, call=call, status=409)
        self.body = body


class Throttled(ApiError):
    """Too often. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float, call: str) -> None:
        super().__init__(message, call=call, status=429)
        self.retry_after = retry_after


class ServerFault(ApiError):
    """The server, or something before it, failed. `retry_after` is in seconds, 0 where the server names none."""

    def __init__(self, message: str, *, call: str, status: int, uncertain: bool, retry_after: float = 0.0) -> None:
        super().__init__(message, call=call, status=status, uncertain=uncertain)
        self.retry_after = retry_after


class BadAnswer(ApiError):
    """An answer that no InvenTree server gives."""


def flatten_errors(body: Any) -> dict[str, tuple[str, ...]]:
    """Bring the many shapes of a refusal into one: field -> messages, "" for what concerns the whole.

    Taken are field -> list, field -> text, nested rows by index (`items.1.pk`), bare lists and texts,
    `non_field_errors`, `detail` and `error`.
    """
    for name in ("error", "detail"):
        if isinstance(body, Mapping) and isinstance(body.get(name), str):
            # What stands beside these is the address or the object in the way (barcodes), not a list of mistakes.
            return {"": (body[name],)}
    found: dict[str, list[str]] = {}
    for field, message in _walk(body, ()):
        messages = found.setdefault(field, [])
        if message not in messages:
            messages.append(message)
    return {field: tuple(messages) for field, messages in found.items()}


def readable(field_errors: Mapping[str, tuple[str, ...]]) -> str:
    """One line for people: `line 2, quantity: A valid number is required.`"""
    return " ".join(f"{_place(field)}{' '.join(messages)}" for field, messages in field_errors.items())


def _walk(body: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            yield from _walk(value, path if name in _WHOLE else (*path, str(name)))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from _walk(value, (*path, str(number)) if isinstance(value, Mapping) else path)
    elif body is not None:
        for message in _unquoted(str(body)):
            yield ".".join(path), message


def _unquoted(text: str) -> list[str]:
    """InvenTree sends some lists of messages as the text of a Python list."""
    if text.startswith("['") and text.endswith("']"):
        import ast

        try:
            return [str(each) for each in ast.literal_eval(text)]
        except (ValueError, SyntaxError):
            return [text]
    return [text]


def _place(field: str) -> str:
    parts = field.split(".")
    if not field:
        return ""
    if len(parts) > 1 and parts[1].isdigit():
        return f"line {int(parts[1]) + 1}{', ' if parts[2:] else ''}{' '.join(parts[2:])}: "
    return f"{' '.join(parts).replace('_', ' ')}: "
