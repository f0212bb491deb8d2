"""Installing items in others and taking them out; what a bill of materials calls for."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.lines import may_hold_stock
from server.actions.trees import ancestors
from server.db.models.part import BomItem, BomItemSubstitute
from server.domain import stock, stock_sets
from server.domain.errors import InvalidInput, WrongState

__all__ = ["bill_of", "install", "uninstall"]

BOM: Table = BomItem.__table__  # type: ignore[assignment]
SUBSTITUTES: Table = BomItemSubstitute.__table__  # type: ignore[assignment]


# ------------------------------------------------------------------------------------------------- bills of materials


def bill_of(session: Session, part: int) -> Mapping[int, tuple[int, bool]]:
    """The lines of a part's bill of materials, its own and those inherited from its templates: key to component and
    whether variants of it will do."""
    path = session.execute(select(PARTS.c.tree_path).where(PARTS.c.pk == part)).scalar() or ""
    templates = [key for key in ancestors(path) if key != part]
    columns = (BOM.c.pk, BOM.c.sub_part_id, BOM.c.allow_variants)
    own = or_(BOM.c.part_id == part, BOM.c.part_id.in_(templates) & BOM.c.inherited.is_(True))
    return {row[0]: (row[1], bool(row[2])) for row in session.execute(select(*columns).where(own))}


def _in_bill(session: Session, part: int, component: int) -> bool:
    """Whether the bill of materials of `part` calls for `component`, as it is, as a variant or as a substitute."""
    lines = bill_of(session, part)
    if any(sub_part == component for sub_part, _ in lines.values()):
        return True
    substitute = select(SUBSTITUTES.c.pk).where(
        SUBSTITUTES.c.bom_item_id.in_(sorted(lines)), SUBSTITUTES.c.part_id == component
    )
    if session.execute(substitute).first() is not None:
        return True
    path = session.execute(select(PARTS.c.tree_path).where(PARTS.c.pk == component)).scalar() or ""
    templates = set(ancestors(path))
    return any(sub_part in templates for sub_part, variants in lines.values() if variants)


# ------------------------------------------------------------------------------------------------- installing


def install(
    ledger: Ledger, into: int, pk: int, quantity: Decimal | None, notes: str = "", *, any_part: bool = False
) -> None:
    """`quantity` of the item `pk` (None: all) is built into the item `into`. `any_part`: also what the bill of
    materials does not call for."""
    ledger.load([pk, into])
    assembly, item = ledger.item(into), ledger.item(pk)
    if not item.in_stock:
        raise WrongState("Stock item is unavailable", field="stock_item")
    if pk == into or _is_inside(ledger, into, pk):
        raise WrongState("An item cannot be installed in itself", field="stock_item")
    if not any_part and not _in_bill(ledger.session, assembly.part, item.part):
        raise WrongState("Selected part is not in the Bill of Materials", field="stock_item")
    wanted = item.quantity if quantity is None else quantity
    if wanted > item.quantity:
        raise InvalidInput("Quantity to install must not exceed available quantity", field="quantity")
    if wanted < item.quantity:
        rest, piece = stock.split(item, wanted, ledger.new_key(pk), ledger.by)
        ledger.take(piece, notes)
        ledger.take(rest, notes)
        item = piece.item
    for change in stock_sets.install(item, assembly, ledger.by):
        ledger.take(change, notes)
    ledger.write()


def _is_inside(ledger: Ledger, pk: int, container: int) -> bool:
    """Whether the item `pk` is installed in `container`, however deep."""
    seen: set[int] = set()
    here: int | None = pk
    while here is not None and here not in seen:
        seen.add(here)
        here = ledger.connection.execute(select(ITEMS.c.belongs_to_id).where(ITEMS.c.pk == here)).scalar()
        if here == container:
            return True
    return False


def uninstall(ledger: Ledger, pk: int, location: int, notes: str = "") -> None:
    """The item is taken out of what it is installed in and put to `location`; otherwise nothing happens."""
    item = ledger.item(pk)
    may_hold_stock(ledger.session, location)
    if item.belongs_to is None:
        return
    for change in stock_sets.uninstall(item, ledger.item(item.belongs_to), location, ledger.by):
        ledger.take(change, notes)
    ledger.write()
