"""The items with the serial numbers before and after that of an item."""

from typing import Any

from sqlalchemy import bindparam, select

from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.trees import below
from server.domain.errors import NotFound
from server.resources.stock import STOCK_ACCESS
from server.resources.stock_shapes import STOCK_BRIEF
from server.rest.context import Context
from server.rest.query import Order, Test
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]


def _neighbour(context: Context, row: Any, *, before: bool) -> dict[str, Any] | None:
    """The item with the next lower or higher serial number among the part's variants."""
    part, serial_int, path = row
    root = path.split("/")[1] if path else str(part)
    low, high = below(f"/{root}/")

    def where(item: Any) -> Any:
        parts = Part.__table__.alias("relative")
        related = select(parts.c.pk).where(
            parts.c.tree_path >= bindparam("f_low"), parts.c.tree_path < bindparam("f_high")
        )
        number = item.c.serial_int
        beyond = number < bindparam("f_serial") if before else number > bindparam("f_serial")
        return item.c.part_id.in_(related) & beyond & (item.c.serial != "")

    plan = context.planner.page(
        STOCK_BRIEF, frozenset(), [Test(("neighbour", before), where)], (Order("serial_int", before), Order("pk")),
        kind="nested", paged=True,
    )  # fmt: skip
    found = plan.objects(
        context.reader,
        {
            **context.parameters, "f_low": low, "f_high": high, "f_serial": serial_int, "_limit": 1, "_offset": 0,
        },
    )  # fmt: skip
    return found[0] if found else None


def _serial_numbers(context: Context, pk: int) -> dict[str, Any]:
    items, parts = StockItem.__table__.c, Part.__table__.c
    found = context.ask(
        "serial number",
        lambda: (
            select(items.part_id, items.serial_int, parts.tree_path, items.serial, items.quantity)
            .join(Part.__table__, parts.pk == items.part_id)
            .where(items.pk == bindparam("pk"))
        ),
        pk=pk,
    )
    if not found:
        raise NotFound("No StockItem matches the given query.")
    *row, serial, _ = found[0]
    if not serial:
        return {"next": None, "previous": None}
    return {
        "next": _neighbour(context, row, before=False), "previous": _neighbour(context, row, before=True),
    }  # fmt: skip


SERIAL_NUMBERS = Endpoint(
    path="stock/{pk}/serial-numbers/",
    access=STOCK_ACCESS,
    title="Stock Item Serial Numbers",
    description=(
        "View extra serial number information for a given stock item.\n\n"
        'Provides information on the "previous" and "next" stock items,\nbased on the serial number of the given '
        "stock item."
    ),
    methods={"GET": Route(_serial_numbers)},
)

RESOURCES: tuple[Resource | Endpoint, ...] = (SERIAL_NUMBERS,)
