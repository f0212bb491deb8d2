"""Signing off bills of materials and copying them."""

from typing import Any

from sqlalchemy import bindparam

from server.actions.boms import check_line_lock, copy_bom, sign_off, sign_off_line
from server.actions.pricing import schedule_pricing
from server.db.models.part import BomItem, Part
from server.domain.errors import NotFound
from server.resources.background_task import done_in_request
from server.resources.bom import BOM_ACCESS, locking
from server.resources.briefs import USER_BRIEF
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.query import Detail, Test, WriteOnly
from server.rest.resource import Endpoint, Route, col, shape

__all__ = ["RESOURCES"]

VALID = f.Boolean(
    label="Valid", help_text="Validate entire Bill of Materials", default=False, write_only=True, required=False
)

SIGNED = shape(
    Part,
    "pk",
    col("bom_validated", read_only=True),
    col("bom_checksum", read_only=True),
    col("bom_checked_by", read_only=True),
    Detail(name="bom_checked_by_detail", via="bom_checked_by", shape=USER_BRIEF),
    col("bom_checked_date", read_only=True),
    WriteOnly(name="valid", field=VALID),
)


def _part(context: Context, pk: int) -> Part:
    part = context.session.get(Part, pk, with_for_update=True) if pk < 2**63 else None
    if part is None:
        raise NotFound("No Part matches the given query.")
    return part


def _signed(context: Context, pk: int) -> dict[str, Any]:
    test = Test(("part",), lambda row: row.c.pk == bindparam("_key"))
    plan = context.planner.page(SIGNED, frozenset(), [test], (), kind="detail", paged=False)
    rows = plan.objects(context.reader, {"_key": pk}) if pk < 2**63 else []
    if not rows:
        raise NotFound("No Part matches the given query.")
    return rows[0]


def _sign_off(context: Context, pk: int) -> Answer:
    part = _part(context, pk)
    told = f.read_body({"valid": VALID}, context.body(), context)
    sign_off(context.session, part, context.user.pk, context.now, bool(told["valid"]))
    return done_in_request()


def _sign_off_line(context: Context, pk: int) -> dict[str, Any]:
    row = context.session.get(BomItem, pk, with_for_update=True) if pk < 2**63 else None
    if row is None:
        raise NotFound("No BomItem matches the given query.")
    told = f.read_body({"valid": VALID}, context.body(), context)
    sign_off_line(context.session, row, bool(told["valid"]))
    return {}


COPY = {
    "part": f.Related(
        model=Part, label="Part", help_text="Select part to copy BOM from", filters=None,
    ),
    "remove_existing": f.Boolean(
        label="Remove Existing Data", help_text="Remove existing BOM items before copying", default=True
    ),
    "include_inherited": f.Boolean(
        label="Include Inherited", default=False,
        help_text="Include BOM items which are inherited from templated parts",
    ),
    "skip_invalid": f.Boolean(
        label="Skip Invalid Rows", help_text="Enable this option to skip invalid rows", default=False
    ),
    "copy_substitutes": f.Boolean(
        label="Copy Substitute Parts", help_text="Copy substitute parts when duplicate BOM items", default=True
    ),
}  # fmt: skip


def _copy(context: Context, pk: int) -> Any:
    part = _part(context, pk)
    told = f.read_body(COPY, context.body(), context)
    if locking(context):
        check_line_lock(context.session, pk, inherited=False)
    copy_bom(
        context.session, context.session.get_one(Part, told["part"]), part, clear=told["remove_existing"],
        inherited=told["include_inherited"], substitutes=told["copy_substitutes"], skip_invalid=told["skip_invalid"],
    )  # fmt: skip
    schedule_pricing(context.session, [pk], context.now)
    return Answer(told, 201)


RESOURCES = (
    Endpoint(
        path="bom/{pk}/validate/", access=BOM_ACCESS, title="Bom Item Validate",
        description="API endpoint for validating a BomItem.",
        methods={"PUT": Route(_sign_off_line, writes=True), "PATCH": Route(_sign_off_line, writes=True)},
        body={"valid": f.Boolean(default=False)},
    ),
    Endpoint(
        path="part/{pk}/bom-validate/", access=Role("bom"), title="Part Validate BOM", model=Part,
        description="API endpoint for 'validating' the BOM for a given Part.",
        methods={
            "GET": Route(_signed), "PUT": Route(_sign_off, writes=True), "PATCH": Route(_sign_off, writes=True),
        },
        body={member.name: member.field for member in SIGNED.members if member.field is not None},
        shown={member.name: member.field for member in SIGNED.members if member.field is not None},
    ),
    Endpoint(
        path="part/{pk}/bom-copy/", access=Role("part", ("build",)), title="Part Copy BOM", model=Part,
        description="API endpoint for duplicating a BOM.", methods={"POST": Route(_copy, writes=True)}, body=COPY,
    ),
)  # fmt: skip
