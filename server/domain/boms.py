"""The rules of bills of materials, and the checksums that tell whether somebody has signed them off.

The checksums are InvenTree's, to the letter: a bill that was validated there is still valid after an import.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from server.domain.errors import InvalidInput, WrongState

__all__ = ["Line", "PartInBill", "bill_checksum", "check_component", "check_lock", "check_quantity", "line_checksum"]

_PLACES = Decimal("0.00001")


@dataclass(frozen=True, kw_only=True)
class PartInBill:
    """A part as a bill of materials knows it. `label` is "full name - description"; `tree` the root of its variants."""

    pk: int
    label: str
    tree: int
    trackable: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: so much of `component` goes into one `assembly`."""

    assembly: PartInBill
    component: PartInBill
    quantity: Decimal
    piece_count: int = 1
    setup_quantity: Decimal = Decimal(0)
    attrition: Decimal = Decimal(0)
    rounding_multiple: Decimal | None = None
    reference: str = ""
    optional: bool = False
    inherited: bool = False
    consumable: bool = False
    allow_variants: bool = False


def check_quantity(quantity: Decimal, *, trackable: bool, allow_zero: bool) -> Decimal:
    """The quantity, rounded to five places. Raises InvalidInput where it makes no sense for the component."""
    if quantity < 0 and allow_zero:
        raise InvalidInput("Quantity must be greater than or equal to zero", field="raw_amount")
    if quantity <= 0 and not allow_zero:
        raise InvalidInput("Quantity must be greater than zero", field="raw_amount")
    if quantity >= 10**10:
        raise InvalidInput({name: ["Invalid quantity provided"] for name in ("quantity", "raw_amount")})
    rounded = quantity.quantize(_PLACES, ROUND_HALF_UP)
    if trackable and rounded != rounded.to_integral_value():
        raise InvalidInput("Quantity must be integer value for trackable parts", field="quantity")
    return rounded


def check_component(component: PartInBill, assembly: PartInBill, user: PartInBill | None) -> None:
    """Raises InvalidInput where a component would go into itself. `user` is a part below the component, at any depth,
    whose own bill names the assembly; None where there is none."""
    if component.pk == assembly.pk or component.tree == assembly.tree:
        text = f"Part '{component.label}' cannot be used in BOM for '{assembly.label}' (recursive)"
        raise InvalidInput(text, field="sub_part")
    if user is not None:
        text = f"Part '{assembly.label}' is  used in BOM for '{user.label}' (recursive)"
        raise InvalidInput(text, field="sub_part")


def check_lock(*, assembly_locked: bool, variant_locked: bool, inherited: bool) -> None:
    """Raises WrongState where a line must not be changed."""
    if assembly_locked:
        raise WrongState("BOM item cannot be modified - assembly is locked")
    if inherited and variant_locked:
        raise WrongState("BOM item cannot be modified - variant assembly is locked")


def line_checksum(line: Line) -> str:
    """What signs off one line."""
    digest = hashlib.md5(b"", usedforsecurity=False)
    figures = (line.setup_quantity, line.attrition, line.rounding_multiple)
    values: list[object] = [line.assembly.label, line.assembly.pk, line.component.label, line.component.pk]
    values += [*_figure(line.quantity), line.piece_count]
    values += [text for figure in figures for text in _figure(figure)]
    values += [line.reference, line.optional, line.inherited, line.consumable, line.allow_variants]
    for value in values:
        digest.update(str(value).encode())
    return str(digest.digest())


def _figure(value: Decimal | None) -> list[str]:
    """A number as it counts for the checksum; zero does not count at all, nothing counts as an empty text."""
    if value is None or value <= 0:
        return []
    whole = value == value.to_integral_value()
    return [str(value.quantize(Decimal(1)) if whole else value.normalize())]


def bill_checksum(assembly: int, lines: Iterable[Line]) -> str:
    """What signs off a whole bill; `lines` in the order of their keys, inherited ones among them."""
    digest = hashlib.md5(str(assembly).encode(), usedforsecurity=False)
    for line in lines:
        digest.update(line_checksum(line).encode())
    return str(digest.digest())
