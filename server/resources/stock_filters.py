"""What lists of stock can be narrowed, searched and ordered by."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, not_, or_, select

from server.actions.stock.deletion import ALLOCATIONS
from server.db.models.build import Build
from server.db.models.company import Company, ManufacturerPart, SupplierPart
from server.db.models.order import PurchaseOrder, SalesOrder
from server.db.models.part import BomItem, BomItemSubstitute, Part, PartCategory
from server.db.models.stock import StockItem, StockLocation
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.resources import stock_figures as figures
from server.resources.part_filters import part_path
from server.resources.tagged import tag_filters, tag_search
from server.resources.trees import tree_stop
from server.rest.context import Context
from server.rest.filters import (
    BAD_CHOICE,
    Below,
    Compare,
    Custom,
    Elsewhere,
    Exact,
    Filter,
    Flag,
    Matches,
    Range,
    Regex,
    RelatedTo,
    Set,
    contains,
    read_boolean,
)
from server.rest.query import Source, Test

__all__ = ["ORDERING", "STOCK_FILTERS", "STOCK_SEARCH", "moment_filter", "of_part", "part_text_filters"]

Expression = ColumnElement[Any]
Condition = Callable[[Source], Expression]


# ----------------------------------------------------------------------------------------------------------- search


def _parts(matches: Matches) -> Select[Any]:
    part = Part.__table__.alias("found_part")
    return select(part.c.pk).where(or_(matches(part.c.name), matches(part.c.IPN), matches(part.c.description)))


def _locations(matches: Matches) -> Select[Any]:
    location = StockLocation.__table__.alias("found_location")
    return select(location.c.pk).where(matches(location.c.name))


def _supplier_parts(matches: Matches) -> Select[Any]:
    supplied, made = SupplierPart.__table__.alias("supplied"), ManufacturerPart.__table__.alias("made")
    company = Company.__table__.alias("found_company")
    named = select(company.c.pk).where(matches(company.c.name))
    by_maker = select(made.c.pk).where(or_(matches(made.c.MPN), made.c.manufacturer_id.in_(named)))
    return select(supplied.c.pk).where(
        or_(
            matches(supplied.c.SKU), supplied.c.supplier_id.in_(named), supplied.c.manufacturer_part_id.in_(by_maker)
        )
    )  # fmt: skip


STOCK_SEARCH = (
    "serial", "batch", Elsewhere(_parts, "part"), Elsewhere(_locations, "location"),
    Elsewhere(_supplier_parts, "supplier_part"), tag_search("stock.stockitem"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------ plain flags


def _filled(name: str) -> Condition:
    return lambda row: and_(row.c[name].is_not(None), row.c[name] != "")


def _blank(name: str) -> Condition:
    return lambda row: or_(row.c[name].is_(None), row.c[name] == "")


def _given(name: str) -> Condition:
    return lambda row: row.c[name].is_not(None)


def _missing(name: str) -> Condition:
    return lambda row: row.c[name].is_(None)


def _allocated(row: Source) -> Expression:
    promises = (
        exists(select(table.c.pk).where(table.c[column] == row.c.pk).correlate(row.table))
        for table, column in ALLOCATIONS
    )
    return or_(*promises)


def _available(row: Source) -> Expression:
    return and_(figures.in_stock(row), row.c.quantity > figures.allocated(row))


def _taken(row: Source) -> Expression:
    return row.c.quantity <= figures.allocated(row)


def _holds(column: str) -> Condition:
    def where(row: Source) -> Expression:
        other = StockItem.__table__.alias("other")
        return exists(select(other.c.pk).where(other.c[column] == row.c.pk).correlate(row.table))

    return where


def _external(row: Source) -> Expression:
    return row.column("location.external").is_(True)


def _not_external(row: Source) -> Expression:
    return or_(row.column("location.external").is_(False), row.c.location_id.is_(None))


def _enabled_by(setting: str, name: str, where: Condition) -> Custom:
    """A flag that does nothing while a setting is off (or 0)."""

    def make(text: str, context: Context) -> Test | None:
        wanted = read_boolean(text)
        if wanted is None or not context.setting(setting):
            return None
        return Test((name, wanted), where if wanted else lambda row: not_(where(row)))

    return Custom(name, make)


# ------------------------------------------------------------------------------------------------------------ texts


def _containing(name: str, path: str) -> Custom:
    def make(text: str, context: Context) -> Test | None:
        if not text:
            return None
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        dialect = context.planner.dialect
        return Test(
            (name,), lambda row: contains(row.column(path), f"f_{name}", dialect), {f"f_{name}": f"%{escaped}%"}
        )

    return Custom(name, make)


def part_text_filters() -> tuple[Filter, ...]:
    """Name and IPN of the part: equal whatever the case, containing, matching a pattern."""
    return (
        Exact("name", "part.name", fold=True), _containing("name_contains", "part.name"),
        Regex("name_regex", "part.name"), Exact("IPN", "part.IPN", fold=True),
        _containing("IPN_contains", "part.IPN"), Regex("IPN_regex", "part.IPN"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ dates


def moment_filter(name: str, column: str, op: str) -> Custom:
    """A date as a bound on a point in time: its midnight (UTC), included."""
    bound = Compare(name, column, op, "date")

    def make(text: str, context: Context) -> Test | None:
        test = bound.read(text, context)
        if test is None:
            return None
        parameters = {key: datetime.combine(day, time.min, UTC) for key, day in test.parameters.items()}
        return Test(test.key, test.where, parameters)

    return Custom(name, make)


# -------------------------------------------------------------------------------------------------------- relations


def of_part(text: str, context: Context) -> Test | None:
    """`?part=`: the part and, unless `include_variants=false`, its variants. Raises InvalidInput for an unknown one."""
    if not text:
        return None
    path = part_path("part", text, context)
    low, high = below(path)
    if read_boolean(context.query.get("include_variants", "true")) is False or not path:
        return Test(("part", "is"), lambda row: row.c.part_id == bindparam("f_part"), {"f_part": int(text)})

    def where(row: Source) -> Expression:
        part = Part.__table__.alias("variant")
        return row.c.part_id.in_(
            select(part.c.pk).where(
                part.c.tree_path >= bindparam("f_part"), part.c.tree_path < bindparam("f_part_stop")
            )
        )

    return Test(("part", "below"), where, {"f_part": low, "f_part_stop": high})


def _part_tree(text: str, context: Context) -> Test | None:
    if not text:
        return None
    root = part_path("part_tree", text, context).split("/")[1]

    def where(row: Source) -> Expression:
        path = row.column("part.tree_path")
        return and_(path >= bindparam("f_tree"), path < bindparam("f_tree_stop"))

    return Test(("part_tree",), where, {"f_tree": f"/{root}/", "f_tree_stop": f"/{root}0"})


def _in_category(row: Source, key: Expression) -> Expression:
    node, start = PartCategory.__table__.alias("category"), PartCategory.__table__.alias("start")
    inside = (
        select(node.c.pk)
        .select_from(node)
        .join(start, and_(node.c.tree_path >= start.c.tree_path, node.c.tree_path < tree_stop(start.c.tree_path)))
    )
    return row.column("part.category_id").in_(inside.where(start.c.pk == key))


def _of_company(row: Source, key: Expression) -> Expression:
    return or_(
        row.column("supplier_part.supplier_id") == key,
        row.column("supplier_part.manufacturer_part.manufacturer_id") == key,
    )


def _for_bom_item(text: str, context: Context) -> Test | None:
    """`?bom_item=`: stock that can be used for a line of a bill of materials."""
    if not text:
        return None
    if not text.isdigit() or not context.exists(BomItem, int(text)):
        raise InvalidInput({"bom_item": [BAD_CHOICE]})

    def where(row: Source) -> Expression:
        line, other = BomItem.__table__.alias("line"), BomItemSubstitute.__table__.alias("substitute")
        component, variant = Part.__table__.alias("component"), Part.__table__.alias("variant")
        key: Expression = bindparam("f_bom_item")
        itself = select(line.c.sub_part_id).where(line.c.pk == key)
        substitutes = select(other.c.part_id).where(other.c.bom_item_id == key)
        variants = (
            select(variant.c.pk)
            .select_from(line)
            .join(component, component.c.pk == line.c.sub_part_id)
            .join(
                variant,
                and_(
                    variant.c.tree_path >= component.c.tree_path, variant.c.tree_path < tree_stop(component.c.tree_path)
                ),
            )
            .where(line.c.pk == key, line.c.allow_variants.is_(True))
        )  # fmt: skip
        return or_(row.c.part_id.in_(itself), row.c.part_id.in_(substitutes), row.c.part_id.in_(variants))

    return Test(("bom_item",), where, {"f_bom_item": int(text)})


def _status(text: str, context: Context) -> Test | None:
    """`?status=`: a status, or a state that users added."""
    test = Exact("status", kind="number").read(text, context)
    if test is None:
        return None
    return Test(
        ("status",),
        lambda row: or_(row.c.status == bindparam("f_status"), row.c.status_custom_key == bindparam("f_status")),
        test.parameters,
    )


STOCK_FILTERS: tuple[Filter, ...] = (
    Custom("part", of_part),
    Below("location", StockLocation, "location"),
    RelatedTo("belongs_to", StockItem),
    RelatedTo("build", Build),
    RelatedTo("consumed_by", Build),
    RelatedTo("customer", Company),
    RelatedTo("parent", StockItem),
    RelatedTo("purchase_order", PurchaseOrder),
    RelatedTo("sales_order", SalesOrder),
    RelatedTo("supplier_part", SupplierPart),
    RelatedTo("supplier", Company, "supplier_part.supplier"),
    RelatedTo("manufacturer", Company, "supplier_part.manufacturer_part.manufacturer"),
    RelatedTo("manufacturer_part", ManufacturerPart, "supplier_part.manufacturer_part"),
    RelatedTo("company", Company, where=_of_company),
    RelatedTo("category", PartCategory, where=_in_category),
    Custom("part_tree", _part_tree),
    Custom("bom_item", _for_bom_item),
    *part_text_filters(),
    Set("active", "part.active"),
    Set("assembly", "part.assembly"),
    Set("salable", "part.salable"),
    Compare("min_stock", "quantity", ">=", "decimal"),
    Compare("max_stock", "quantity", "<=", "decimal"),
    Custom("status", _status),
    Flag("allocated", _allocated),
    Flag("available", _available, _taken),
    Flag("in_stock", figures.in_stock),
    Flag("depleted", lambda row: row.c.quantity <= 0),
    Flag("consumed", _given("consumed_by_id"), _missing("consumed_by_id")),
    Flag("installed", _given("belongs_to_id"), _missing("belongs_to_id")),
    Flag("sent_to_customer", _given("customer_id"), _missing("customer_id")),
    Flag("has_purchase_price", _given("purchase_price"), _missing("purchase_price")),
    Flag("has_stocktake", _given("stocktake_date"), _missing("stocktake_date")),
    Flag("has_batch", _filled("batch"), _blank("batch")),
    Flag("serialized", _filled("serial"), _blank("serial")),
    Flag(
        "tracked",
        lambda row: or_(_filled("batch")(row), _filled("serial")(row)),
        lambda row: and_(_blank("batch")(row), _blank("serial")(row)),
    ),
    Flag("has_installed_items", _holds("belongs_to_id")),
    Flag("has_child_items", _holds("parent_id")),
    Flag("external", _external, _not_external),
    Set("is_building"),
    _enabled_by("STOCK_ENABLE_EXPIRY", "expired", figures.expired),
    _enabled_by("STOCK_STALE_DAYS", "stale", figures.stale),
    Exact("batch", fold=True),
    Regex("batch_regex", "batch"),
    Exact("serial"),
    Compare("serial_gte", "serial_int", ">="),
    Compare("serial_lte", "serial_int", "<="),
    *Range("expiry_date", before="expiry_before", after="expiry_after"),
    *Range("stocktake_date", before="stocktake_before", after="stocktake_after"),
    moment_filter("updated_before", "updated", "<="),
    moment_filter("updated_after", "updated", ">="),
    moment_filter("created_before", "creation_date", "<="),
    moment_filter("created_after", "creation_date", ">="),
    *tag_filters("stock.stockitem"),
)

ORDERING = {
    "part": "part_name",
    "part__name": "part_name",
    "part__IPN": "part.IPN",
    "IPN": "part.IPN",
    "location": "location.pathstring",
    "batch": "batch",
    "updated": "updated",
    "creation_date": "creation_date",
    "stocktake_date": "stocktake_date",
    "expiry_date": "expiry_date",
    "packaging": "packaging",
    "purchase_price": "purchase_price",
    "quantity": "quantity",
    "stock": ("quantity", "serial_int", "serial"),
    "status": "status",
    "SKU": "supplier_part.SKU",
    "MPN": "supplier_part.manufacturer_part.MPN",
}
