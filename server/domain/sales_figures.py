"""The figures of the sales screen: growth, classes, moving averages, money in one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["A_SHARE", "B_SHARE", "Money", "abc_classes", "growth", "moving_average"]

A_SHARE, B_SHARE = 0.80, 0.95


def growth(now: float, before: float) -> float | None:
    """(now - before) / |before|; None where there was nothing before."""
    return None if not before else (now - before) / abs(before)


def abc_classes(revenues: Sequence[float]) -> list[str]:
    """The class of each: in the order of their revenue, those that begin within the first 80% of the sum are A, within
    95% B, the others (and those without revenue) C."""
    total = sum(value for value in revenues if value > 0)
    classes = ["C"] * len(revenues)
    before = 0.0
    for place in sorted(range(len(revenues)), key=lambda place: (-revenues[place], place)):
        value = revenues[place]
        if value <= 0:
            break
        classes[place] = "A" if before < A_SHARE * total else "B" if before < B_SHARE * total else "C"
        before += value
    return classes


def moving_average(values: Sequence[float], window: int) -> list[float | None]:
    """The mean of each value and those before it, `window` together; None where there are too few."""
    sums, found = 0.0, list[float | None]()
    for index, value in enumerate(values):
        sums += value
        if index >= window:
            sums -= values[index - window]
        found.append(sums / window if index >= window - 1 else None)
    return found


@dataclass
class Money:
    """Amounts of several currencies as one, by exchange rates (`rates`: what one unit of the base currency buys). An
    amount whose currency has no rate counts as nothing, and its currency is noted in `missing`."""

    target: str
    rates: Mapping[str, float]
    used: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def one(self, amount: float, currency: str) -> float:
        if currency == self.target or not amount:
            return amount
        source, target = self.rates.get(currency), self.rates.get(self.target)
        if not source or not target:
            self.missing.add(currency)
            return 0.0
        self.used.add(currency)
        return amount / source * target
