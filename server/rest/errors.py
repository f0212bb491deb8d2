"""The one place where refusals become answers, in InvenTree's form."""

from sqlalchemy.exc import IntegrityError

from server.domain import errors
from server.rest.context import Answer

__all__ = ["MethodNotAllowed", "NotAcceptable", "UnknownRoute", "UnreadableBody", "UnsupportedType", "answer_for"]


class UnknownRoute(errors.NotFound):
    """There is nothing under this address."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__("API endpoint not found")


class MethodNotAllowed(errors.BincardError):
    """The address is there, the method is not."""

    def __init__(self, method: str) -> None:
        super().__init__(f'Method "{method}" not allowed.')


class UnreadableBody(errors.BincardError):
    """The body is not what its content type says."""


class UnsupportedType(errors.BincardError):
    """The body's content type is none that is read."""

    def __init__(self, content_type: str) -> None:
        super().__init__(f'Unsupported media type "{content_type}" in request.')


class NotAcceptable(errors.BincardError):
    """The client does not accept JSON."""

    def __init__(self) -> None:
        super().__init__("Could not satisfy the request Accept header.")


STATUS: dict[type[Exception], int] = {
    MethodNotAllowed: 405,
    UnreadableBody: 400,
    UnsupportedType: 415,
    NotAcceptable: 406,
    errors.NotFound: 404,
    errors.NotAuthenticated: 401,
    errors.Forbidden: 403,
    # Not 409: that one means "look again and repeat", which would not help here (draft-ietf-httpapi-idempotency-key).
    errors.ReusedKey: 422,
}


def answer_for(error: Exception) -> Answer | None:
    """The answer for a refusal; None for what is none (a bug, to be logged and answered by a bare 500)."""
    match error:
        case UnknownRoute():
            return Answer({"detail": str(error), "url": error.url}, 404)
        case errors.InvalidInput():
            return Answer(error.errors, 400)
        case errors.Conflict():
            return Answer(error.errors, 409)
        case errors.Throttled():
            return Answer({"detail": str(error)}, 429, {"Retry-After": str(error.retry_after)})
        case errors.NotAuthenticated():
            return Answer({"detail": str(error)}, 401, {"WWW-Authenticate": error.challenge})
        case IntegrityError():
            return Answer(_constraint(error), 400)
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return Answer({"detail": str(error)}, status)
    return None


def _constraint(error: IntegrityError) -> dict[str, list[str]]:
    """A constraint of the database that no rule caught first: say which, without the statement's values."""
    text = str(error.orig)
    if "UNIQUE" in text.upper() or "DUPLICATE" in text.upper():
        return {
            "non_field_errors": [f"Another object with these values exists already ({text.splitlines()[0][:200]})."]
        }
    return {"non_field_errors": ["The object is still referred to, or refers to one that does not exist."]}
