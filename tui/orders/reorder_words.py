"""Each number of a line of the reorder desk, explained in words and figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.orders.reorder import DeskLine, number, packs_of
from tui.views.formats import money, quantity, with_unit

__all__ = ["Explained", "explain"]

_DEMAND = {
    "forecast": "by the forecast of this part",
    "history": "by its demand in {periods} weeks",
    "tracking": "by what left the stock in {periods} weeks",
    "none": "nothing was used in half a year, and there is no forecast",
}
_LEAD = {
    "supplier_part": "mean of {receipts} of this supplier part",
    "supplier": "mean of {receipts} of everything of this supplier",
    "setting": "nothing was received from there yet: the usual one of the settings",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One number: what it is called, what it is, and what it is made of."""

    label: str
    figure: str
    words: str


def _short(value: Any, places: int = 2) -> str:
    return quantity(round(Decimal(str(value or 0)), places))


def explain(line: DeskLine) -> list[Explained]:
    """The numbers of a line, from what there is to what is ordered."""
    return [*_what_there_is(line), *_what_is_needed(line), *_what_is_ordered(line)]


def _what_there_is(line: DeskLine) -> Iterator[Explained]:
    yield Explained("Have", with_unit(line.on_hand, line.units), "in stock and usable")
    yield Explained("On order", quantity(line.on_order), "still to come of open purchase orders, drafts too")
    yield Explained("Allocated", quantity(line.allocated), "promised to sales orders and builds")


def _what_is_needed(line: DeskLine) -> Iterator[Explained]:
    told = line.figures
    if "forecast" in told:
        yield from _forecast(told)
        yield Explained("Minimum", quantity(told.get("minimum")), _minimum(told))
        words = f"forecast {_short(told['forecast'])} + safety stock {_short(told.get('safety_stock'))}"
        yield Explained("Needed", _short(line.needed), f"{words}, and no less than the minimum")
    else:
        yield Explained("Needed", quantity(line.needed), "its minimum stock; this server makes no forecasts")
    yield Explained(
        "Short", _short(line.short),
        f"needed {_short(line.needed)} - have {quantity(line.on_hand)} - on order {quantity(line.on_order)} + "
        f"allocated {quantity(line.allocated)}",
    )  # fmt: skip


def _forecast(told: Mapping[str, Any]) -> Iterator[Explained]:
    demand, lead = told.get("demand") or {}, told.get("lead") or {}
    periods, receipts = int(demand.get("periods") or 0), int(lead.get("receipts") or 0)
    words = _DEMAND.get(str(demand.get("source")), "").format(periods=periods)
    spread = f"; spread {_short(demand.get('deviation'))} a day" if demand.get("deviation") else ""
    yield Explained("Demand", f"{_short(demand.get('per_day'))} a day", words + spread)
    lead_words = _LEAD.get(str(lead.get("of")), "").format(receipts=f"{receipts} receipt{'s' if receipts != 1 else ''}")
    spread = f"; spread {_short(lead.get('deviation'))} days" if lead.get("deviation") else ""
    yield Explained("Lead time", f"{_short(lead.get('days'))} days", lead_words + spread)
    days = f"{_short(lead.get('days'))} days until it comes + {_short(told.get('review_days'))} until the next order"
    yield Explained("Forecast", _short(told["forecast"]), f"wanted in {days}")
    level = f", for a service level of {_short(told['service_level'])}%" if "service_level" in told else ""
    yield Explained(
        "Safety", _short(told.get("safety_stock")),
        f"{_short(told.get('z'), 3)} x root({_short(told.get('days'))} x {_short(demand.get('deviation'))}^2 + "
        f"{_short(demand.get('per_day'))}^2 x {_short(lead.get('deviation'))}^2){level}",
    )  # fmt: skip


def _minimum(told: Mapping[str, Any]) -> str:
    levels = told.get("levels") or {}
    words = f"minimum stock of the part {quantity(told.get('part_minimum'))}"
    if levels.get("target"):
        words += f"; its locations ask for {quantity(levels.get('minimum'))}, filled up to {quantity(levels['target'])}"
    return words


def _what_is_ordered(line: DeskLine) -> Iterator[Explained]:
    source = line.source
    if source is None:
        yield Explained("Order", "-", "nobody supplies this part")
        return
    yield Explained("Order", with_unit(line.quantity, line.units), _rounding(line))
    if line.edit.quantity is None and line.edit.supply is None and line.figures.get("before"):
        before = line.figures["before"]
        yield Explained(
            "Instead of", quantity(before.get("quantity")),
            f"which would cost {money(before.get('total'), before.get('currency'))}: more than "
            f"{money(line.total, line.currency)} for all of this",
        )  # fmt: skip
    step = source.price_at(line.quantity)
    price = "no price is known"
    if step is not None:
        price = f"{quantity(source.packs(line.quantity))} x {money(step.price, step.currency)}"
        price += f" + {money(source.base_cost)} for the order" if source.base_cost else ""
        price += f"; the price from {quantity(step.quantity)} on" if len(source.breaks) > 1 else ""
    yield Explained("Price", money(line.total, line.currency) or "-", price)
    kept = "" if source.on_time is None else f"; {round(source.on_time * 100)}% came in time"
    yield Explained("Supplier", source.supplier_name, f"{source.sku}; {_choice(line)}{kept}")
    expected = source.expected.isoformat() if source.expected else "-"
    yield Explained("Expected", expected, "if it is ordered today" if source.expected else "no lead time is known")


def _choice(line: DeskLine) -> str:
    if line.edit.supply is not None:
        return "chosen by you"
    offers = int(number(line.figures.get("offers")))
    if offers < 2:
        return "the only one who supplies it"
    return f"the best of {offers} for this quantity: price, then lead time and reliability"


def _rounding(line: DeskLine) -> str:
    source = line.source
    if line.edit.skipped:
        return "left out by you"
    if source is None:
        return ""
    packs = packs_of(source, line.quantity) if source.pack != 1 else ""
    multiple = f"in multiples of {source.multiple}" if source.multiple > 1 else ""
    whose = "typed by you" if line.edit.quantity is not None else ""
    least = "the least that is sold" if line.figures.get("least") and not whose else ""
    return ", ".join(part for part in (whose, packs, multiple, least) if part) or "what is short, in whole units"
