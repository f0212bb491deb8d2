"""Who may do what with count sessions: by the verbs of the role "stock".

view: read sessions and lines; add: count; change: make, close and cancel sessions, ask for recounts; delete (a
supervisor): see what was expected, approve and post.
"""

from server.resources.own_settings import own_setting
from server.rest.access import Role
from server.rest.context import Context

__all__ = ["COUNTER", "LEADER", "MOST_DUE", "PATH", "READER", "SUPERVISOR", "intervals", "is_on", "supervises"]

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
