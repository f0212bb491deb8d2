"""Barcodes: scanning, linking, unlinking, generating, and what was scanned."""

from typing import Any

from sqlalchemy import bindparam

from server.actions.barcodes import BARCODE_TARGETS, link, unlink
from server.actions.targets import Target, may
from server.db.models.common import BarcodeScanResult
from server.domain.barcodes import barcode_text
from server.domain.errors import Forbidden, InvalidInput
from server.resources.barcode_find import BARCODE, PLUGIN, about, as_texts, find, format_of, keep, post, refuse, shown
from server.resources.briefs import USER_BRIEF
from server.rest import fields as f
from server.rest.access import StaffWrites
from server.rest.context import Answer, Context
from server.rest.filters import RelatedTo, Set
from server.rest.query import Column, Detail, Test
from server.rest.resource import Endpoint, Hooks, Resource, shape

__all__ = ["RESOURCES"]


# ------------------------------------------------------------------------------------------------- scanning


SCAN_BODY: dict[str, f.Field] = {"barcode": BARCODE}


def _scan(context: Context) -> dict[str, Any]:
    text = f.read_body(SCAN_BODY, context.body(), context)["barcode"]
    hit = find(context, text)
    if hit is None:
        raise refuse(context, text, {"plugin": None, **about(text)}, "No match found for barcode data")
    answer = {
        hit.target.name: shown(context, hit), "success": "Match found for barcode data", "plugin": PLUGIN,
        **about(text),
    }  # fmt: skip
    keep(context, text, answer, matched=True)
    return answer


# ------------------------------------------------------------------------------------------------- linking

_TARGET_FIELDS: dict[str, f.Field] = {
    name: f.Related(model=target.model, label=target.title, allow_null=True, required=False, filters=None)
    for name, target in BARCODE_TARGETS.items()
}
LINK_BODY: dict[str, f.Field] = {"barcode": BARCODE, **_TARGET_FIELDS}


def _link(context: Context) -> Any:
    values = f.read_body(LINK_BODY, context.body(), context)
    text = values["barcode"]
    taken = find(context, text)
    if taken is not None:
        raise InvalidInput(
            as_texts(
                {
                    taken.target.name: shown(context, taken), "error": "Barcode matches existing item",
                    "plugin": PLUGIN, "barcode_data": text,
                }
            )
        )  # fmt: skip
    for name, target in BARCODE_TARGETS.items():
        if values.get(name) is None:
            continue
        if refusal := _may_not_change(context, target):
            return refusal
        row = context.session.get(target.model, values[name], with_for_update=True)
        link(context.session, row, text, context.now)
        return {"success": f"Assigned barcode to {name} instance", name: {"pk": values[name]}, **about(text)}
    raise InvalidInput({"error": f"Missing data: provide one of '{list(BARCODE_TARGETS)}'"})


def _may_not_change(context: Context, target: Target) -> Answer | None:
    """The refusal where the user may not change such objects; InvenTree names its own class in it."""
    if may(context.user, target.label, "change"):
        return None
    name = f"<class '{target.label.partition('.')[0]}.models.{target.model.__name__}'>"
    return Answer({"error": f"You do not have the required permissions for {name}"}, 403)


def _unlink(context: Context) -> Any:
    values = f.read_body(_TARGET_FIELDS, context.body(), context)
    names = ", ".join(BARCODE_TARGETS)
    if not values:
        raise InvalidInput({"error": f"Missing data: Provide one of '{names}'"})
    if len(values) > 1:
        raise InvalidInput({"error": f"Multiple conflicting fields: '{names}'"})
    ((name, pk),) = values.items()
    if pk is None:
        raise InvalidInput({"error": "Could not unassign barcode"})
    target = BARCODE_TARGETS[name]
    if refusal := _may_not_change(context, target):
        return refusal
    unlink(context.session, context.session.get(target.model, pk, with_for_update=True), context.now)
    return {"success": f"Barcode unassigned from {name} instance"}


# ------------------------------------------------------------------------------------------------- generating

GENERATE_BODY: dict[str, f.Field] = {
    "model": f.String(label="Model", help_text="Model name to generate barcode for"),
    "pk": f.Integer(label="Pk", help_text="Primary key of model object to generate barcode for"),
}


def _generate(context: Context) -> dict[str, str]:
    values = f.read_body(GENERATE_BODY, context.body(), context)
    target = BARCODE_TARGETS.get(values["model"])
    if target is None:
        raise InvalidInput("Model is not supported", field="model")
    if not may(context.user, target.label, "view"):
        raise Forbidden("User does not have permission to view this model")
    if not context.exists(target.model, values["pk"]):
        raise InvalidInput({"error": "Model instance not found"})
    how = format_of(context)
    return {"barcode": barcode_text(target.name, target.code, values["pk"], short=how.short, prefix=how.prefix)}


# ------------------------------------------------------------------------------------------------- history


def _own_scans(context: Context) -> Test | None:
    """Scans hold what was found: who is no staff sees the own ones."""
    user = context.user
    if user.is_staff or user.is_superuser:
        return None
    return Test(("scans", "own"), lambda row: row.c.user_id == bindparam("_user"))


HISTORY = Resource(
    path="barcode/history/", access=StaffWrites(), title="Barcode Scan Result",
    shape=shape(
        BarcodeScanResult, "pk", "data", "timestamp", "endpoint", "context", "response", "result",
        Column(name="user", field=f.Any_(label="User", help_text="User who scanned the barcode", read_only=True)),
        Detail(name="user_detail", via="user", shape=USER_BRIEF),
    ),
    can=("list", "detail", "delete", "bulk_delete"),
    list_about="List API endpoint for BarcodeScan objects.",
    detail_about="Detail endpoint for a BarcodeScan object.",
    filters=(Set("result"), RelatedTo("user", USER_BRIEF.model)), search=("data", "endpoint"),
    ordering={"user": "user", "timestamp": "timestamp", "endpoint": "endpoint", "result": "result"},
    default_order=("-timestamp",), hooks=Hooks(scope=_own_scans),
)  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    post(
        "barcode/", _scan, "Barcode Scan",
        "Endpoint for handling generic barcode scan requests.\n\nBarcode data are decoded by the client application,\n"
        "and sent to this endpoint (as a JSON object) for validation.\n\n"
        "A barcode could follow the internal InvenTree barcode format,\n"
        "or it could match to a third-party barcode format (e.g. Digikey).",
        SCAN_BODY,
    ),
    post(
        "barcode/link/", _link, "Barcode Assign",
        "Endpoint for assigning a barcode to a stock item.\n\n"
        "- This only works if the barcode is not already associated with an object in the database\n"
        "- If the barcode does not match an object, then the barcode hash is assigned to the StockItem",
        LINK_BODY, writes=True,
    ),
    post(
        "barcode/unlink/", _unlink, "Barcode Unassign",
        "Endpoint for unlinking / unassigning a custom barcode from a database object.", _TARGET_FIELDS, writes=True,
    ),
    post(
        "barcode/generate/", _generate, "Barcode Generate",
        "Endpoint for generating a barcode for a database object.\n\n"
        "The barcode is generated by the selected barcode plugin.", GENERATE_BODY,
    ),
    HISTORY,
)  # fmt: skip
