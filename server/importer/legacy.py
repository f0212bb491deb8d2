"""What other generations of InvenTree call otherwise, keep elsewhere, or no longer keep.

Tables first, then the few things that need a computation. All of it works on the fields of one record as they stand in
the file and leaves them as API 532 would have them.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = ["DERIVED", "MOVED", "NOT_TAKEN", "OBSOLETE", "RENAMED", "amend_bom_line"]

Fields = dict[str, Any]

DERIVED = frozenset({"lft", "rght", "tree_id", "level"})
"""The numbers of nested sets: what they say follows from the parents."""

NOT_TAKEN: dict[str, str] = {
    "users.apitoken": "tokens are not taken over; sign in to get a new one",
    "plugin.notificationusersetting": "how users are notified is set per plugin since InvenTree 1.0",
    "sessions.session": "sessions are not taken over; sign in again",
    "auth.permission": "permissions follow from the rule sets of the groups",
    "admin.logentry": "the log of InvenTree's own administration pages",
    "error_report.error": "the error log of the InvenTree server",
    "django_q.schedule": "the timetable of the InvenTree server",
    "django_q.task": "the task log of the InvenTree server",
    "django_q.ormq": "the task queue of the InvenTree server",
    "common.webhookendpoint": "webhooks are set up anew in Bincard",
    "common.webhookmessage": "webhooks are set up anew in Bincard",
    "common.emailmessage": "the mail log of the InvenTree server",
    "common.emailthread": "the mail log of the InvenTree server",
    "machine.machineconfig": "machines (label printers) are driven by InvenTree's own plugins",
    "machine.machinesetting": "machines (label printers) are driven by InvenTree's own plugins",
    "importer.dataimportsession": "half-done imports are begun anew",
    "importer.dataimportrow": "half-done imports are begun anew",
    "importer.dataimportcolumnmap": "half-done imports are begun anew",
}

RENAMED: dict[str, Fields] = {
    "part.partcategory": {"_icon": "icon"},
    "stock.stocklocation": {"icon": "custom_icon"},
    "common.selectionlist": {"default": "default_id"},
    "taggit.taggeditem": {"content_type": "model_type", "object_id": "model_id"},
    "common.notificationmessage": {
        "target_content_type": "target_model_type",
        "target_object_id": "target_model_id",
        "source_content_type": "source_model_type",
        "source_object_id": "source_model_id",
    },
}
"""Field names by model, where Bincard's column is called otherwise."""

OBSOLETE: dict[str, dict[str, str]] = {
    "stock.stockitem": {"review_needed": "items are marked for review by their status now"},
    "report.reporttemplate": {"include_installed": "the report decides by itself now"},
    "auth.user": {"user_permissions": "permissions follow from the rule sets of the groups"},
    "auth.group": {"permissions": "permissions follow from the rule sets of the group"},
}
"""Fields that are gone. Empty ones hold nothing that could be lost; others are reported, with this reason."""


def _to(target: str, **given: Any) -> Callable[[Fields], tuple[str, Fields]]:
    return lambda fields: (target, {**fields, **given})


def _attachment(of: str, field: str) -> Callable[[Fields], tuple[str, Fields]]:
    def move(fields: Fields) -> tuple[str, Fields]:
        fields = dict(fields)
        fields["model_type"], fields["model_id"] = of, fields.pop(field, None)
        fields["upload_user"] = fields.pop("user", None)
        return "common.attachment", fields

    return move


def _label(of: str) -> Callable[[Fields], tuple[str, Fields]]:
    def move(fields: Fields) -> tuple[str, Fields]:
        fields = dict(fields)
        fields["model_type"], fields["template"] = of, fields.pop("label", None)
        return "report.labeltemplate", fields

    return move


def _parameter(fields: Fields) -> tuple[str, Fields]:
    fields = dict(fields)
    fields["model_type"], fields["model_id"] = ["part", "part"], fields.pop("part", None)
    return "common.parameter", fields


MOVED: dict[str, Callable[[Fields], tuple[str, Fields]]] = {
    "part.partparametertemplate": _to("common.parametertemplate", model_type=["part", "part"]),
    "part.partparameter": _parameter,
    "part.partattachment": _attachment("part", "part"),
    "stock.stockitemattachment": _attachment("stockitem", "stock_item"),
    "company.companyattachment": _attachment("company", "company"),
    "company.manufacturerpartattachment": _attachment("manufacturerpart", "manufacturer_part"),
    "order.purchaseorderattachment": _attachment("purchaseorder", "order"),
    "order.salesorderattachment": _attachment("salesorder", "order"),
    "order.returnorderattachment": _attachment("returnorder", "order"),
    "build.buildorderattachment": _attachment("build", "build"),
    "label.partlabel": _label("part"),
    "label.stockitemlabel": _label("stockitem"),
    "label.stocklocationlabel": _label("stocklocation"),
    "label.buildlinelabel": _label("buildline"),
    "report.testreport": _to("report.reporttemplate", model_type="stockitem"),
    "report.buildreport": _to("report.reporttemplate", model_type="build"),
    "report.billofmaterialsreport": _to("report.reporttemplate", model_type="part"),
    "report.purchaseorderreport": _to("report.reporttemplate", model_type="purchaseorder"),
    "report.salesorderreport": _to("report.reporttemplate", model_type="salesorder"),
    "report.returnorderreport": _to("report.reporttemplate", model_type="returnorder"),
    "report.stocklocationreport": _to("report.reporttemplate", model_type="stocklocation"),
}
"""Models that were folded into others: from the fields of the old one to the name and fields of the new one."""


def amend_bom_line(fields: Fields, refuse: Callable[[str], None]) -> None:
    """`overage` ("5%" or "2") became `attrition` (percent) and `setup_quantity`; `raw_amount` is the quantity as it
    was typed, which older generations did not keep."""
    overage = fields.pop("overage", None)
    if overage:
        percent = str(overage).strip().endswith("%")
        try:
            amount = str(Decimal(str(overage).strip().rstrip("%").strip()))
        except InvalidOperation:
            refuse(f'field "overage": {overage} is neither a quantity nor a percentage')
        else:
            fields.setdefault("attrition" if percent else "setup_quantity", amount)
    if "raw_amount" not in fields and "quantity" in fields:
        try:
            fields["raw_amount"] = f"{Decimal(str(fields['quantity'])).normalize():f}"
        except InvalidOperation:
            fields["raw_amount"] = str(fields["quantity"])
