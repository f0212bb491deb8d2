"""What all areas share: project codes, tags, exported files, new batch codes and serial numbers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, exists

from server.actions.stock.serials import latest_serial
from server.actions.tags import slug_of
from server.actions.targets import target_of
from server.db.models.build import Build
from server.db.models.common import ProjectCode, Tag, TaggedItem
from server.db.models.order import PurchaseOrder
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockLocation
from server.domain.batch_codes import batch_code
from server.domain.errors import InvalidInput
from server.domain.serials import MOST_AT_ONCE, next_serial_number
from server.resources.briefs import PROJECT_CODE
from server.rest import fields as f
from server.rest.access import AdminWrites, Authenticated, StaffWrites
from server.rest.context import Answer, Context
from server.rest.filters import Custom, Set
from server.rest.query import Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, shape
from server.rest.unique import refuse_taken

__all__ = ["RESOURCES"]


# ------------------------------------------------------------------------------------------------- project codes


def _check_project(context: Context, row: ProjectCode, values: Mapping[str, Any], created: bool) -> None:
    refuse_taken(context, row, "code", "Project Code")


PROJECT_CODES = Resource(
    path="project-code/", access=StaffWrites(), shape=PROJECT_CODE, title="Project Code",
    list_about="List view for all project codes.", detail_about="Detail view for a particular project code.",
    filters=(Set("active"),), search=("code", "description"), ordering={"code": "code"},
    hooks=Hooks(before_save=_check_project),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- tags


def _used_on(text: str, context: Context) -> Test | None:
    """Tags that objects of a kind are marked with."""
    if text == "":
        return None
    target = target_of(text)
    if target is None:
        raise InvalidInput(f"Invalid content type: {text}", field="model_type")
    mark = TaggedItem.__table__.alias("mark")
    return Test(
        ("model_type", "is"),
        lambda row: exists().where(mark.c.tag_id == row.c.pk, mark.c.model_type == bindparam("f_model_type")),
        {"f_model_type": target.label},
    )


def _check_tag(context: Context, row: Tag, values: Mapping[str, Any], created: bool) -> None:
    row.slug = slug_of(row.name)
    refuse_taken(context, row, "name", "tag")
    refuse_taken(context, row, "slug", "tag")


TAGS = Resource(
    path="tag/", access=AdminWrites(), title="Tag",
    shape=shape(Tag, "pk", col("name", label="name"), col("slug", label="slug", read_only=True)),
    list_about="List view for all tags.", detail_about="Detail view for a particular tag.",
    filters=(Custom("model_type", _used_on),), search=("name",), ordering={"name": "name"}, default_order=("name",),
    hooks=Hooks(before_save=_check_tag),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- new numbers


def _chosen(model: Any, label: str, what: str) -> f.Related:
    return f.Related(model=model, label=label, help_text=what, allow_null=True, required=False, filters=None)


SERIAL_BODY: dict[str, f.Field] = {
    "serial_number": f.String(
        label="Serial Number", help_text="Generated serial number", read_only=True, allow_null=True
    ),
    "part": _chosen(Part, "Part", "Select part to generate serial number for"),
    "quantity": f.Integer(
        label="Quantity", help_text="Quantity of serial numbers to generate", default=1, required=False
    ),
}
BATCH_BODY: dict[str, f.Field] = {
    "batch_code": f.String(label="Batch Code", help_text="Generated batch code", read_only=True),
    "build_order": _chosen(Build, "Build Order", "Select build order"),
    "item": _chosen(StockItem, "Stock Item", "Select stock item to generate batch code for"),
    "location": _chosen(StockLocation, "Location", "Select location to generate batch code for"),
    "part": _chosen(Part, "Part", "Select part to generate batch code for"),
    "purchase_order": _chosen(PurchaseOrder, "Purchase Order", "Select purchase order"),
    "quantity": f.Float(
        label="Quantity", help_text="Enter quantity for batch code", allow_null=True, required=False
    ),
}  # fmt: skip


def _serial_numbers(context: Context) -> Answer:
    """The next serial numbers of a part, separated by commas."""
    values = f.read_body(SERIAL_BODY, context.body(), context)
    part, quantity = values.get("part"), max(values.get("quantity", 1), 1)
    if part is None:
        return Answer({"serial_number": None}, 201)
    if quantity > MOST_AT_ONCE:
        raise InvalidInput(f"Ensure this value is less than or equal to {MOST_AT_ONCE}.", field="quantity")
    everywhere = bool(context.setting("SERIAL_NUMBER_GLOBALLY_UNIQUE"))
    number = latest_serial(context.session, part, everywhere=everywhere) or ""
    made = []
    for _ in range(quantity):
        number = next_serial_number(number)
        made.append(number)
    return Answer({"serial_number": ",".join(made)}, 201)


def _batch_code(context: Context) -> Answer:
    """The next batch code; blank where no template for them is set."""
    f.read_body(BATCH_BODY, context.body(), context)
    return Answer({"batch_code": batch_code(str(context.setting("STOCK_BATCH_CODE_TEMPLATE") or ""), context.now)}, 201)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    PROJECT_CODES,
    TAGS,
    Endpoint(
        path="generate/serial-number/", access=Authenticated(),
        methods={"POST": Route(_serial_numbers, writes=True)}, title="Generate Serial Number",
        description="API endpoint for generating serial numbers.", body=SERIAL_BODY,
    ),
    Endpoint(
        path="generate/batch-code/", access=Authenticated(), methods={"POST": Route(_batch_code)},
        title="Generate Batch Code", description="API endpoint for generating batch codes.", body=BATCH_BODY,
    ),
)  # fmt: skip
