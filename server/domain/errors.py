"""What can go wrong in the trade of inventory.

    BincardError
    ├── InvalidInput        what was sent cannot be taken: field errors or one message
    │   ├── InsufficientStock   more is asked for than there is
    │   ├── StructuralLocation  a structural location holds no stock itself
    │   └── WrongState          the thing is not in a state that allows this
    ├── NotFound            there is no such thing
    ├── NotAuthenticated    who is asking is not known
    ├── Forbidden           the role does not allow it
    ├── Conflict            somebody else was quicker; the message holds the true figures
    ├── ReusedKey           an Idempotency-Key that stands for another request already
    └── Throttled           too often; try again after `retry_after` seconds

Each message says what was refused, the figures, and what to do. Only `server/rest/errors.py` turns them into answers.
"""

from collections.abc import Mapping
from typing import Any

__all__ = [
    "BincardError",
    "Conflict",
    "Forbidden",
    "InsufficientStock",
    "InvalidInput",
    "NotAuthenticated",
    "NotFound",
    "ReusedKey",
    "StructuralLocation",
    "Throttled",
    "WrongState",
]


class BincardError(Exception):
    """The root of all refusals."""


class InvalidInput(BincardError):
    """Input that is refused.

    `errors` is the body of the answer as it goes out: a text stands for the whole input (`non_field_errors`), a mapping
    goes from field name to a list of texts (or, for lists of lines, from row index to such a mapping).
    """

    def __init__(self, errors: str | Mapping[str, Any] | list[Any], *, field: str | None = None) -> None:
        if field is not None:
            errors = {field: [errors] if isinstance(errors, str) else errors}
        elif isinstance(errors, str):
            errors = {"non_field_errors": [errors]}
        self.errors: Any = errors
        super().__init__(str(errors))


class InsufficientStock(InvalidInput):
    """More is asked for than there is."""


class StructuralLocation(InvalidInput):
    """A structural location holds no stock itself."""


class WrongState(InvalidInput):
    """The thing is not in a state that allows this."""


class NotFound(BincardError):
    """There is no such thing; the message is the answer's `detail`."""


class NotAuthenticated(BincardError):
    """Who is asking is not known. `challenge` says how one can sign in (the header WWW-Authenticate)."""

    challenge = "Token"


class Forbidden(BincardError):
    """The role does not allow it."""

    def __init__(self, detail: str = "You do not have permission to perform this action.") -> None:
        super().__init__(detail)


class Conflict(BincardError):
    """Somebody else was quicker. `errors` is the body of the answer and holds the true figures."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        self.errors = errors
        super().__init__(str(errors))


class ReusedKey(BincardError):
    """An Idempotency-Key that stands for another request already: the client made a mistake, trying again is no use."""


class Throttled(BincardError):
    """Too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Request was throttled. Expected available in {retry_after} seconds.")
