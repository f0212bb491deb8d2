"""What lists of parts can be narrowed, searched and ordered by."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, literal_column, not_, or_, select, union

from server.actions.trees import ancestors
from server.db.models.company import ManufacturerPart, SupplierPart
from server.db.models.part import BomItem, BomItemSubstitute, Part, PartCategory, PartRelated, PartStar
from server.db.models.stock import StockLocation
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.resources import part_figures as figures
from server.resources.tagged import tag_filters, tag_search
from server.resources.trees import node_path, outside_tree, tree_stop
from server.rest.context import Context
from server.rest.filters import (
    Below,
    Custom,
    Elsewhere,
    Exact,
    Filter,
    Flag,
    InList,
    Matches,
    Range,
    Regex,
    RelatedTo,
    Set,
)
from server.rest.query import Source, Test

__all__ = ["ORDERING", "PART_FILTERS", "PART_SEARCH", "is_starred", "part_path"]

ZERO: ColumnElement[Any] = literal_column("0")
# Stock is kept in steps of 0.00001, the limits of a part in steps of 0.000001.
TEN: ColumnElement[Any] = literal_column("10")


# ----------------------------------------------------------------------------------------------------------- search


def _skus(matches: Matches) -> Select[Any]:
    supplied = figures.alias_of(SupplierPart, "supplied")
    return select(supplied.c.part_id).where(matches(supplied.c.SKU))


def _mpns(matches: Matches) -> Select[Any]:
    made = figures.alias_of(ManufacturerPart, "made")
    return select(made.c.part_id).where(matches(made.c.MPN))


PART_SEARCH = (
    "name", "description", "IPN", "revision", "keywords", "category.name",
    Elsewhere(_mpns), Elsewhere(_skus), tag_search("part.part"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------ plain flags


def is_starred(part: Source) -> ColumnElement[Any]:
    """Whether the user follows the part."""
    star = figures.alias_of(PartStar, "star")
    mine = select(star.c.pk).where(star.c.part_id == part.c.pk, star.c.user_id == bindparam("_user"))
    return exists(mine.correlate(part.table))


def _filled(name: str) -> Callable[[Source], ColumnElement[Any]]:
    return lambda row: and_(row.c[name].is_not(None), row.c[name] != "")


def _blank(name: str) -> Callable[[Source], ColumnElement[Any]]:
    return lambda row: or_(row.c[name].is_(None), row.c[name] == "")


def _low(row: Source) -> ColumnElement[Any]:
    return and_(row.c.minimum_stock != 0, figures.total_in_stock(row) * TEN < row.c.minimum_stock)


def _not_low(row: Source) -> ColumnElement[Any]:
    return figures.total_in_stock(row) * TEN >= row.c.minimum_stock


def _high(row: Source) -> ColumnElement[Any]:
    return and_(row.c.maximum_stock != 0, figures.total_in_stock(row) * TEN > row.c.maximum_stock)


def _depleted(row: Source) -> ColumnElement[Any]:
    return and_(figures.in_stock(row) == ZERO, figures.stock_item_count(row) != ZERO)


def _to_build(row: Source) -> ColumnElement[Any]:
    return figures.required_for_builds(row) > figures.allocated_to_builds(row)


def _priced(row: Source) -> ColumnElement[Any]:
    pricing = figures.pricing_of(row)
    return or_(pricing.c.overall_min.is_not(None), pricing.c.overall_max.is_not(None))


# ---------------------------------------------------------------------------------------------- relations of a part


def part_path(name: str, text: str, context: Context) -> str:
    """The tree path of the part that a filter names. Raises InvalidInput where there is none."""
    return node_path(Part, name, text, context)


def _variants_of(text: str, context: Context) -> Test | None:
    """`?ancestor=`: everything below a template."""
    if not text:
        return None
    low, high = below(part_path("ancestor", text, context))
    return Test(
        ("ancestor",),
        lambda row: and_(row.c.tree_path > bindparam("f_over"), row.c.tree_path < bindparam("f_over_stop")),
        {"f_over": low, "f_over_stop": high},
    )


def _convertible(text: str, context: Context) -> Test | None:
    """`?convert_from=`: what stock of a part may become: its variants, its template and the other variants of that."""
    if not text:
        return None
    path = part_path("convert_from", text, context)
    low, high = below(path)
    above = ancestors(path)[:-1]
    template = above[-1] if above else None

    def where(row: Source) -> ColumnElement[Any]:
        options = [and_(row.c.tree_path > bindparam("f_from"), row.c.tree_path < bindparam("f_from_stop"))]
        if template is not None:
            options += [row.c.pk == bindparam("f_template"), row.c.variant_of_id == bindparam("f_template")]
        usable = (row.c.active.is_(True), row.c.virtual.is_(False))
        return and_(or_(*options), row.c.pk != bindparam("f_convert"), *usable)

    return Test(
        ("convert", template is None), where,
        {"f_from": low, "f_from_stop": high, "f_template": template, "f_convert": int(text)},
    )  # fmt: skip


def _in_bom(text: str, context: Context) -> Test | None:
    """`?in_bom_for=`: what may go into an assembly: the parts of its bill of materials, inherited lines too, their
    substitutes, and the variants of both where a line allows them."""
    if not text:
        return None
    above = ancestors(part_path("in_bom_for", text, context))[:-1]
    names = [f"f_above_{index}" for index in range(len(above))]

    def where(row: Source) -> ColumnElement[Any]:
        line = figures.alias_of(BomItem, "line")
        named, part = figures.alias_of(Part, "named"), figures.alias_of(Part, "also")
        inherited = and_(line.c.inherited.is_(True), line.c.part_id.in_([bindparam(name) for name in names]))
        own = line.c.part_id == bindparam("f_assembly")
        mine = or_(own, inherited) if names else own
        # A substitute or variant counts only where it is tracked like the part of the line.
        return row.c.pk.in_(union(*_line_options(line, named, part, mine)))

    return Test(
        ("in bom", len(above)), where, {"f_assembly": int(text), **dict(zip(names, above, strict=True))}
    )  # fmt: skip


def _line_options(line: Any, named: Any, part: Any, mine: ColumnElement[Any]) -> Sequence[Select[Any]]:
    substitute, original = figures.alias_of(BomItemSubstitute, "substitute"), figures.alias_of(Part, "original")
    lines = line.join(named, named.c.pk == line.c.sub_part_id)
    swapped = lines.join(substitute, substitute.c.bom_item_id == line.c.pk)
    swapped = swapped.join(original, original.c.pk == substitute.c.part_id)
    alike = part.c.trackable == named.c.trackable

    def under(template: Any) -> ColumnElement[Any]:
        return and_(part.c.tree_path > template.c.tree_path, part.c.tree_path < tree_stop(template.c.tree_path))

    variants = (mine, line.c.allow_variants.is_(True))
    return (
        select(line.c.sub_part_id).where(mine),
        select(part.c.pk).select_from(lines.join(part, under(named))).where(*variants, alike),
        select(original.c.pk).select_from(swapped).where(mine, original.c.trackable == named.c.trackable),
        select(part.c.pk).select_from(swapped.join(part, under(original))).where(*variants, alike),
    )


def _related(name: str, *, exclude: bool) -> Custom:
    """Parts that have (or, with `exclude`, have not) something to do with a part."""

    def make(text: str, context: Context) -> Test | None:
        try:
            pk = int(Decimal(text)) if text else 0
        except (InvalidOperation, ValueError, OverflowError):
            raise InvalidInput({name: ["Enter a number."]}) from None
        if pk == 0:
            return None
        if not context.exists(Part, pk):
            return None if exclude else Test((name, None), lambda row: false())

        def where(row: Source) -> ColumnElement[Any]:
            pair, part = figures.alias_of(PartRelated, "pair"), bindparam(f"f_{name}", type_=row.c.pk.type)
            others = or_(
                row.c.pk.in_(select(pair.c.part_2_id).where(pair.c.part_1_id == part)),
                row.c.pk.in_(select(pair.c.part_1_id).where(pair.c.part_2_id == part)),
            )
            return not_(others) if exclude else others

        return Test((name,), where, {f"f_{name}": pk})

    return Custom(name, make)


PART_FILTERS: Sequence[Filter] = (
    *(
        Set(name)
        for name in (
            "is_template", "assembly", "component", "trackable", "testable", "purchaseable", "salable", "active",
            "locked", "virtual", "consumable",
        )
    ),
    Set("bom_valid", "bom_validated"),
    Flag("is_variant", lambda row: row.c.variant_of_id.is_not(None)),
    Flag("is_revision", lambda row: row.c.revision_of_id.is_not(None)),
    Flag("has_revisions", lambda row: figures.revision_count(row) != ZERO),
    Flag("has_units", _filled("units"), _blank("units")),
    Flag("has_ipn", _filled("IPN"), _blank("IPN")),
    Flag("low_stock", _low, _not_low),
    Flag("high_stock", _high),
    Flag("has_stock", lambda row: figures.in_stock(row) > ZERO),
    Flag("unallocated_stock", lambda row: figures.free_stock(row) > ZERO),
    Flag("depleted_stock", _depleted),
    Flag("on_order", lambda row: figures.on_order(row) > ZERO),
    Flag("stock_to_build", _to_build),
    Flag("has_pricing", _priced),
    Flag("starred", is_starred),
    Regex("name_regex", "name"),
    Exact("IPN", fold=True),
    Regex("IPN_regex", "IPN"),
    Custom("ancestor", _variants_of),
    outside_tree(Part),
    Custom("convert_from", _convertible),
    Custom("in_bom_for", _in_bom),
    RelatedTo("variant_of", Part),
    RelatedTo("revision_of", Part),
    RelatedTo("default_location", StockLocation),
    *Range("creation_date", before="created_before", after="created_after"),
    InList("exclude_id", exclude=True),
    _related("related", exclude=False),
    _related("exclude_related", exclude=True),
    Below("category", PartCategory, "category"),
    *tag_filters("part.part"),
)  # fmt: skip

ORDERING = {
    **{
        name: name
        for name in (
            "name", "creation_date", "IPN", "ordering", "in_stock", "total_in_stock", "unallocated_stock",
            "default_location", "units", "pricing_min", "pricing_max", "pricing_updated", "revision", "revision_count",
        )
    },
    "id": "pk",
    "category": "category",
}  # fmt: skip
