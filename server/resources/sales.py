"""`/plugin/bincard/sales/`: the sales reports by day, and `sales/import/`, which takes in what was sold before."""

import json
from typing import Any

from sqlalchemy import func

from server.actions.sales.importing import Choice, add_missing, count_new, prepare, write_sales
from server.db.models.sales import SalesReport
from server.domain.errors import InvalidInput
from server.domain.sales_import import BadColumns
from server.domain.spreadsheets import BadTable, read_table
from server.resources.sales_board import PATH, READER
from server.resources.uploads import check_size
from server.rest import fields as f
from server.rest.context import Context
from server.rest.fields import read_body
from server.rest.filters import Compare, Exact
from server.rest.query import Computed
from server.rest.resource import Endpoint, Resource, Route, shape

__all__ = ["RESOURCES"]

MOST_LINES = 50_000
BODY: dict[str, f.Field] = {
    "file": f.Upload(help_text="CSV or XLSX: one line per sale, returns negative"),
    "dry_run": f.Boolean(required=False, default=False, help_text="Only say what is in it"),
    "columns": f.String(required=False, allow_blank=True, default="", help_text='JSON: {"part": "StockCode"}'),
    "currency": f.String(required=False, allow_blank=True, default="", max_length=3),
    "dates": f.String(required=False, allow_blank=True, default="", max_length=50, help_text="%m/%d/%Y %H:%M"),
    "create_parts": f.Boolean(required=False, default=False),
    "create_customers": f.Boolean(required=False, default=False),
    "skip_bad": f.Boolean(required=False, default=False, help_text="Leave out rows that cannot be read"),
}


def _key(name: str, column: str) -> Computed:
    """A key, null where it is 0 in the table."""
    return Computed(
        name=name, sql=lambda row: func.nullif(row.c[column], 0), field=f.Integer(read_only=True, allow_null=True)
    )


REPORTS = Resource(
    path=PATH, access=READER, title="Sales Report", can=("list", "detail"),
    shape=shape(
        SalesReport, "pk", _key("part", "part_key"), "code", _key("customer", "customer_key"), "sales_date",
        "quantity_sold", "total_revenue", "currency", "source",
    ),
    list_about="What was sold by part, day, customer, currency and source, newest first.",
    detail_about="A sales report.",
    filters=(
        Exact("part", path="part_key", kind="number"), Exact("customer", path="customer_key", kind="number"),
        Exact("code"), Exact("currency"), Exact("source"), Compare("since", "sales_date", ">=", kind="date"),
        Compare("until", "sales_date", "<", kind="date"),
    ),
    ordering={"sales_date": "sales_date", "quantity_sold": "quantity_sold", "total_revenue": "total_revenue"},
    default_order=("-sales_date", "-pk"),
)  # fmt: skip


def _columns(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InvalidInput({"columns": ['Enter a JSON object like {"part": "StockCode"}.']})
    return found


def _import(context: Context) -> dict[str, Any]:
    values = read_body(BODY, context.body(), context)
    upload: f.UploadedFile = values["file"]
    check_size(context, upload, "file")
    choice = Choice(
        currency=values["currency"].upper(), columns=_columns(values["columns"]), dates=values["dates"],
        create_parts=values["create_parts"], create_customers=values["create_customers"],
        skip_bad=values["skip_bad"],
    )  # fmt: skip
    session = context.session
    try:
        found = prepare(session, read_table(upload.content, upload.filename, MOST_LINES), choice)
    except (BadTable, BadColumns) as error:
        raise InvalidInput({"file": [str(error)]}) from None
    _check_rights(context, choice)
    figures = found.figures | {"new_lines": count_new(session, found.sales), "dry_run": values["dry_run"]}
    if values["dry_run"]:
        return figures
    found = add_missing(session, found, choice, context.today)
    written = write_sales(lambda work: work(session), found.sales, lambda done, total: None)
    return figures | {"written": written}


def _check_rights(context: Context, choice: Choice) -> None:
    """Whoever has parts or companies made must be allowed to make them."""
    if choice.create_parts and not context.user.may("part", "add"):
        raise InvalidInput({"create_parts": ["You may not add parts."]})


RESOURCES: tuple[Resource | Endpoint, ...] = (
    REPORTS,
    Endpoint(
        path=f"{PATH}import/", access=READER, title="Sales Import", methods={"POST": Route(_import, writes=True)},
        body=BODY, description="Take in sales from a file, all or nothing: what is in it, and how many lines were not "
        f"there yet. At most {MOST_LINES:,} lines; `bincard-server sales import` takes more.",
    ),
)  # fmt: skip
