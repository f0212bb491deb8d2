"""Figures of sales, all by plain arithmetic on exact numbers."""

from collections.abc import Sequence
from decimal import Decimal

__all__ = ["abc_classes", "growth_of", "growth_text", "moving_average", "season_of"]

ZERO = Decimal(0)
A_SHARE, B_SHARE = Decimal("0.80"), Decimal("0.95")
MONTHS = 12


def growth_of(now: Decimal, before: Decimal) -> Decimal | None:
    """By how much `now` is more than `before`, as a share of it; None where there was nothing to grow from."""
    return (now - before) / before if before > 0 else None


def growth_text(growth: Decimal | None, *, new: bool = False) -> str:
    """A growth in words: "+12%", "-100%", "x25" where a per cent says little, "new" where there was nothing before."""
    if growth is None:
        return "new" if new else ""
    if growth >= 10:
        return f"x{round(growth + 1)}"
    percent = round(growth * 100)
    return f"{percent:+d}%" if percent else "0%"


def moving_average(values: Sequence[Decimal], width: int) -> list[Decimal | None]:
    """The mean of each value and the `width - 1` before it; None where there are not so many. Raises ValueError for a
    width below 1."""
    if width < 1:
        raise ValueError("an average is of one value at least")
    return [
        sum(values[index - width + 1 : index + 1], ZERO) / width if index + 1 >= width else None
        for index in range(len(values))
    ]


def abc_classes(revenues: Sequence[Decimal]) -> list[str]:
    """The class of each: A for those that make the first 80 % of the revenue, B up to 95 %, C for the rest and for
    what brought nothing. What crosses a border belongs to the better class."""
    total = sum((each for each in revenues if each > 0), ZERO)
    classes, before = ["C"] * len(revenues), ZERO
    for index in sorted(range(len(revenues)), key=lambda index: -revenues[index]):
        if revenues[index] <= 0:
            break
        share = before / total
        classes[index] = "A" if share < A_SHARE else "B" if share < B_SHARE else "C"
        before += revenues[index]
    return classes


def season_of(months: Sequence[tuple[int, Decimal]]) -> list[Decimal | None]:
    """What each month of the year, January first, sells beside the average month: 1 for as much, 2 for twice.

    `months`: (month of the year, sum) for whole months. A month of which there is none is None; so are all where
    nothing was sold.
    """
    average = sum((value for _, value in months), ZERO) / len(months) if months else ZERO
    means: list[Decimal | None] = []
    for month in range(1, MONTHS + 1):
        sums = [value for number, value in months if number == month]
        means.append(sum(sums, ZERO) / len(sums) if sums else None)
    return [None if mean is None or average <= 0 else mean / average for mean in means]
