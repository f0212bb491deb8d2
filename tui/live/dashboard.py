"""The numbers of the dashboard: what each counts, how it is asked for, and where its list is.

Each is asked for by itself, so that a slow one keeps nothing back; one that this user may not see, or that the server
does not have, is left out.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tui.api_errors import ApiError, Forbidden, NotFound
from tui.counting.review import SessionState, load_sessions
from tui.history import Place
from tui.session import Session

__all__ = ["NUMBERS", "Answer", "Number", "ask", "load_listed", "load_sales", "offered"]

_BASE: Final = "/plugin/bincard/"
_LOW: Final = "low_stock,out_of_stock"
_ALERT: Final = frozenset({"alert"})
_COUNTS: Final = frozenset({"countsession"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A number; `trouble` says why there is none."""

    value: int | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """`key` is the digit that opens it, "" for none. `models` are those whose changes may change it. `state` holds what
    the screen that it opens is to remember: (screen, name, value). `sign` is shown where the number is not 0."""

    key: str
    name: str
    label: str
    count: Callable[[Session], Awaitable[int]]
    place: Place
    role: str = ""
    own: bool = False
    """Only a Bincard server has it."""
    staff: bool = False
    sign: str = "!"
    state: tuple[tuple[str, str, Any], ...] = ()
    models: frozenset[str] = frozenset()


def _list(path: str, **params: Any) -> Callable[[Session], Awaitable[int]]:
    async def count(session: Session) -> int:
        return await session.client.count(path, params)

    return count


async def _mine(session: Session) -> int:
    """Open orders that are assigned to the user, of all kinds that they may see."""
    found = 0
    for path, role in (("po", "purchase_order"), ("so", "sales_order"), ("ro", "return_order")):
        if session.can(role, "view"):
            found += await session.client.count(f"order/{path}/", {"outstanding": True, "assigned_to_me": True})
    return found


async def _to_review(session: Session) -> int:
    return sum(one.state == SessionState.REVIEW for one in await load_sessions(session.client))


async def _parked(session: Session) -> int:
    """Codes that are parked in sessions that are not over."""
    going = (SessionState.COUNTING, SessionState.REVIEW)
    return sum(one.parked for one in await load_sessions(session.client) if one.state in going)


async def _due(session: Session) -> int:
    told = await session.client.get(f"{_BASE}count/planner/")
    return int(told["due"]) if isinstance(told.get("due"), int) else 0


async def _low(session: Session) -> int:
    if session.is_bincard:
        return await session.client.count(f"{_BASE}alert/", {"kind": _LOW, "state": "open,acknowledged"})
    return await session.client.count("part/", {"low_stock": True, "active": True})


async def _waiting(session: Session) -> int:
    """Jobs that could be done now: InvenTree tells of them as well."""
    told = await session.client.get("background-task/")
    return int(told["pending_tasks"]) if isinstance(told.get("pending_tasks"), int) else 0


async def _streams(session: Session) -> int:
    told = await session.client.get(f"{_BASE}streams/")
    return int(told["open"]) if isinstance(told.get("open"), int) else 0


def _orders(late: bool, mine: bool) -> tuple[tuple[str, str, Any], ...]:
    return (("orders", "late", late), ("orders", "mine", mine), ("orders", "closed", False))


def _alerts(text: str) -> Place:
    return Place("alerts", "alert", None, title="Alerts", text=text)


