"""Bills of materials: their lines with those that are inherited, what is made of what, copies, and signing off."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import Table, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from server.actions.trees import ancestors
from server.actions.units import convert, custom_units, has_dimension
from server.db.models.part import BomItem, BomItemSubstitute, Part
from server.db.trees import below
from server.domain.boms import (
    Line,
    PartInBill,
    bill_checksum,
    check_component,
    check_lock,
    check_quantity,
    line_checksum,
)
from server.domain.errors import InvalidInput

__all__ = [
    "affected",
    "bill_of_materials",
    "check_line",
    "check_line_lock",
    "copy_bom",
    "options_of",
    "recheck",
    "sign_off",
    "sign_off_line",
    "used_in",
]

PARTS: Table = Part.__table__  # type: ignore[assignment]
LINES: Table = BomItem.__table__  # type: ignore[assignment]
SUBSTITUTES: Table = BomItemSubstitute.__table__  # type: ignore[assignment]


# ------------------------------------------------------------------------------------------------------------ reading


def bill_of_materials(session: Session, part: Part, *, inherited: bool = True) -> Sequence[BomItem]:
    """The lines of a part in the order of their keys, with those that it inherits from the templates above it."""
    mine = BomItem.part_id == part.pk
    if inherited and (above := ancestors(part.tree_path, itself=False)):
        mine = or_(mine, and_(BomItem.part_id.in_(above), BomItem.inherited.is_(True)))
    return session.scalars(select(BomItem).where(mine).order_by(BomItem.pk)).all()


def options_of(session: Session, line: BomItem) -> list[int]:
    """The parts that may be used for a line: its component, substitutes, and the variants of both where it allows them.
    They are tracked as the component is, and all but the component are active."""
    substitutes = session.scalars(select(SUBSTITUTES.c.part_id).where(SUBSTITUTES.c.bom_item_id == line.pk)).all()
    named = session.execute(
        select(PARTS.c.pk, PARTS.c.tree_path, PARTS.c.trackable).where(PARTS.c.pk.in_([line.sub_part_id, *substitutes]))
    ).all()
    trackable = next(row.trackable for row in named if row.pk == line.sub_part_id)
    among = [PARTS.c.pk == row.pk for row in named]
    if line.allow_variants:
        ranges = [below(row.tree_path) for row in named]
        among += [and_(PARTS.c.tree_path > low, PARTS.c.tree_path < high) for low, high in ranges]
    fitting = select(PARTS.c.pk).where(or_(*among), PARTS.c.trackable.is_(trackable))
    return list(session.scalars(fitting.where(or_(PARTS.c.pk == line.sub_part_id, PARTS.c.active.is_(True)))))


def used_in(session: Session, parts: Collection[int]) -> set[int]:
    """The assemblies whose bills name one of the parts: itself, as a substitute, or by a template that stands for its
    variants; with the variants that inherit the line."""
    paths = session.scalars(select(PARTS.c.tree_path).where(PARTS.c.pk.in_(parts))).all()
    templates = {key for path in paths for key in ancestors(path, itself=False)}
    substituted = select(SUBSTITUTES.c.bom_item_id).where(SUBSTITUTES.c.part_id.in_(parts))
    named = or_(
        LINES.c.sub_part_id.in_(parts),
        and_(LINES.c.allow_variants.is_(True), LINES.c.sub_part_id.in_(templates)),
        LINES.c.pk.in_(substituted),
    )
    lines = session.execute(select(LINES.c.part_id, LINES.c.inherited).where(named)).all()
    return _with_heirs(session, [(line.part_id, line.inherited) for line in lines])


def _with_heirs(session: Session, assemblies: Iterable[tuple[int, bool]]) -> set[int]:
    """The assemblies, and the variants of those whose line is inherited."""
    pairs = set(assemblies)
    found = {pk for pk, _ in pairs}
    for path in session.scalars(select(PARTS.c.tree_path).where(PARTS.c.pk.in_([pk for pk, heirs in pairs if heirs]))):
        low, high = below(path)
        found.update(session.scalars(select(PARTS.c.pk).where(PARTS.c.tree_path >= low, PARTS.c.tree_path < high)))
    return found


def _in_bill(part: Part) -> PartInBill:
    full_name = " | ".join(text for text in (part.IPN, part.name, part.revision) if text)
    label = f"{full_name} - {part.description}"
    tree = ancestors(part.tree_path)
    return PartInBill(pk=part.pk, label=label, tree=tree[0] if tree else part.pk, trackable=part.trackable)


def _as_line(session: Session, row: BomItem) -> Line:
    return Line(
        assembly=_in_bill(session.get_one(Part, row.part_id)),
        component=_in_bill(session.get_one(Part, row.sub_part_id)), quantity=row.quantity,
        piece_count=row.piece_count, setup_quantity=row.setup_quantity, attrition=row.attrition,
        rounding_multiple=row.rounding_multiple, reference=row.reference, optional=row.optional,
        inherited=row.inherited, consumable=row.consumable, allow_variants=row.allow_variants,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- saving


def check_line(session: Session, row: BomItem, *, allow_zero: bool) -> None:
    """Work out the quantity of a line from its amount ("3", "20 mm"), and whether it may stand. Raises InvalidInput.
    What is made of a trackable part becomes trackable."""
    assembly, component = session.get_one(Part, row.part_id), session.get_one(Part, row.sub_part_id)
    amount = _amount(session, str(row.raw_amount).strip(), component.units or "")
    row.quantity = check_quantity(amount, trackable=component.trackable, allow_zero=allow_zero)
    one, other = _in_bill(component), _in_bill(assembly)
    check_component(one, other, None)
    check_component(one, other, _user_of(session, component, assembly))
    if component.trackable and not assembly.trackable:
        assembly.trackable = True
    row.validated = bool(row.checksum) and line_checksum(_as_line(session, row)) == row.checksum


def _amount(session: Session, text: str, units: str) -> Decimal:
    try:
        number = Decimal(text)
        if number.is_finite():
            return number
    except InvalidOperation:
        pass
    definitions = custom_units(session)
    try:
        found = Decimal(str(convert(text, units, definitions)))
        strange = not units and has_dimension(text, definitions)
    except InvalidInput as error:
        raise InvalidInput({"raw_amount": error.errors}) from None
    if strange:
        raise InvalidInput("Invalid quantity - no units specified for part", field="raw_amount")
    return found


def _user_of(session: Session, component: Part, assembly: Part) -> PartInBill | None:
    """The component, or a part that goes into it at any depth, whose bill names the assembly."""
    seen: set[int] = set()
    latest = {component.pk}
    while latest:
        for part in session.scalars(select(Part).where(Part.pk.in_(latest)).order_by(Part.pk)).all():
            below_it = {line.sub_part_id for line in bill_of_materials(session, part)}
            if assembly.pk in below_it:
                return _in_bill(part)
            seen.add(part.pk)
            latest = (latest | below_it) - {part.pk}
        latest -= seen
    return None


def check_line_lock(session: Session, assembly: int, *, inherited: bool) -> None:
    """Raises WrongState where the bill of an assembly must not be changed."""
    part = session.get_one(Part, assembly)
    low, high = below(part.tree_path)
    heirs = select(PARTS.c.pk).where(PARTS.c.tree_path > low, PARTS.c.tree_path < high, PARTS.c.locked.is_(True))
    locked = inherited and session.execute(heirs.limit(1)).first() is not None
    check_lock(assembly_locked=part.locked, variant_locked=locked, inherited=inherited)


def copy_bom(
    session: Session, original: Part, part: Part, *, clear: bool = True, inherited: bool = False,
    substitutes: bool = True, skip_invalid: bool = True,
) -> None:  # fmt: skip
    """Give a part the lines of another one. `clear`: instead of its own, not besides. Lines that would make the part
    go into itself are passed over, or refused (InvalidInput) without `skip_invalid`."""
    if original.pk == part.pk:
        return
    if clear:
        session.execute(delete(BomItem).where(BomItem.part_id == part.pk))
    heritage = set(ancestors(part.tree_path, itself=False))
    for line in bill_of_materials(session, original, inherited=inherited):
        if line.inherited and line.part_id in heritage:
            continue
        component = session.get_one(Part, line.sub_part_id)
        try:
            check_component(_in_bill(component), _in_bill(part), None)
            check_component(_in_bill(component), _in_bill(part), _user_of(session, component, part))
        except InvalidInput:
            if not skip_invalid:
                raise
            continue
        _copy_line(session, line, part, substitutes=substitutes)
    recheck(session, [part.pk])


def _copy_line(session: Session, line: BomItem, part: Part, *, substitutes: bool) -> None:
    values = {column.key: getattr(line, column.key) for column in LINES.c if column.key not in ("pk", "metadata")}
    copy = BomItem(**{**values, "part_id": part.pk, "validated": False})
    session.add(copy)
    session.flush()
    others = session.scalars(select(SUBSTITUTES.c.part_id).where(SUBSTITUTES.c.bom_item_id == line.pk)).all()
    if substitutes and others:
        rows = [{"bom_item_id": copy.pk, "part_id": other} for other in others]
        session.execute(insert(BomItemSubstitute), rows)


# --------------------------------------------------------------------------------------------------------- signing off


def sign_off_line(session: Session, row: BomItem, valid: bool) -> None:
    """Say that a line is right, or not."""
    row.checksum = line_checksum(_as_line(session, row)) if valid else ""
    row.validated = valid
    session.flush()


def sign_off(session: Session, part: Part, user: int | None, now: datetime, valid: bool) -> None:
    """Say that the whole bill of a part is right, or not."""
    if valid:
        for row in bill_of_materials(session, part, inherited=False):
            sign_off_line(session, row, True)
    part.bom_validated = valid
    part.bom_checksum = _checksum(session, part) if valid else ""
    part.bom_checked_by_id, part.bom_checked_date = user, now.date()
    session.flush()


def _checksum(session: Session, part: Part) -> str:
    return bill_checksum(part.pk, [_as_line(session, row) for row in bill_of_materials(session, part)])


def recheck(session: Session, assemblies: Iterable[int]) -> None:
    """Find out whether signed-off bills are still what was signed off, after lines of theirs changed."""
    for part in session.scalars(select(Part).where(Part.pk.in_(set(assemblies))).order_by(Part.pk)).all():
        signed = bool(part.bom_checksum) and part.bom_checked_date is not None
        valid = signed and _checksum(session, part) == part.bom_checksum
        if valid != part.bom_validated:
            session.execute(update(Part).where(Part.pk == part.pk).values(bom_validated=valid))


def affected(session: Session, row: BomItem, before: int | None = None) -> set[int]:
    """The assemblies whose bill a line belongs to, also by inheritance; `before` is the one that it belonged to."""
    return _with_heirs(session, [(row.part_id, row.inherited), *([(before, True)] if before else [])])
