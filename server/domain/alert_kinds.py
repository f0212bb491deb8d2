"""The kinds of alerts: what each is about, who may see it, what to do next, and its thresholds.

Thresholds are settings of Bincard (`ALERT_<KIND>_<THRESHOLD>`), as is whether a kind is looked for (`ALERT_<KIND>`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.plugin_settings import PluginSettingKind

__all__ = ["ALERT_SETTINGS", "BY_KEY", "KINDS", "STAFF", "Kind", "Threshold", "thresholds_from"]

STAFF = ""
"""The role of kinds that are for staff alone."""
_DAYS = 3650
_YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule goes by; `least` and `most` are what it may be."""

    key: str
    default: float
    units: str
    name: str
    about: str
    least: float = 0
    most: float = 100_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of alert. `role` is the rule set whose "view" lets users see it and whose "change" lets them act; `action`
    is what to do next (count, order, receive, ship, transfer, look); `once`: a cause is told a single time, since it
    lies in the past and does not go away."""

    key: str
    title: str
    about: str
    role: str
    action: str
    thresholds: tuple[Threshold, ...] = ()
    once: bool = False

    @property
    def switch(self) -> str:
        """The setting that switches it on and off."""
        return f"ALERT_{self.key.upper()}"

    def setting(self, threshold: Threshold) -> str:
        return f"{self.switch}_{threshold.key.upper()}"


KINDS = (
    Kind(
        "low_stock", "Low stock",
        "There is less of a part than its minimum: in stock, plus what is on order, less what is promised",
        "stock", "order",
        (Threshold("critical_percent", 25, "%", "Critical low stock", "From how little of the minimum on it is "
                   "critical", 0, 100),),
    ),
    Kind(
        "location_low", "Low in location",
        "There is less of a part in a location (with all that is below) than its minimum there: in stock, plus what is "
        "on order for it, less what is promised",
        "stock", "transfer",
    ),
    Kind("location_over", "Too much in location", "There is more of a part in a location than its maximum there",
         "stock", "transfer"),
    Kind(
        "out_of_stock", "Out of stock",
        "Nothing is left of a part that has a minimum, is asked for by a sales order, or was used of late",
        "stock", "order",
        (Threshold("used_days", 90, "days", "Used of late", "A part without a minimum is missed when it was used "
                   "within so many days; 0: never", 0, _DAYS),),
    ),
    Kind(
        "overstock", "Overstock", "There is more of a part than its maximum", "stock", "look",
        (Threshold("percent", 0, "%", "Overstock allowed", "By how much of the maximum it may be exceeded", 0, 1000),),
    ),
    Kind(
        "impossible_record", "Impossible record",
        "A stock item that cannot be as it is recorded: more promised than there is, a serial number on several, stock "
        "in a structural location, a negative quantity",
        "stock", "count",
    ),
    Kind("expired", "Expired", "A stock item is past its expiry date", "stock", "look"),
    Kind(
        "expiring", "Expiring", "A stock item will soon be past its expiry date", "stock", "look",
        (Threshold("days", 30, "days", "Expiring", "How long before the expiry date it is told", 1, _DAYS),),
    ),
    Kind(
        "stale", "Stale stock", "Stock of a part has not moved for long", "stock", "look",
        (Threshold("days", 180, "days", "Stale", "After how long without a movement", 1, _DAYS),),
    ),
    Kind(
        "stocktake_overdue", "Stocktake overdue",
        "Items in a location were not counted within the interval of their class (settings COUNT_INTERVAL_*)",
        "stock", "count",
        (
            Threshold("grace_days", 7, "days", "Stocktake grace", "How long after its interval an item is overdue",
                      0, _DAYS),
            Threshold("percent", 20, "%", "Stocktake overdue", "From how many of a location's items on it is told",
                      0, 100),
        ),
    ),
    Kind(
        "variance", "Variance", "A count was off by more than the tolerance", "stock", "look",
        (
            Threshold("percent", 10, "%", "Variance", "How much of what was expected a count may be off", 0, 1000),
            Threshold("units", 1, "units", "Variance in units", "What is off by so little is never told"),
            Threshold("days", 7, "days", "Variance shown", "For how long it is shown", 1, _DAYS),
        ),
        once=True,
    ),
    Kind(
        "purchase_overdue", "Purchase order overdue", "A purchase order has not come when it should", "purchase_order",
        "receive",
        (
            Threshold("grace_days", 0, "days", "Purchase order grace", "How long after its date it is overdue", 0,
                      _DAYS),
            Threshold("critical_days", 7, "days", "Purchase order critical", "From how many days on it is critical", 1,
                      _DAYS),
        ),
    ),
    Kind(
        "shipment_overdue", "Shipment overdue", "A sales order was not shipped when it should", "sales_order", "ship",
        (
            Threshold("grace_days", 0, "days", "Shipment grace", "How long after its date it is overdue", 0, _DAYS),
            Threshold("critical_days", 3, "days", "Shipment critical", "From how many days on it is critical", 1,
                      _DAYS),
        ),
    ),
    Kind(
        "supplier_late", "Supplier late again", "A supplier's last receipt was late, and it keeps few of its dates",
        "purchase_order", "look",
        (
            Threshold("percent", 80, "%", "Supplier on time", "What share of receipts is to be on time", 0, 100),
            Threshold("receipts", 3, "receipts", "Supplier receipts", "From how many receipts on it is told", 1, 1000),
            Threshold("days", 180, "days", "Supplier period", "How far back it looks", 7, _DAYS),
        ),
    ),
    Kind(
        "stock_out_predicted", "Stock-out predicted",
        "At the rate of use so far, stock ends before an order of today could come",
        "stock", "order",
        (
            Threshold("usage_days", 90, "days", "Usage period", "How far back the use of a part is looked at", 7, 730),
            Threshold("lead_days", 14, "days", "Lead time", "Of parts that never came on an order", 0, 730),
        ),
    ),
    Kind(
        "unusual_movement", "Unusual movement", "A quantity far outside what is usual for the part", "stock", "look",
        (
            Threshold("score", 5, "", "Unusual score", "Modified z-score (Iglewicz and Hoaglin) from which on a "
                      "movement is unusual", 1, 1000),
            Threshold("movements", 10, "movements", "Unusual history", "How many movements must be known", 5, 1000),
            Threshold("days", 3, "days", "Unusual shown", "How many days back movements are judged", 1, 60),
        ),
        once=True,
    ),
    Kind(
        "sign_ins", "Failed sign-ins", "Sign-ins of one user or from one address failed repeatedly", STAFF, "look",
        (Threshold("failures", 10, "failures", "Failed sign-ins", "How many within an hour", 2, 10_000),),
    ),
    Kind(
        "server_trouble", "Server trouble",
        "Requests fail, transactions are lost, the disk is nearly full, or work is stuck in the queue",
        STAFF, "look",
        (
            Threshold("errors", 5, "errors", "Server errors", "How many failed requests within an hour", 1, 100_000),
            Threshold("retries", 20, "retries", "Database retries", "How many transactions that had to be run again "
                      "several times within an hour", 1),
            Threshold("disk_percent", 10, "%", "Disk space", "How much of the disk is to be free", 0, 100),
            Threshold("queue_minutes", 30, "minutes", "Queue", "How long a delivery or job may wait", 1, 10_000),
        ),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Kind] = {kind.key: kind for kind in KINDS}


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _settings() -> tuple[PluginSettingKind, ...]:
    made = []
    for kind in KINDS:
        made.append(
            PluginSettingKind(kind.switch, "yes", f"Alert: {kind.title}", f"Whether it is told: {kind.about}", _YES_NO)
        )
        made += [
            PluginSettingKind(
                kind.setting(one), _number(one.default), f"Alert: {one.name}", one.about, units=one.units,
                bounds=(one.least, one.most),
            )
            for one in kind.thresholds
        ]  # fmt: skip
    return tuple(made)


ALERT_SETTINGS = _settings()


def thresholds_from(kind: Kind, kept: Mapping[str, str]) -> Mapping[str, float]:
    """The thresholds of a kind from the settings that are kept; what is none counts as its default."""
    found = {}
    for one in kind.thresholds:
        try:
            value = float(kept.get(kind.setting(one), one.default))
        except ValueError:
            value = one.default
        found[one.key] = value if one.least <= value <= one.most else one.default
    return found
