"""What can be asked of a single part: its prices, serial numbers, requirements and picture."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select

from server.actions.pricing import pricing_of, save_pricing, update_pricing
from server.actions.trees import ancestors
from server.db.models.build import Build, BuildItem, BuildLine
from server.db.models.order import SalesOrder, SalesOrderLineItem
from server.db.models.part import BomItem, Part
from server.db.models.part_pricing import PartPricing
from server.db.models.stock import StockItem
from server.db.trees import below
from server.domain.errors import InvalidInput, NotFound
from server.domain.pricing import PricingPolicy, converted
from server.domain.serials import next_serial_number
from server.domain.status import ACTIVE_BUILDS, OPEN_SALES_ORDERS
from server.resources import part_figures as figures
from server.resources.bom_figures import can_build
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.query import Computed, Joins, Shape, Source, Test
from server.rest.resource import Endpoint, Route, col, currency_pairs, shape

__all__ = ["RESOURCES"]

NO_PART = "No Part matches the given query."


def _path_of(context: Context, pk: int) -> str:
    """The tree path of a part. Raises NotFound."""
    parts = Part.__table__
    found = pk < 2**63 and context.ask(
        ("part path",), lambda: select(parts.c.tree_path).where(parts.c.pk == bindparam("pk")), pk=pk
    )
    if not found:
        raise NotFound(NO_PART)
    return str(found[0][0])


def _one(context: Context, of: Shape, column: str, key: int) -> dict[str, Any] | None:
    """The object of a shape whose column has that key."""
    test = Test(("one", column), lambda row: row.c[column] == bindparam("_key"), {"_key": key})
    plan = context.planner.page(of, frozenset(), [test], (), kind="detail", paged=False)
    rows = plan.objects(context.reader, {**context.parameters, "_key": key})
    return rows[0] if rows else None


# ---------------------------------------------------------------------------------------------------- serial numbers


def _serial_numbers(context: Context, pk: int) -> dict[str, Any]:
    root = ancestors(_path_of(context, pk))[0]
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
    item, promised = StockItem.__table__.alias("held"), BuildItem.__table__.alias("promised")
    return figures.sum_over(
        promised.c.quantity, of=item.join(promised, promised.c.stock_item_id == item.c.pk), part=part,
        where=[figures.with_variants(part, item.c.part_id)],
    )  # fmt: skip


def _needed_by_builds(part: Source) -> ColumnElement[Any]:
    """What active builds have still to use up."""
    used, line, build = (
        BomItem.__table__.alias("used"),
        BuildLine.__table__.alias("line"),
        Build.__table__.alias("build"),
    )
    joined = used.join(line, line.c.bom_item_id == used.c.pk).join(build, build.c.pk == line.c.build_id)
    return figures.sum_over(
        figures.above_zero(line.c.quantity - line.c.consumed), of=joined, part=part,
        where=[figures.with_variants(part, used.c.sub_part_id), build.c.status.in_(figures.codes(ACTIVE_BUILDS))],
    )  # fmt: skip


def _needed_by_sales(part: Source) -> ColumnElement[Any]:
    """What open sales orders have still to send."""
    line, order = SalesOrderLineItem.__table__.alias("line"), SalesOrder.__table__.alias("sale")
    return figures.sum_over(
        figures.above_zero(line.c.quantity - line.c.shipped), of=line.join(order, order.c.pk == line.c.order_id),
        part=part,
        where=[figures.with_variants(part, line.c.part_id), order.c.status.in_(figures.codes(OPEN_SALES_ORDERS))],
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
    above = ancestors(_path_of(context, pk))[:-1]
    found = _one(context, REQUIREMENTS, "pk", pk) or {}
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


# ------------------------------------------------------------------------------------------------------------ prices

RANGES = (
    "bom_cost", "purchase_cost", "internal_cost", "supplier_price", "variant_cost", "override", "overall",
    "sale_price", "sale_history",
)  # fmt: skip


def _override(end: str, word: str) -> dict[str, f.Field]:
    return {
        f"override_{end}": f.Money(
            label=f"{word} Price", help_text=f"Override calculated value for {word.lower()} price", allow_null=True,
        ),
        f"override_{end}_currency": f.Choice(
            label=f"{word} price currency", choices=currency_pairs, required=False
        ),
    }  # fmt: skip


OVERRIDES: Mapping[str, f.Field] = {**_override("min", "Minimum"), **_override("max", "Maximum")}

PRICING = shape(
    PartPricing,
    col("currency", read_only=True, allow_null=True),
    col("updated", read_only=True, help_text=""),
    col("scheduled_for_update", read_only=True),
    *(
        col(f"{name}_{end}", read_only=True, label=None, help_text="")
        for name in RANGES for end in ("min", "max") if name != "override"
    ),
    *(col(name) for name in OVERRIDES),
)  # fmt: skip

PRICING_BODY = {
    **OVERRIDES,
    "update": f.Boolean(
        label="Update", help_text="Update pricing for this part", default=False, allow_null=True, write_only=True
    ),
}
NO_PRICING: dict[str, Any] = {
    "updated": None, "scheduled_for_update": False, "override_min_currency": "USD", "override_max_currency": "USD",
    **{f"{name}_{end}": None for name in RANGES for end in ("min", "max")},
}  # fmt: skip


def _pricing(context: Context, pk: int) -> dict[str, Any]:
    found = _one(context, PRICING, "part_id", pk)
    if found is None:
        _path_of(context, pk)
        return {**NO_PRICING, "currency": context.setting("INVENTREE_DEFAULT_CURRENCY")}
    return found


def _policy(context: Context) -> PricingPolicy:
    def wants(key: str) -> bool:
        return bool(context.setting(key))

    return PricingPolicy(
        currency=str(context.setting("INVENTREE_DEFAULT_CURRENCY")),
        use_internal=wants("PART_INTERNAL_PRICE"), internal_overrides=wants("PART_BOM_USE_INTERNAL_PRICE"),
        use_supplier=wants("PRICING_USE_SUPPLIER_PRICING"),
        purchases_override_supplier=wants("PRICING_PURCHASE_HISTORY_OVERRIDES_SUPPLIER"),
        use_variants=wants("PRICING_USE_VARIANT_PRICING"), active_variants_only=wants("PRICING_ACTIVE_VARIANTS"),
        use_stock=wants("PRICING_USE_STOCK_PRICING"),
        stock_age_days=int(context.setting("PRICING_STOCK_ITEM_AGE_DAYS") or 0),
    )  # fmt: skip


def _change_pricing(context: Context, pk: int) -> dict[str, Any]:
    session = context.session
    part = session.get(Part, pk, with_for_update=True) if pk < 2**63 else None
    if part is None:
        raise NotFound(NO_PART)
    given = f.read_body(PRICING_BODY, context.body(), context, partial=True)
    pricing, policy = pricing_of(session, pk), _policy(context)
    for name in OVERRIDES:
        if name in given:
            setattr(pricing, name, given[name])
    _check_overrides(pricing, given)
    save_pricing(session, pricing, policy, context.now)
    if given.get("update"):
        update_pricing(session, part, policy, context.now)
    return _pricing(context, pk)


def _check_overrides(pricing: PartPricing, given: Mapping[str, Any]) -> None:
    low, high = given.get("override_min"), given.get("override_max")
    same = converted(low, pricing.override_min_currency, pricing.override_max_currency, {})
    if same is not None and high is not None and same > high:
        raise InvalidInput(
            {
                "override_min": ["Minimum price must not be greater than maximum price"],
                "override_max": ["Maximum price must not be less than minimum price"],
            }
        )


# ------------------------------------------------------------------------------------------------------- declarations


def _fields(of: Shape) -> dict[str, f.Field]:
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
        shown={**_fields(REQUIREMENTS), "can_build": f.Float(label="Can Build", read_only=True)},
    ),
    Endpoint(
        path="part/{pk}/pricing/", access=Role("part"), title="Part Pricing Detail", model=PartPricing,
        description="API endpoint for viewing part pricing data.",
        methods={
            "GET": Route(_pricing), "PUT": Route(_change_pricing, writes=True),
            "PATCH": Route(_change_pricing, writes=True),
        },
        body=PRICING_BODY, shown=_fields(PRICING),
    ),
)  # fmt: skip
