"""What a sale is, and how days become the sums of weeks and months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.domain.demand import start_of

__all__ = ["IMPORT", "SHIPMENT", "Figures", "ReportKey", "Sale", "SumKey", "reports_of", "sums_of"]

SHIPMENT, IMPORT = "shipment", "import"
ReportKey = tuple[int, date, int, str, str, str]
"""part (0: none), day, customer (0: not known), currency, source, code (blank where there is a part)."""
SumKey = tuple[str, str, int, date, str, str]
"""about (P or C), span (W or M), part or customer, start of the period, currency, code."""


@dataclass(frozen=True, slots=True)
class Figures:
    """So many units for so much money; negative: given back."""

    units: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(self.units + other.units, self.revenue + other.revenue)

    def __neg__(self) -> "Figures":
        return Figures(-self.units, -self.revenue)

    def __bool__(self) -> bool:
        return bool(self.units or self.revenue)


@dataclass(frozen=True, slots=True)
class Sale:
    """One line that was sold or (negative) given back. `identity` tells which one it is, for ever."""

    identity: str
    source: str
    day: date
    figures: Figures
    currency: str
    part: int = 0
    code: str = ""
    customer_key: int = 0
    customer: str = ""
    order_model: str = ""
    order_key: int = 0
    reference: str = ""

    @property
    def told(self) -> tuple[object, ...]:
        """What matters for reports: a sale that differs in nothing else is the same (a part may be renamed)."""
        code = "" if self.part else self.code
        return (self.source, self.day, self.figures, self.currency, self.part, code, self.customer_key, self.reference)


def reports_of(gone: Iterable[Sale], come: Iterable[Sale]) -> dict[ReportKey, Figures]:
    """By how much the reports change when some sales vanish and others appear."""
    found: dict[ReportKey, Figures] = {}
    for sales, away in ((gone, True), (come, False)):
        for sale in sales:
            code = "" if sale.part else sale.code
            key = (sale.part, sale.day, sale.customer_key, sale.currency, sale.source, code)
            found[key] = found.get(key, Figures()) + (-sale.figures if away else sale.figures)
    return {key: figures for key, figures in sorted(found.items()) if figures}


def sums_of(reports: dict[ReportKey, Figures]) -> dict[SumKey, Figures]:
    """By how much the sums of weeks and months change with the reports."""
    found: dict[SumKey, Figures] = {}
    for (part, day, customer, currency, _, code), figures in reports.items():
        for span, start in (("W", start_of(day, "week")), ("M", start_of(day, "month"))):
            for about, key, name in (("P", part, code), ("C", customer, "")):
                place = (about, span, key, start, currency, name)
                found[place] = found.get(place, Figures()) + figures
    return {key: figures for key, figures in sorted(found.items()) if figures}
