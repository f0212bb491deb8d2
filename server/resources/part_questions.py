"""What can be asked of a single part: its serial numbers, and what is required of it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select

from server.actions.trees import ancestors
from server.db.models.build import Build, BuildItem, BuildLine
from server.db.models.order import SalesOrder, SalesOrderLineItem
from server.db.models.part import BomItem, Part
from server.db.models.stock import StockItem
from server.db.trees import below
from server.domain.errors import NotFound
from server.domain.serials import next_serial_number
from server.domain.status import ACTIVE_BUILDS, OPEN_SALES_ORDERS
from server.resources import part_figures as figures
from server.resources.bom_figures import can_build
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.query import Computed, Joins, Shape, Source, Test
from server.rest.resource import Endpoint, Route, shape

__all__ = ["NO_PART", "RESOURCES", "fields_of", "one_by", "place_of"]

NO_PART = "No Part matches the given query."


def place_of(context: Context, pk: int) -> str:
    """The tree path of a part. Raises NotFound."""
    parts = Part.__table__
    found = pk < 2**63 and context.ask(
        ("part path",), lambda: select(parts.c.tree_path).where(parts.c.pk == bindparam("pk")), pk=pk
    )
    if not found:
        raise NotFound(NO_PART)
    return str(found[0][0])


def one_by(context: Context, of: Shape, column: str, key: int) -> dict[str, Any] | None:
    """The object of a shape whose column has that key."""
    test = Test(("one", column), lambda row: row.c[column] == bindparam("_key"), {"_key": key})
    plan = context.planner.page(of, frozenset(), [test], (), kind="detail", paged=False)
    rows = plan.objects(context.reader, {**context.parameters, "_key": key})
    return rows[0] if rows else None


# ---------------------------------------------------------------------------------------------------- serial numbers


def _serial_numbers(context: Context, pk: int) -> dict[str, Any]:
    root = ancestors(place_of(context, pk))[0]
    everywhere = bool(context.setting("SERIAL_NUMBER_GLOBALLY_UNIQUE"))
    low, high = below(f"/{root}/")

    def latest() -> Select[Any]:
        item, part = StockItem.__table__, Part.__table__
        found = select(item.c.serial).where(item.c.serial.is_not(None), item.c.serial != "")
        if not everywhere:
            family = select(part.c.pk).where(part.c.tree_path >= bindparam("low"), part.c.tree_path < bindparam("high"))
            found = found.where(item.c.part_id.in_(family))
        return found.order_by(item.c.serial_int.desc(), item.c.serial.desc(), item.c.pk.desc()).limit(
            literal_column("1")
        )

    rows = context.ask(("latest serial", everywhere), latest, low=low, high=high)
    serial = rows[0][0] if rows else None
    return {"latest": serial, "next": next_serial_number(serial or "")}


# ------------------------------------------------------------------------------------------------------ requirements


def _promised_to_builds(part: Source) -> ColumnElement[Any]:
    """What of the part and its variants is promised to builds, of any state."""
    item, promised = figures.alias_of(StockItem, "held"), figures.alias_of(BuildItem, "promised")
    return figures.sum_over(
        promised.c.quantity, of=item.join(promised, promised.c.stock_item_id == item.c.pk), part=part,
        where=[figures.with_variants(part, item.c.part_id)],
    )  # fmt: skip


def _needed_by_builds(part: Source) -> ColumnElement[Any]:
    """What active builds have still to use up."""
    used, line, build = (
        figures.alias_of(BomItem, "used"),
        figures.alias_of(BuildLine, "line"),
        figures.alias_of(Build, "build"),
    )
    joined = used.join(line, line.c.bom_item_id == used.c.pk).join(build, build.c.pk == line.c.build_id)
    return figures.sum_over(
        figures.above_zero(line.c.quantity - line.c.consumed), of=joined, part=part,
        where=[figures.with_variants(part, used.c.sub_part_id), figures.has_status(build, ACTIVE_BUILDS)],
    )  # fmt: skip


def _needed_by_sales(part: Source) -> ColumnElement[Any]:
    """What open sales orders have still to send."""
    line, order = figures.alias_of(SalesOrderLineItem, "line"), figures.alias_of(SalesOrder, "sale")
    return figures.sum_over(
        figures.above_zero(line.c.quantity - line.c.shipped), of=line.join(order, order.c.pk == line.c.order_id),
        part=part,
        where=[figures.with_variants(part, line.c.part_id), figures.has_status(order, OPEN_SALES_ORDERS)],
    )  # fmt: skip


def _with_variants(figure: Any) -> Any:
    return lambda part: figure(part, figures.with_variants)


def _unpromised(part: Source) -> ColumnElement[Any]:
    held = figures.in_stock(part, figures.with_variants)
    return figures.above_zero(
        held - _promised_to_builds(part) - figures.allocated_to_sales(part, figures.with_variants)
    )


def _required(name: str, label: str, sql: Any, field: type[f.Field] = f.Float) -> Computed:
    return Computed(name=name, sql=sql, field=field(label=label, read_only=True))


REQUIREMENTS = shape(
    Part,
    _required("total_stock", "Total Stock", _with_variants(figures.in_stock)),
    _required("unallocated_stock", "Available Stock", _unpromised),
    _required("ordering", "On Order", figures.on_order),
    _required("building", "In Production", _with_variants(figures.building)),
    Computed(
        name="scheduled_to_build", sql=_with_variants(figures.scheduled_to_build),
        encode=lambda quantity: int(quantity) // int(figures.ONE),
        field=f.Integer(label="Scheduled to Build", read_only=True),
    ),
    _required("required_for_build_orders", "Required for Build Orders", _needed_by_builds),
    _required("allocated_to_build_orders", "Allocated to Build Orders", _promised_to_builds),
    _required("required_for_sales_orders", "Required for Sales Orders", _needed_by_sales),
    _required("allocated_to_sales_orders", "Allocated to Sales Orders", _with_variants(figures.allocated_to_sales)),
)  # fmt: skip


def _requirements(context: Context, pk: int) -> dict[str, Any]:
    above = ancestors(place_of(context, pk))[:-1]
    found = one_by(context, REQUIREMENTS, "pk", pk) or {}
    return {**found, "can_build": _can_build(context, pk, above)}


def _can_build(context: Context, pk: int, above: list[int]) -> float:
    """How many of an assembly can be made of what is there: the scarcest component decides. What is virtual or
    consumable does not count."""
    names = [f"above_{index}" for index in range(len(above))]

    def scarcest() -> Select[Any]:
        joins = Joins(BomItem, "line")
        line, component = joins.root, joins.root.via("sub_part")
        mine = line.c.part_id == bindparam("assembly")
        if names:
            inherited = line.c.part_id.in_([bindparam(name) for name in names]) & line.c.inherited.is_(True)
            mine = or_(mine, inherited)
        counted = (component.c.virtual.is_(False), component.c.consumable.is_(False), line.c.consumable.is_(False))
        lowest = func.min(can_build(line))
        return select(lowest).select_from(joins.frm).where(mine, *counted)

    rows = context.ask(("can build", len(above)), scarcest, assembly=pk, **dict(zip(names, above, strict=True)))
    return float(int(rows[0][0] or 0))


# ------------------------------------------------------------------------------------------------------- declarations


def fields_of(of: Shape) -> dict[str, f.Field]:
    return {member.name: member.field for member in of.members if member.field is not None}


RESOURCES = (
    Endpoint(
        path="part/{pk}/serial-numbers/", access=Role("part"), methods={"GET": Route(_serial_numbers)},
        title="Part Serial Number Detail", model=Part,
        description="API endpoint for returning extra serial number information about a particular part.",
        shown={
            "latest": f.String(read_only=True, allow_null=True), "next": f.String(read_only=True),
        },
    ),
    Endpoint(
        path="part/{pk}/requirements/", access=Role("part"), methods={"GET": Route(_requirements)},
        title="Part Requirements", model=Part,
        description=(
            "API endpoint detailing 'requirements' information for a particular part.\n\n"
            "This endpoint returns information on upcoming requirements for:\n\n"
            "- Sales Orders\n- Build Orders\n- Total requirements\n"
            "- How many of this part can be assembled with available stock\n\n"
            "As this data is somewhat complex to calculate, is it not included in the default API"
        ),
        shown={**fields_of(REQUIREMENTS), "can_build": f.Float(label="Can Build", read_only=True)},
    ),
)  # fmt: skip