NUMBERS: Final[tuple[Number, ...]] = (
    Number("1", "critical", "critical alerts open", _list(f"{_BASE}alert/", state="open", severity="critical"),
           _alerts("open::30:"), own=True, sign="!!", models=_ALERT),
    Number("2", "alerts", "alerts open", _list(f"{_BASE}alert/", state="open"), _alerts("open:::"), own=True,
           models=_ALERT),
    Number("3", "receive", "purchase orders overdue", _list("order/po/", overdue=True),
           Place("orders", "purchaseorder", None), "purchase_order", state=_orders(True, False),
           models=frozenset({"purchaseorder"})),
    Number("4", "ship", "sales orders overdue", _list("order/so/", overdue=True),
           Place("orders", "salesorder", None), "sales_order", state=_orders(True, False),
           models=frozenset({"salesorder"})),
    Number("5", "mine", "open orders assigned to me", _mine, Place("orders", "", None), sign="",
           state=_orders(False, True), models=frozenset({"purchaseorder", "salesorder", "returnorder"})),
    Number("6", "review", "count sessions to review", _to_review,
           Place("sessions", "countsession", None, title="Count sessions", text="review"), "stock", own=True,
           models=_COUNTS),
    Number("7", "due", "items due to be counted", _due,
           Place("planner", "stocklocation", None), "stock", own=True, sign="", models=_COUNTS),
    Number("8", "low", "parts low on stock or out of it", _low, _alerts(f"all:{_LOW}::"), "stock", models=_ALERT),
    Number("9", "parked", "codes parked in open counts", _parked,
           Place("sessions", "countsession", None, title="Count sessions"), "stock", own=True, sign="",
           models=frozenset({"countsession", "countparked"})),
    Number("0", "failed", "jobs failed", _list(f"{_BASE}job/", state="failed"), Place("dashboard", "failed", None),
           own=True, staff=True, sign="!!"),
    Number("", "waiting", "jobs waiting", _waiting, Place("dashboard", "waiting", None), staff=True, sign=""),
    Number("", "streams", "clients that follow this server", _streams, Place("dashboard", "streams", None), own=True,
           staff=True, sign=""),
    Number("", "trouble", "troubles of the server", _list(f"{_BASE}alert/", kind="server_trouble", unresolved=True),
           _alerts("all:server_trouble::"), own=True, staff=True, sign="!!", models=_ALERT),
)  # fmt: skip


def offered(session: Session) -> list[Number]:
    """The numbers that there are for this user at this server."""
    user = session.user
    staff = user is not None and (user.is_staff or user.is_superuser)
    return [
        each
        for each in NUMBERS
        if (session.is_bincard or not each.own)
        and (staff or not each.staff)
        and (not each.role or session.can(each.role, "view"))
    ]


async def ask(session: Session, number: Number) -> Answer | None:
    """What a number is now; None where it is not for this user or not at this server."""
    try:
        return Answer(await number.count(session))
    except (Forbidden, NotFound):
        return None
    except ApiError as error:
        return Answer(None, str(error))


async def load_listed(session: Session, name: str) -> list[Mapping[str, Any]]:
    """What is behind a number that has no screen: "failed" and "waiting" jobs, the newest first, or who holds the
    "streams". Raises ApiError."""
    if name == "streams":
        told = await session.client.get(f"{_BASE}streams/")
        return [user for user in told.get("users") or () if isinstance(user, Mapping)]
    path, params = (f"{_BASE}job/", {"state": "failed"}) if name == "failed" else ("background-task/pending/", {})
    return list((await session.client.page(path, 0, 100, params)).results)


async def load_sales(session: Session, today: date) -> tuple[list[float], str]:
    """Revenue of the last twelve months, oldest first, and its currency; empty where there is none to be seen."""
    if not session.is_bincard:
        return [], ""
    try:
        told = await session.client.get(f"{_BASE}sales/season/", {"by": "part", "years": 2})
        years = {int(row["year"]): [float(month or 0) for month in row["revenue"]] for row in told["years"]}
    except (ApiError, KeyError, TypeError, ValueError):
        return [], ""  # an ornament: whoever may not see sales, or has a server without them, misses nothing
    months = [*years.get(today.year - 1, [0.0] * 12), *years.get(today.year, [0.0] * 12)]
    shown = months[today.month : today.month + 12]
    return (shown if any(shown) else []), str(told.get("currency") or "")
