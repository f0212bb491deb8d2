"""Bills of materials: their lines, the parts that may stand in for others, and signing off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal_column, or_, select

from server.actions.boms import affected, check_line, check_line_lock, recheck
from server.actions.pricing import schedule_pricing
from server.actions.trees import ancestors
from server.db.models.part import BomItem, BomItemSubstitute, Part, PartCategory
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.resources import bom_figures as bom
from server.resources import part_figures as figures
from server.resources.briefs import PART_BRIEF
from server.resources.category import CATEGORY
from server.resources.part_filters import part_path
from server.resources.trees import node_path
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Custom, Flag, RelatedTo, Set
from server.rest.many import rows_by_key
from server.rest.query import Computed, Detail, Many, Planner, Reader, Shape, Source, Test
from server.rest.resource import Hooks, Resource, col, shape

__all__ = ["BOM_ACCESS", "RESOURCES", "locking"]

BOM_ACCESS = Role("bom", ("part", "build"))
ZERO: ColumnElement[Any] = literal_column("0")
ON_CREATION = frozenset({"create"})

# A part without its prices, which are left out here unless asked for (and nobody can ask).
UNPRICED = Shape(
    PART_BRIEF.model,
    tuple(
        replace(member, flag="pricing", default=False) if member.name.startswith("pricing_") else member
        for member in PART_BRIEF.members
    ),
)

SUBSTITUTE = shape(
    BomItemSubstitute,
    "pk",
    "bom_item",
    col("part", limited=True),
    Detail(
        name="part_detail", via="part", shape=UNPRICED,
        field=f.Nested(read_only=True, fields={}),
    ),
)  # fmt: skip


def _substitutes() -> Many:
    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        return rows_by_key(planner, reader, SUBSTITUTE, "bom_item", keys)

    return Many(
        name="substitutes", load=load, shape=SUBSTITUTE, flag="substitutes", default=False,
        field=f.Any_(read_only=True, allow_null=True),
    )  # fmt: skip


def _figure(name: str, sql: Any, label: str | None = None, **switch: Any) -> Computed:
    field = f.Float(label=label, read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, field=field, null_in=ON_CREATION, **switch)


def _price(name: str, sql: Any, *, in_writes: bool = False) -> Computed:
    """Prices are shown when asked for; of all of them InvenTree gives one out after a change."""
    field = f.Money(read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, field=field, flag="pricing", default=False, in_writes=in_writes)


def _component_price(column: str) -> Any:
    return lambda row: figures.pricing_of(row.via("sub_part")).c[column]


def _of_component(figure: Any) -> Any:
    return lambda row: figure(row.via("sub_part"))


def _detail(name: str, via: str, label: str, of: Any) -> Detail:
    field = f.Nested(label=label, read_only=True, allow_null=True, fields={})
    return Detail(name=name, via=via, shape=of, flag=name, default=False, field=field)


def _percentage(value: Any) -> None:
    if value > 100:
        raise InvalidInput(["Ensure this value is less than or equal to 100."])


BOM = shape(
    BomItem,
    col("part", limited=True),
    col("sub_part", limited=True),
    "reference",
    col("raw_amount", required=False, meta={}),
    col("quantity", required=False, floor=None, meta={"default": 1.0}),
    col("piece_count", min_value=None, max_value=None, validators=()),
    "allow_variants",
    "inherited",
    "optional",
    "consumable",
    "setup_quantity",
    col("attrition", validators=(_percentage,)),
    col("rounding_multiple", meta={"default": None}),
    "note",
    "pk",
    _price("pricing_min", _component_price("overall_min"), in_writes=True),
    _substitutes(),
    "validated",
    _figure("available_stock", bom.available_stock, "Available Stock"),
    _figure("available_substitute_stock", bom.available_substitutes),
    _figure("available_variant_stock", bom.available_variants),
    _figure("external_stock", _of_component(figures.external_stock)),
    _figure("on_order", _of_component(figures.on_order), "On Order"),
    _figure("building", _of_component(figures.building), "In Production"),
    _figure("can_build", bom.can_build, "Can Build", flag="can_build"),
    _detail("part_detail", "part", "Assembly", PART_BRIEF),
    _detail("sub_part_detail", "sub_part", "Component", PART_BRIEF),
    _detail("category_detail", "sub_part.category", "Category", CATEGORY),
    _price("pricing_max", _component_price("overall_max")),
    _price("pricing_min_total", lambda row: bom.total_price(row, "overall_min")),
    _price("pricing_max_total", lambda row: bom.total_price(row, "overall_max")),
    Computed(
        name="pricing_updated", sql=_component_price("updated"), flag="pricing", default=False, in_writes=False,
        field=f.DateTime(read_only=True, allow_null=True),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- filters


def _among(name: str, keys: Sequence[int]) -> tuple[list[str], dict[str, int]]:
    names = [f"f_{name}_{index}" for index in range(len(keys))]
    return names, dict(zip(names, keys, strict=True))


def _of_assembly(text: str, context: Context) -> Test | None:
    """The lines of an assembly, with those that it inherits."""
    if not text:
        return None
    names, above = _among("above", ancestors(part_path("part", text, context))[:-1])

    def where(row: Source) -> ColumnElement[Any]:
        own = row.c.part_id == bindparam("f_part")
        if not names:
            return own
        inherited = and_(row.c.inherited.is_(True), row.c.part_id.in_([bindparam(name) for name in names]))
        return or_(own, inherited)

    return Test(("part", len(names)), where, {"f_part": int(text), **above})


def _uses(text: str, context: Context) -> Test | None:
    """The lines that may use a part: as component, as substitute, or as variant where they allow variants."""
    if not text:
        return None
    names, above = _among("over", ancestors(part_path("uses", text, context))[:-1])

    def where(row: Source) -> ColumnElement[Any]:
        swap, used = BomItemSubstitute.__table__.alias("swap"), bindparam("f_uses", type_=row.c.pk.type)
        ways = [
            row.c.sub_part_id == used,
            row.c.pk.in_(select(swap.c.bom_item_id).where(swap.c.part_id == used)),
        ]
        if names:
            templates = row.c.sub_part_id.in_([bindparam(name) for name in names])
            ways.append(and_(row.c.allow_variants.is_(True), templates))
        return or_(*ways)

    return Test(("uses", len(names)), where, {"f_uses": int(text), **above})


def _in_category(text: str, context: Context) -> Test | None:
    """The lines whose component is in a category or below it."""
    if not text:
        return None
    low, high = below(node_path(PartCategory, "category", text, context))

    def where(row: Source) -> ColumnElement[Any]:
        path = row.via("sub_part").via("category").c.tree_path
        return and_(path >= bindparam("f_category"), path < bindparam("f_category_stop"))

    return Test(("category",), where, {"f_category": low, "f_category_stop": high})


def _priced(row: Source) -> ColumnElement[Any]:
    pricing = figures.pricing_of(row.via("sub_part"))
    return or_(pricing.c.overall_min.is_not(None), pricing.c.overall_max.is_not(None))


SEARCHED = ("name", "description", "IPN", "revision", "keywords")


# ---------------------------------------------------------------------------------------------------------- writing


def locking(context: Context) -> bool:
    """Whether the bills of locked assemblies are protected."""
    return bool(context.setting("PART_ENABLE_LOCKING"))


def _prepare(context: Context, values: dict[str, Any], row: BomItem | None) -> None:
    quantity = values.pop("quantity", None)
    if "raw_amount" not in values and quantity is not None:
        values["raw_amount"] = f"{Decimal(str(quantity)).normalize():f}"
    if row is None:
        values.setdefault("raw_amount", "1")
    elif locking(context):
        check_line_lock(context.session, row.part_id, inherited=row.inherited)
    if row is not None:
        values["_before"] = row.part_id


def _check(context: Context, row: BomItem, values: Mapping[str, Any], created: bool) -> None:
    if locking(context):
        check_line_lock(context.session, row.part_id, inherited=bool(row.inherited))
    check_line(context.session, row, allow_zero=bool(context.setting("PART_BOM_ALLOW_ZERO_QUANTITY")))


def _after(context: Context, row: BomItem, values: Mapping[str, Any], created: bool) -> None:
    assemblies = affected(context.session, row, values.get("_before"))
    recheck(context.session, assemblies)
    schedule_pricing(context.session, assemblies, context.now)


def _delete(context: Context, row: BomItem, told: Mapping[str, Any]) -> None:
    if locking(context):
        check_line_lock(context.session, row.part_id, inherited=row.inherited)
    assemblies = affected(context.session, row)
    context.session.delete(row)
    context.session.flush()
    recheck(context.session, assemblies)
    schedule_pricing(context.session, assemblies, context.now, create=False)


LINES = Resource(
    path="bom/",
    access=BOM_ACCESS,
    shape=BOM,
    title="Bom",
    list_about=(
        "API endpoint for accessing a list of BomItem objects.\n\n"
        "- GET: Return list of BomItem objects\n- POST: Create a new BomItem object"
    ),
    detail_about="API endpoint for detail view of a single BomItem object.",
    can=("list", "create", "bulk_update", "bulk_delete", "detail", "update", "delete"),
    filters=(
        *(Set(name) for name in ("optional", "consumable", "inherited", "allow_variants", "validated")),
        *(Set(f"part_{name}", f"part.{name}") for name in ("active", "trackable", "testable", "locked")),
        *(
            Set(f"sub_part_{name}", f"sub_part.{name}")
            for name in ("active", "trackable", "testable", "assembly", "virtual")
        ),
        Flag("available_stock", lambda row: bom.available_stock(row) > ZERO),
        Flag("on_order", lambda row: figures.on_order(row.via("sub_part")) > ZERO),
        Flag("has_pricing", _priced),
        Custom("part", _of_assembly),
        Custom("uses", _uses),
        Custom("category", _in_category),
    ),
    search=(
        "reference",
        *(f"{part}.{name}" for part in ("part", "sub_part") for name in SEARCHED),
        "sub_part.category.name",
    ),
    ordering={
        **{
            name: name
            for name in (
                "can_build", "quantity", "setup_quantity", "attrition", "rounding_multiple", "available_stock",
                "allow_variants", "inherited", "optional", "consumable", "reference", "validated", "pricing_min",
                "pricing_max", "pricing_min_total", "pricing_max_total", "pricing_updated",
            )
        },
        "category": "sub_part.category.name",
        "sub_part": "sub_part.name",
        "IPN": "sub_part.IPN",
    },
    hooks=Hooks(prepare=_prepare, before_save=_check, after_save=_after, delete=_delete),
)  # fmt: skip


def _check_substitute(context: Context, row: BomItemSubstitute, values: Mapping[str, Any], created: bool) -> None:
    swap = BomItemSubstitute
    same = select(swap.pk).where(swap.bom_item_id == row.bom_item_id, swap.part_id == row.part_id)
    if context.session.execute(same.where(swap.pk != (row.pk or 0))).first():
        raise InvalidInput("The fields part, bom_item must make a unique set.")
    if context.session.get_one(BomItem, row.bom_item_id).sub_part_id == row.part_id:
        raise InvalidInput("Substitute part cannot be the same as the master part", field="part")


SUBSTITUTES = Resource(
    path="bom/substitute/",
    access=Role("bom", ("build",)),
    shape=SUBSTITUTE,
    title="Bom Item Substitute",
    list_about="API endpoint for accessing a list of BomItemSubstitute objects.",
    detail_about="API endpoint for detail view of a single BomItemSubstitute object.",
    filters=(RelatedTo("part", Part), RelatedTo("bom_item", BomItem)),
    hooks=Hooks(before_save=_check_substitute),
)


RESOURCES = (LINES, SUBSTITUTES)
