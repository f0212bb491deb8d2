"""The rules of bills of materials, and their checksums."""

from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.boms import (
    Line,
    PartInBill,
    bill_checksum,
    check_component,
    check_lock,
    check_quantity,
    line_checksum,
)
from server.domain.errors import InvalidInput, WrongState

BOB = PartInBill(pk=100, label="BOB | Bob | A2 - Can we build it? Yes we can!", tree=100)
SCREW = PartInBill(pk=1, label="M2x4 LPHS - M2x4 low profile head screw", tree=1)
R22 = PartInBill(pk=3, label="R_2K2_0805 - 2.2kOhm resistor in 0805 package", tree=3)
C22 = PartInBill(pk=5, label="C_22N_0805 - 22nF capacitor in 0805 package", tree=5)
ORPHAN = PartInBill(pk=50, label="Orphan - A part without a category", tree=50)
R47 = PartInBill(pk=4, label="R_4K7_0603 - 4.7kOhm resistor in 0603 package", tree=4)


def line(component: PartInBill, quantity: int, **more: object) -> Line:
    return Line(assembly=BOB, component=component, quantity=Decimal(quantity), **more)  # type: ignore[arg-type]


def test_the_checksum_of_a_bill_is_that_of_inventree() -> None:
    # Recorded from InvenTree 1.6 (API 532) for the bill of its test fixture "Bob" with two lines more.
    bill = [
        line(SCREW, 10, allow_variants=True),
        line(R22, 40),
        line(C22, 25, reference="ABCDE"),
        line(ORPHAN, 3, reference="VWXYZ"),
        line(R47, 4, reference="R1-R3", optional=True, allow_variants=True),
        line(R47, 3, reference="R1-R3"),
    ]
    assert bill_checksum(100, bill) == r"b'L\x9a\x0f\xfe\xfa\x0e6|\x83HL-\x9d\xca\x8c\x13'"


def test_every_figure_counts_for_the_checksum() -> None:
    plain = line(SCREW, 10)
    changed = [
        replace(plain, quantity=Decimal("10.5")), replace(plain, piece_count=2), replace(plain, reference="x"),
        replace(plain, setup_quantity=Decimal(1)), replace(plain, attrition=Decimal("2.5")),
        replace(plain, rounding_multiple=Decimal(5)), replace(plain, optional=True), replace(plain, inherited=True),
        replace(plain, consumable=True), replace(plain, allow_variants=True), replace(plain, component=R22),
    ]  # fmt: skip
    assert len({line_checksum(one) for one in [plain, *changed]}) == len(changed) + 1
    assert line_checksum(replace(plain, quantity=Decimal("10.00"))) == line_checksum(plain)


def test_quantities_are_positive() -> None:
    assert check_quantity(Decimal("2.1234567"), trackable=False, allow_zero=False) == Decimal("2.12346")
    assert check_quantity(Decimal(0), trackable=False, allow_zero=True) == 0
    for quantity, allow_zero in ((Decimal(0), False), (Decimal(-1), False), (Decimal(-1), True)):
        with pytest.raises(InvalidInput, match="Quantity must be greater than"):
            check_quantity(quantity, trackable=False, allow_zero=allow_zero)
    with pytest.raises(InvalidInput, match="Invalid quantity"):
        check_quantity(Decimal(10**10), trackable=False, allow_zero=False)


def test_tracked_components_come_in_pieces() -> None:
    assert check_quantity(Decimal("2.00"), trackable=True, allow_zero=False) == 2
    with pytest.raises(InvalidInput, match="integer value for trackable"):
        check_quantity(Decimal("2.5"), trackable=True, allow_zero=False)


def test_nothing_goes_into_itself() -> None:
    check_component(SCREW, BOB, None)
    sibling = PartInBill(pk=101, label="Other - ", tree=100)
    for component in (BOB, sibling):
        with pytest.raises(InvalidInput, match="cannot be used in BOM"):
            check_component(component, BOB, None)
    with pytest.raises(InvalidInput, match="is  used in BOM for"):
        check_component(SCREW, BOB, R22)


def test_locked_bills_stay() -> None:
    check_lock(assembly_locked=False, variant_locked=True, inherited=False)
    with pytest.raises(WrongState, match="assembly is locked"):
        check_lock(assembly_locked=True, variant_locked=False, inherited=False)
    with pytest.raises(WrongState, match="variant assembly is locked"):
        check_lock(assembly_locked=False, variant_locked=True, inherited=True)
