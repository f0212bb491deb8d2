"""Alerts as the board shows them: from a Bincard server's answers, in their order, and what may be done with one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

__all__ = [
    "ACKNOWLEDGED",
    "CRITICAL",
    "DEEDS",
    "OPEN",
    "RESOLVED",
    "SNOOZED",
    "WARNING",
    "Alert",
    "Counts",
    "alert_of",
    "in_order",
    "legal",
    "local_time",
]

CRITICAL, WARNING, INFO = 30, 20, 10
OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED = 10, 20, 30, 40
DEEDS: Final = ("acknowledge", "snooze", "resolve")
#: The role that a kind is about, where it is not stock; "" for staff.
_ROLES: Final[Mapping[str, str]] = {
    "purchase_overdue": "purchase_order", "supplier_late": "purchase_order", "shipment_overdue": "sales_order",
    "sign_ins": "", "server_trouble": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """How many alerts are open, and how many of these are critical."""

    open: int = 0
    critical: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong. Keys of what it is about are None where it is about none; `sent_at` is UTC as the server
    writes it ("2025-03-01 10:22"); `do` says what to do next (order, count, receive, ship, transfer, look)."""

    pk: int
    kind: str
    title: str
    severity: int
    state: int
    message: str
    sent_at: str
    do: str = "look"
    part: int | None = None
    part_name: str = ""
    item: int | None = None
    location: int | None = None
    path: str = ""
    purchase_order: int | None = None
    sales_order: int | None = None
    reference: str = ""
    """Of the order it is about."""
    supplier: int | None = None
    supplier_name: str = ""
    who: str = ""
    """Who acknowledged or resolved it; "" where it recovered by itself."""
    until: str = ""
    """When a snoozed one comes back, UTC."""
    recovered: bool = False
    local: bool = False
    """Worked out here: the server knows nothing of it, so nothing but its cause can be seen to."""

    @property
    def role(self) -> str:
        """The role whose "change" it takes to deal with it; "" for staff alone."""
        return _ROLES.get(self.kind, "stock")

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def place(self) -> str:
        """What it is grouped by when that is by location."""
        return self.path or self.supplier_name or "No location"


def alert_of(row: Mapping[str, Any]) -> Alert:
    """From an answer of `/plugin/bincard/alert/`. Raises KeyError, TypeError, ValueError for what is none."""
    action = row.get("action")
    state = int(row["state"])
    who = row.get("resolved_by_name") if state == RESOLVED else row.get("acknowledged_by_name")
    return Alert(
        pk=int(row["pk"]), kind=str(row["kind"]), title=str(row["alert_type"]), severity=int(row["severity"]),
        state=state, message=str(row["message"]), sent_at=str(row["sent_at"] or ""),
        do=str(action.get("do") or "look") if isinstance(action, Mapping) else "look",
        part=_key(row, "part"), part_name=str(row.get("part_name") or ""), item=_key(row, "stock_item"),
        location=_key(row, "location"), path=str(row.get("location_path") or ""),
        purchase_order=_key(row, "purchase_order"), sales_order=_key(row, "sales_order"),
        reference=str(row.get("purchase_order_reference") or row.get("sales_order_reference") or ""),
        supplier=_key(row, "supplier"), supplier_name=str(row.get("supplier_name") or ""), who=str(who or ""),
        until=str(row.get("snoozed_until") or ""), recovered=bool(row.get("recovered")),
    )  # fmt: skip


def _key(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) else None


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Worst first and among these the newest. The state makes no difference: what is seen to stays where it is."""
    return sorted(alerts, key=lambda one: (one.severity, one.sent_at, one.pk), reverse=True)


def legal(alert: Alert, deed: str) -> bool:
    """Whether the state of an alert allows a deed (of DEEDS); the role is another matter."""
    if alert.local or alert.state == RESOLVED:
        return False
    return not (deed == "acknowledge" and alert.state == ACKNOWLEDGED)


def local_time(text: str, now: datetime) -> str:
    """A time of the server (UTC) on this machine's clock: "14:05" for today, "03-21" for this year, else "2024-03".

    `now` must know its time zone. "" for no time.
    """
    try:
        at = datetime.fromisoformat(text.removesuffix("Z") + "+00:00").astimezone(now.tzinfo)
    except ValueError:
        return text[:10]
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%m-%d}" if at.year == now.year else f"{at:%Y-%m}"
