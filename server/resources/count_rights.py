"""Who may do what with count sessions: by the verbs of the role "stock".

view: read sessions and lines; add: count; change: make, close and cancel sessions, ask for recounts; delete (a
supervisor): see what was expected, approve and post.
"""

from decimal import Decimal, InvalidOperation

from server.actions.counting.closing import Tolerances
from server.resources.own_settings import own_setting
from server.rest.access import Role
from server.rest.context import Context

__all__ = [
    "COUNTER",
    "LEADER",
    "MOST_DUE",
    "PATH",
    "READER",
    "SUPERVISOR",
    "intervals",
    "is_on",
    "supervises",
    "tolerances",
]

PATH = "/plugin/bincard/count/"
MOST_DUE = 1000
DEFAULT_INTERVALS = {"A": 30, "B": 90, "C": 180}
READER = Role("stock")
COUNTER = Role("stock")
LEADER = Role("stock", verbs=(("POST", "change"), ("DELETE", "change")))
SUPERVISOR = Role("stock", verbs=(("GET", "delete"), ("POST", "delete")))


def supervises(context: Context) -> bool:
    """Whether the caller may see what was expected."""
    return context.user.may("stock", "delete")


def is_on(context: Context, key: str) -> bool:
    """Whether one of Bincard's own settings says yes."""
    return own_setting(context, key) == "yes"


def intervals(context: Context) -> dict[str, int]:
    """Every how many days the parts of each class are counted."""
    told = {name: own_setting(context, f"COUNT_INTERVAL_{name}").strip() for name in DEFAULT_INTERVALS}
    return {name: int(text) if text.isdigit() else DEFAULT_INTERVALS[name] for name, text in told.items()}


def _number(text: str) -> Decimal | None:
    """A setting as a number; None where it is none, which is told as no tolerance by percent, no limit in money."""
    try:
        number = Decimal(text.strip() or "NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def tolerances(context: Context) -> Tolerances:
    """How far counts may be off."""
    percent = {name: _number(own_setting(context, f"COUNT_TOLERANCE_PERCENT_{name}")) or Decimal(0) for name in "ABC"}
    return Tolerances(percent, _number(own_setting(context, "COUNT_TOLERANCE_VALUE")))
