"""Saving and deleting stock locations."""

from collections.abc import Sequence

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from server.actions.attached import drop_attached
from server.actions.stock.deletion import delete_items
from server.actions.trees import plant, uproot
from server.db.models.stock import StockItem, StockItemTracking, StockLocation
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.domain.status import StockHistoryCode
from server.domain.stock import By

__all__ = ["check_location", "delete_location", "settle_location"]

LOCATIONS: Table = StockLocation.__table__  # type: ignore[assignment]
ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
NAME_TAKEN = "Duplicate names cannot exist under the same parent"
HOLDS_STOCK = "You cannot make this stock location structural because some stock items are already located into it!"


def check_location(session: Session, location: StockLocation) -> None:
    """Raises InvalidInput where the location must not be saved as it is now."""
    here = LOCATIONS.c.parent_id
    siblings = here.is_(None) if location.parent_id is None else here == location.parent_id
    namesake = select(LOCATIONS.c.pk).where(siblings, LOCATIONS.c.name == location.name)
    if session.execute(namesake.where(LOCATIONS.c.pk != (location.pk or 0)).limit(1)).first():
        raise InvalidInput(NAME_TAKEN)
    if location.structural and location.pk is not None:
        held = select(ITEMS.c.pk).where(ITEMS.c.location_id == location.pk).limit(1)
        if session.execute(held).first():
            raise InvalidInput(HOLDS_STOCK)


def settle_location(session: Session, location: StockLocation) -> None:
    """Write where a saved location, and what is below it, is in the tree."""
    plant(session, location)


def delete_location(
    session: Session, by: By, location: StockLocation, *, delete_items_too: bool, delete_children: bool
) -> list[str]:
    """Delete a location. Its stock, and with `delete_children` that of all locations below it, goes too or moves to
    the location above (where there is none, it lies nowhere); the locations below go too or hang on the one above.
    The paths of files to be deleted once the transaction is committed. Raises InvalidInput where stock would come to
    lie in a structural location, or two locations of one name under the same parent."""
    low, high = below(location.tree_path)
    nodes = session.scalars(
        select(StockLocation)
        .where(StockLocation.tree_path > low, StockLocation.tree_path < high)
        .order_by(StockLocation.level.desc(), StockLocation.pk)
    ).all()
    gone = [location.pk, *([node.pk for node in nodes] if delete_children else [])]
    files: list[str] = []
    if delete_items_too:
        held = select(ITEMS.c.pk).where(ITEMS.c.location_id.in_(gone))
        files = delete_items(session, session.execute(held).scalars().all())
    else:
        _move_stock(session, by, gone, location.parent_id)
    if not delete_children:
        _check_names(session, location)
        uproot(session, location)
    files += drop_attached(session, "stock.stocklocation", gone)
    session.flush()
    for node in (*(nodes if delete_children else ()), location):
        session.expunge(node)
    session.execute(delete(LOCATIONS).where(LOCATIONS.c.pk.in_(gone)))
    return files


def _move_stock(session: Session, by: By, locations: Sequence[int], parent: int | None) -> None:
    """What lies in the locations lies in the one above from now on; the history of each item says so."""
    rows = session.execute(
        select(ITEMS.c.pk, ITEMS.c.part_id, ITEMS.c.location_id)
        .where(ITEMS.c.location_id.in_(locations))
        .order_by(ITEMS.c.pk)
        .with_for_update()
    ).all()
    if not rows:
        return
    structural = select(LOCATIONS.c.structural).where(LOCATIONS.c.pk == parent)
    if session.execute(structural).scalar():
        raise InvalidInput(
            f"{len(rows)} stock items lie here, and the location above is structural. Move them first, or delete them."
        )
    session.execute(update(ITEMS).where(ITEMS.c.location_id.in_(locations)).values(location_id=parent, updated=by.now))
    session.execute(
        StockItemTracking.__table__.insert(),  # type: ignore[attr-defined]
        [
            {
                "item_id": pk, "part_id": part, "date": by.now, "tracking_type": int(StockHistoryCode.STOCK_MOVE),
                "notes": "", "user_id": by.user, "deltas": {"location": parent, "old_location": location},
            }
            for pk, part, location in rows
        ],
    )  # fmt: skip


def _check_names(session: Session, location: StockLocation) -> None:
    """The locations below are to hang beside the location's own siblings."""
    siblings = LOCATIONS.c.parent_id
    beside = siblings.is_(None) if location.parent_id is None else siblings == location.parent_id
    names = select(LOCATIONS.c.name).where(siblings == location.pk)
    clash = select(LOCATIONS.c.name).where(beside, LOCATIONS.c.pk != location.pk, LOCATIONS.c.name.in_(names))
    taken = session.execute(clash.order_by(LOCATIONS.c.name)).scalars().all()
    if taken:
        raise InvalidInput(f"{NAME_TAKEN}: {', '.join(taken[:5])}")
