"""Labels with fields (GS1, MH10.8.2) where goods are received: the line that is meant, how many, which batch."""

from collections.abc import Sequence
from dataclasses import replace

from tui.orders.receipts import Extras
from tui.orders.receiving import Hit, ReceivingLine, match, parse_received
from tui.scanning.label import Label, read_label
from tui.stock_actions.quantities import QuantityError

__all__ = ["match_scan", "said_by"]

_KILOGRAMS = ("kg", "kilogram", "kilograms")


def match_scan(text: str, lines: Sequence[ReceivingLine]) -> tuple[Hit, ...]:
    """The lines that a text can mean; of a label those that one of its codes names exactly, the most telling first."""
    hits = match(text, lines)
    label = read_label(text)
    if label is None or any(hit.is_exact for hit in hits):
        return hits
    for code in label.codes:
        exact = tuple(hit for hit in match(code, lines) if hit.is_exact)
        if exact:
            return exact
    return hits


def said_by(text: str, line: ReceivingLine) -> tuple[str, Extras]:
    """The quantity, as it would be typed, and the fields that a label gives; "" and none for what is no label.

    A customer's item comes back as it is: nothing of that is asked for it. A quantity that cannot be received is left
    out, the person sees it on the label.
    """
    label = read_label(text)
    if label is None or line.is_return:
        return "", Extras()
    extras = Extras(batch=label.batch, expiry=label.expiry)
    if label.serial and line.trackable:
        extras = replace(extras, serials=label.serial)
    return _quantity(label, line), extras


def _quantity(label: Label, line: ReceivingLine) -> str:
    if label.quantity is None or (label.weight and line.pack.units.casefold() not in _KILOGRAMS):
        return ""
    typed = f"{label.quantity.normalize():f}" + ("" if line.pack.is_single else " pcs")
    try:
        parse_received(typed, line)
    except QuantityError:
        return ""
    return typed
