"""Part categories: the tree, and the parameters that parts of a category usually have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select

from server.actions.categories import check_category, delete_category, settle_category, star_category
from server.actions.trees import ancestors
from server.db.models.part import Part, PartCategory, PartCategoryParameterTemplate, PartCategoryStar
from server.domain.errors import InvalidInput
from server.domain.icons import check_icon
from server.resources.briefs import PARAMETER_TEMPLATE, parameters_many, path_many
from server.resources.part_figures import category_default_location
from server.resources.tree_filters import tree_filters
from server.resources.trees import (
    TreeResource,
    below_count,
    outside_tree,
    tree_number,
    tree_number_filter,
    tree_search,
    tree_stop,
)
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Compare, Custom, Exact, Flag, RelatedTo, Set, read_boolean
from server.rest.query import Computed, Detail, Source, Test
from server.rest.resource import Hooks, Resource, col, shape

__all__ = ["CATEGORY", "CATEGORY_STEP", "RESOURCES"]

CATEGORY_ACCESS = Role("part_category", ("build",))
NEW_OR_NESTED = frozenset({"create", "nested"})
"""Answers in which InvenTree has not worked anything out."""

CATEGORY_STEP = shape(PartCategory, col("pk", label="Pk"), col("name", read_only=True, help_text="", max_length=None))
"""One step of the way from the root to a category."""


def _part_count(row: Source) -> ColumnElement[Any]:
    part, node = Part.__table__.alias("filed"), PartCategory.__table__.alias("below")
    inside = select(node.c.pk).where(node.c.tree_path >= row.c.tree_path, node.c.tree_path < tree_stop(row.c.tree_path))
    counted = select(func.count()).select_from(part).where(part.c.category_id.in_(inside.correlate(row.table)))
    return counted.correlate(row.table).scalar_subquery()


def _starred(row: Source) -> ColumnElement[Any]:
    star = PartCategoryStar.__table__.alias("star")
    return exists(
        select(star.c.pk)
        .where(star.c.category_id == row.c.pk, star.c.user_id == bindparam("_user"))
        .correlate(row.table)
    )


def _counted(name: str, label: str, sql: Any) -> Computed:
    field = f.Integer(label=label, read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, field=field, null_in=NEW_OR_NESTED)


CATEGORY = shape(
    PartCategory,
    "pk",
    "name",
    "description",
    "default_location",
    "default_keywords",
    col("level", read_only=True, min_value=None, max_value=None, meta={}),
    "parent",
    _counted("part_count", "Parts", _part_count),
    _counted("subcategories", "Subcategories", below_count),
    col("pathstring", read_only=True, allow_blank=False),
    path_many("path", CATEGORY_STEP, flag="path_detail"),
    Computed(name="starred", sql=_starred, encode=bool, field=f.Any_(read_only=True)),
    "structural",
    col("icon", encode=lambda icon: icon or ""),
    _counted(
        "parent_default_location", "Parent default location", lambda row: category_default_location(row.via("parent"))
    ),
    parameters_many("part.partcategory"),
)

# ---------------------------------------------------------------------------------------------------------- writing


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    check_icon(values.get("icon"), field="_icon")
    check_category(context.session, row)


def _after(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    settle_category(context.session, row)
    if created:
        return
    wanted = read_boolean(str(context.body().get("starred", "")))
    if wanted is not None:
        star_category(context.session, row.pk, context.user.pk, wanted)


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    files = delete_category(
        context.session, row, delete_parts=told["delete_parts"], delete_children=told["delete_child_categories"],
        locking=bool(context.setting("PART_ENABLE_LOCKING")),
    )  # fmt: skip
    discard(context, files)


CATEGORIES = Resource(
    path="part/category/",
    access=CATEGORY_ACCESS,
    shape=CATEGORY,
    title="Category",
    list_about=(
        "API endpoint for accessing a list of PartCategory objects.\n\n"
        "- GET: Return a list of PartCategory objects\n- POST: Create a new PartCategory object"
    ),
    detail_about="API endpoint for detail view of a single PartCategory object.",
    can=("list", "create", "bulk_update", "detail", "update", "delete"),
    filters=(
        Exact("name"),
        Set("structural"),
        Flag("starred", _starred),
        *tree_filters(PartCategory),
        outside_tree(PartCategory),
    ),
    search=("name", "description", "pathstring"),
    ordering={
        "name": "name", "pathstring": "pathstring", "level": "level", "tree_id": "tree_sort", "lft": "tree_sort",
        "part_count": "part_count",
    },
    default_order=("tree_sort",),
    hooks=Hooks(before_save=_before, after_save=_after, delete=_delete),
    instance_filters={"parent": "exclude_tree"},
    delete_body={
        "delete_child_categories": f.Boolean(
            label="Delete Subcategories", help_text="Delete all sub-categories contained within this category"
        ),
        "delete_parts": f.Boolean(
            label="Delete Parts", help_text="Delete all parts contained within this category"
        ),
    },
)  # fmt: skip

TREE = TreeResource(
    path="part/category/tree/",
    access=CATEGORY_ACCESS,
    shape=shape(
        PartCategory,
        "pk",
        "name",
        "description",
        "pathstring",
        "parent",
        tree_number(PartCategory),
        "level",
        col("icon", encode=lambda icon: icon or "", allow_null=False),
        "structural",
        Computed(name="subcategories", sql=below_count, field=f.Integer(label="Subcategories", read_only=True)),
    ),
    title="Category Tree",
    list_about="API endpoint for accessing a list of PartCategory objects ready for rendering a tree.",
    can=("list",),
    filters=(
        RelatedTo("parent", PartCategory),
        tree_number_filter(PartCategory),
        Exact("level", kind="number"),
        Compare("max_level", "level", "<="),
        tree_search("name", "description"),
    ),
    ordering={"level": "level", "name": "name", "subcategories": "subcategories"},
    default_order=("level", "name"),
    main=False,
)


# ------------------------------------------------------------------------------------------------ usual parameters


def _of_category(text: str, context: Context) -> Test | None:
    """The parameters of a category and, unless `fetch_parent=false`, of those above it. An unknown category means no
    filter."""
    nodes = PartCategory.__table__
    if not text.isdigit() or int(text) >= 2**63:
        return None
    found = context.ask(
        ("category path",), lambda: select(nodes.c.tree_path).where(nodes.c.pk == bindparam("pk")),
        pk=int(text),
    )  # fmt: skip
    if not found:
        return None
    upwards = read_boolean(context.query.get("fetch_parent", "true"))
    keys = ancestors(found[0][0]) if upwards is not False else [int(text)]
    names = [f"f_category_{index}" for index in range(len(keys))]
    return Test(
        ("category", len(keys)), lambda row: row.c.category_id.in_([bindparam(name) for name in names]),
        dict(zip(names, keys, strict=True)),
    )  # fmt: skip


def _one_per_template(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    usual = PartCategoryParameterTemplate
    same = select(usual.pk).where(usual.category_id == row.category_id, usual.template_id == row.template_id)
    if context.session.execute(same.where(usual.pk != (row.pk or 0))).first():
        raise InvalidInput("The fields category, template must make a unique set.")


USUAL_PARAMETERS = Resource(
    path="part/category/parameters/",
    access=Role("part_category"),
    shape=shape(
        PartCategoryParameterTemplate,
        "pk",
        "category",
        Detail(name="category_detail", via="category", shape=CATEGORY, flag="category_detail"),
        "template",
        Detail(name="template_detail", via="template", shape=PARAMETER_TEMPLATE, flag="template_detail"),
        "default_value",
    ),
    title="Category Parameter",
    list_about=(
        "API endpoint for accessing a list of PartCategoryParameterTemplate objects.\n\n"
        "- GET: Return a list of PartCategoryParameterTemplate objects"
    ),
    detail_about="Detail endpoint for the PartCategoryParameterTemplate model.",
    filters=(Custom("category", _of_category),),
    hooks=Hooks(before_save=_one_per_template),
)

RESOURCES = (CATEGORIES, TREE, USUAL_PARAMETERS)
