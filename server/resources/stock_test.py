"""The results of tests on stock items."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from server.actions.trees import ancestors
from server.db.models.build import Build
from server.db.models.part import Part, PartTestTemplate
from server.db.models.stock import StockItem
from server.db.models.users import User
from server.db.trees import below
from server.domain.errors import InvalidInput
from server.domain.parts import key_of_test
from server.domain.stock_tests import TestRules, check_result
from server.resources.part_filters import part_path
from server.resources.stock_shapes import TEST_RESULT
from server.resources.uploads import check_size, discard, store
from server.rest.access import Role
from server.rest.context import Context
from server.rest.fields import UploadedFile
from server.rest.filters import BAD_CHOICE, Custom, Exact, RelatedTo, Set, read_boolean
from server.rest.query import Source, Test
from server.rest.resource import Endpoint, Hooks, Resource

__all__ = ["RESOURCES"]

NO_TEST = "No matching test found for this part"
_FILE = "_attachment"


# ------------------------------------------------------------------------------------------------- saving


def _template_for(context: Context, item: int) -> int:
    """The template that the name in the body (`test`) means for the part of an item. Raises InvalidInput."""
    name = context.body().get("test")
    parts, templates = Part.__table__.c, PartTestTemplate.__table__.c
    path = context.session.execute(
        select(parts.tree_path, parts.pk).join(StockItem, StockItem.part_id == parts.pk).where(StockItem.pk == item)
    ).one()
    found = context.session.execute(
        select(templates.pk)
        .where(
            templates.part_id.in_([*ancestors(path[0]), path[1]]), templates.key == key_of_test(str(name or ""))
        )
        .order_by(templates.pk)
    ).first()  # fmt: skip
    if name in (None, "") or found is None:
        raise InvalidInput(NO_TEST, field="test")
    return int(found[0])


def _prepare(context: Context, values: dict[str, Any], row: Any) -> None:
    if row is None and values.get("template") is None:
        values["template"] = _template_for(context, values["stock_item"])
    upload = values.get("attachment")
    if isinstance(upload, UploadedFile):
        check_size(context, upload, "attachment")
        values[_FILE] = values.pop("attachment")
    elif "attachment" in values and row is not None:
        discard(context, [row.attachment])


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    if created:
        row.user_id, row.date = context.user.pk, context.now
    template = context.session.get(PartTestTemplate, row.template_id) if row.template_id is not None else None
    if template is None:
        return
    choices = tuple(text.strip() for text in (template.choices or "").split(",") if text.strip())
    check_result(
        TestRules(template.requires_value, template.requires_attachment, choices), row.value or "",
        has_attachment=bool(row.attachment) or _FILE in values, started=row.started_datetime,
        finished=row.finished_datetime,
    )  # fmt: skip


def _after(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    upload = values.get(_FILE)
    if isinstance(upload, UploadedFile):
        old = row.attachment
        row.attachment = store(context, f"stock_files/{row.stock_item_id}", upload.filename, upload.content)
        discard(context, [old])


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    discard(context, [row.attachment])
    context.session.delete(row)


# ------------------------------------------------------------------------------------------------- filters


def _of_item(text: str, context: Context) -> Test | None:
    """`?stock_item=`: results of an item and, with `include_installed`, of what is installed in it, however deep."""
    if not text:
        return None
    if not text.isdigit() or not context.exists(StockItem, int(text)):
        raise InvalidInput({"stock_item": [BAD_CHOICE]})
    parameters = {"f_item": int(text)}
    if not read_boolean(context.query.get("include_installed")):
        return Test(("item", "is"), lambda row: row.c.stock_item_id == bindparam("f_item"), parameters)

    def where(row: Source) -> ColumnElement[Any]:
        item, inner = StockItem.__table__.alias("outer_item"), StockItem.__table__.alias("inner_item")
        inside = select(item.c.pk).where(item.c.pk == bindparam("f_item")).cte("inside", recursive=True)
        inside = inside.union(select(inner.c.pk).where(inner.c.belongs_to_id == inside.c.pk))
        return row.c.stock_item_id.in_(select(inside.c.pk))

    return Test(("item", "inside"), where, parameters)


def _of_part(text: str, context: Context) -> Test | None:
    """`?part=`: results of items of a part or one of its variants."""
    if not text:
        return None
    low, high = below(part_path("part", text, context))

    def where(row: Source) -> ColumnElement[Any]:
        path = row.column("stock_item.part.tree_path")
        return (path >= bindparam("f_low")) & (path < bindparam("f_high"))

    return Test(("part",), where, {"f_low": low, "f_high": high})


def _by_name(text: str, context: Context) -> Test | None:
    if not text:
        return None
    return Test(("test",), lambda row: row.column("template.key") == bindparam("f_key"), {"f_key": key_of_test(text)})


RESULTS = Resource(
    path="stock/test/",
    access=Role("stock"),
    shape=TEST_RESULT,
    title="Stock Item Test Result",
    list_about="API endpoint for listing (and creating) a StockItemTestResult object.",
    detail_about="Detail endpoint for StockItemTestResult.",
    can=("list", "create", "bulk_delete", "detail", "update", "delete"),
    filters=(
        RelatedTo("user", User),
        RelatedTo("template", PartTestTemplate),
        RelatedTo("build", Build, "stock_item.build"),
        Custom("stock_item", _of_item),
        Custom("part", _of_part),
        Custom("test", _by_name),
        Set("result"),
        Set("required", "template.required"),
        Set("enabled", "template.enabled"),
        Exact("value"),
    ),
    ordering={
        "date": "date", "result": "result", "started_datetime": "started_datetime",
        "finished_datetime": "finished_datetime", "test_station": "test_station",
    },
    default_order=("date",),
    hooks=Hooks(prepare=_prepare, before_save=_before, after_save=_after, delete=_delete),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (RESULTS,)
