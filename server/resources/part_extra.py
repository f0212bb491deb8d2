"""What belongs to parts: tests that their items have to pass, related parts, and their stock on past days."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, select

from server.actions.trees import ancestors
from server.db.models.part import Part, PartRelated, PartStocktake, PartTestTemplate
from server.db.models.stock import StockItemTestResult
from server.domain.errors import InvalidInput
from server.domain.parts import key_of_test
from server.resources.briefs import PART_BRIEF
from server.resources.part_filters import part_path
from server.resources.part_shape import PART
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import BAD_CHOICE, Custom, Exact, Flag, RelatedTo, Set, read_boolean
from server.rest.query import Column, Computed, Detail, Joined, Shape, Source, Test
from server.rest.resource import Hooks, Resource, col, shape

__all__ = ["RESOURCES"]


# ------------------------------------------------------------------------------------------------------------ tests


def _results(row: Source) -> ColumnElement[Any]:
    result = StockItemTestResult.__table__.alias("result")
    counted = select(func.count()).select_from(result).where(result.c.template_id == row.c.pk)
    return counted.correlate(row.table).scalar_subquery()


def _of_part(text: str, context: Context) -> Test | None:
    """The tests of a part and, unless `include_inherited=false`, of the templates above it."""
    if not text:
        return None
    path = part_path("part", text, context)
    if not context.exists(Part, int(text), {"testable": True}):
        raise InvalidInput({"part": [BAD_CHOICE]})
    inherited = read_boolean(context.query.get("include_inherited")) is not False
    keys = ancestors(path) if inherited else [int(text)]
    names = [f"f_part_{index}" for index in range(len(keys))]
    return Test(
        ("part", len(keys)), lambda row: row.c.part_id.in_([bindparam(name) for name in names]),
        dict(zip(names, keys, strict=True)),
    )  # fmt: skip


def _check_test(context: Context, row: PartTestTemplate, values: Mapping[str, Any], created: bool) -> None:
    row.test_name = row.test_name.strip()
    row.key = key_of_test(row.test_name)
    if not row.description:
        raise InvalidInput("This field cannot be blank.", field="description")
    choices = [choice.strip() for choice in (row.choices or "").split(",") if choice.strip()]
    if len(choices) != len(set(choices)):
        raise InvalidInput("Choices must be unique", field="choices")
    session = context.session
    part = session.get_one(Part, row.part_id)
    if not part.testable:
        raise InvalidInput("Test templates can only be created for testable parts", field="part")
    tests = PartTestTemplate
    same = select(tests.pk).where(tests.key == row.key, tests.part_id.in_(ancestors(part.tree_path)))
    if session.execute(same.where(tests.pk != (row.pk or 0))).first():
        # InvenTree checks twice and says it twice.
        raise InvalidInput({"test_name": ["Test template with the same key already exists for part"] * 2})


TESTS = Resource(
    path="part/test-template/",
    access=Role("part"),
    shape=shape(
        PartTestTemplate,
        "pk",
        col("key", read_only=True),
        col("part", limited=True),
        "test_name",
        col("description", required=False),
        "enabled",
        "required",
        "requires_value",
        "requires_attachment",
        Computed(
            name="results", sql=_results, hidden_in=frozenset({"create"}),
            field=f.Integer(
                label="Results", help_text="Number of results recorded against this template", read_only=True
            ),
        ),
        "choices",
    ),
    title="Part Test Template",
    list_about="API endpoint for listing (and creating) a PartTestTemplate.",
    detail_about="Detail endpoint for PartTestTemplate model.",
    filters=(
        Custom("part", _of_part),
        *(Set(name) for name in ("enabled", "required", "requires_attachment", "requires_value")),
        Exact("key"),
        Flag("has_results", lambda row: _results(row) != literal_column("0")),
    ),
    search=("test_name", "description"),
    ordering={
        name: name
        for name in ("enabled", "required", "requires_value", "requires_attachment", "results", "test_name")
    },
    default_order=("test_name",),
    hooks=Hooks(before_save=_check_test),
)  # fmt: skip


# --------------------------------------------------------------------------------------------------------- relations

# A part inside a relation: without what must be asked for, its prices always there.
RELATED_PART = Shape(
    PART.model,
    tuple(
        replace(member, flag=None) if member.flag == "pricing" else member for member in PART.members
        if member.flag in (None, "pricing")
    ),
)  # fmt: skip


def _check_relation(context: Context, row: PartRelated, values: Mapping[str, Any], created: bool) -> None:
    pair = PartRelated
    others = select(pair.pk).where(pair.pk != (row.pk or 0))
    same = others.where(pair.part_1_id == row.part_1_id, pair.part_2_id == row.part_2_id)
    inverse = others.where(pair.part_1_id == row.part_2_id, pair.part_2_id == row.part_1_id)
    if context.session.execute(same).first():
        raise InvalidInput("The fields part_1, part_2 must make a unique set.")
    if row.part_1_id == row.part_2_id:
        raise InvalidInput("Part relationship cannot be created between a part and itself")
    if context.session.execute(inverse).first():
        raise InvalidInput("Duplicate relationship already exists")


RELATIONS = Resource(
    path="part/related/",
    access=Role("part"),
    shape=shape(
        PartRelated,
        "pk",
        "part_1",
        Detail(name="part_1_detail", via="part_1", shape=RELATED_PART),
        "part_2",
        Detail(name="part_2_detail", via="part_2", shape=RELATED_PART),
        "note",
    ),
    title="Part Related",
    list_about="API endpoint for accessing a list of PartRelated objects.",
    detail_about="API endpoint for accessing detail view of a PartRelated object.",
    filters=(
        RelatedTo("part_1", Part),
        RelatedTo("part_2", Part),
        RelatedTo("part", Part, path="part_1", where=lambda row, pk: or_(row.c.part_1_id == pk, row.c.part_2_id == pk)),
    ),
    search=("part_1.name", "part_2.name"),
    hooks=Hooks(before_save=_check_relation),
)


# -------------------------------------------------------------------------------------------------------- stocktakes


def _of_the_part(name: str, label: str, column: str, *, allow_null: bool = True) -> Joined:
    field = f.String(label=label, read_only=True, allow_null=allow_null)
    return Joined(name=name, path=f"part.{column}", field=field)


STOCKTAKES = Resource(
    path="part/stocktake/",
    access=Role("part"),
    shape=shape(
        PartStocktake,
        "pk",
        "part",
        _of_the_part("part_name", "Part Name", "name", allow_null=False),
        _of_the_part("part_ipn", "Part IPN", "IPN"),
        _of_the_part("part_description", "Part Description", "description"),
        Column(name="date", field=f.Date(label="Date", help_text="Date stocktake was performed", read_only=True)),
        "item_count",
        "quantity",
        "cost_min",
        "cost_min_currency",
        "cost_max",
        "cost_max_currency",
        Detail(
            name="part_detail", via="part", shape=PART_BRIEF.but("pricing_min", "pricing_max"), flag="part_detail",
            default=False,
        ),
    ),
    title="Part Stocktake",
    list_about="API endpoint for listing part stocktake information.",
    detail_about=(
        "Detail API endpoint for a single PartStocktake instance.\n\n"
        "Note: Only staff (admin) users can access this endpoint."
    ),
    can=("list", "detail", "delete", "bulk_delete"),
    filters=(RelatedTo("part", Part),),
    ordering={name: name for name in ("part", "item_count", "quantity", "date", "pk")},
    default_order=("-pk",),
)  # fmt: skip

RESOURCES = (TESTS, RELATIONS, STOCKTAKES)
