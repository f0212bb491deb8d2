"""The numbers that Django gives to models ("content types"), and what is kept instead.

They differ from installation to installation. An export made with natural keys names the model; one that holds
`contenttypes.contenttype` says what its numbers mean; without either they are taken to be those of a fresh InvenTree
532.
"""

from collections.abc import Iterable
from typing import Any

from server.importer.reading import Record

__all__ = ["MODEL", "ContentTypes"]

MODEL = "contenttypes.contenttype"

_FRESH = [
    "auth.user",
    "part.part",
    "company.manufacturerpart",
    "admin.logentry",
    "build.build",
    "build.builditem",
    "build.buildline",
    "common.inventreesetting",
    "common.inventreeusersetting",
    "common.notificationentry",
    "common.webhookendpoint",
    "common.webhookmessage",
    "common.notificationmessage",
    "common.newsfeedentry",
    "common.notesimage",
    "common.projectcode",
    "common.customunit",
    "common.attachment",
    "common.inventreecustomuserstatemodel",
    "common.barcodescanresult",
    "common.selectionlist",
    "common.selectionlistentry",
    "common.dataoutput",
    "common.emailthread",
    "common.emailmessage",
    "common.parametertemplate",
    "common.parameter",
    "plugin.pluginconfig",
    "plugin.pluginsetting",
    "plugin.pluginusersetting",
    "company.company",
    "company.contact",
    "company.supplierpart",
    "company.supplierpricebreak",
    "company.address",
    "order.purchaseorder",
    "order.purchaseorderlineitem",
    "order.salesorder",
    "order.salesorderlineitem",
    "order.salesorderallocation",
    "order.salesordershipment",
    "order.salesorderextraline",
    "order.purchaseorderextraline",
    "order.returnorder",
    "order.returnorderextraline",
    "order.returnorderlineitem",
    "order.transferorder",
    "order.transferorderlineitem",
    "order.transferorderallocation",
    "part.bomitem",
    "part.partcategory",
    "part.partstar",
    "part.parttesttemplate",
    "part.partsellpricebreak",
    "part.partrelated",
    "part.partcategoryparametertemplate",
    "part.partinternalpricebreak",
    "part.bomitemsubstitute",
    "part.partcategorystar",
    "part.partpricing",
    "part.partstocktake",
    "report.reportasset",
    "report.reportsnippet",
    "report.reporttemplate",
    "report.labeltemplate",
    "stock.stockitem",
    "stock.stocklocation",
    "stock.stockitemtracking",
    "stock.stockitemtestresult",
    "stock.stocklocationtype",
    "users.ruleset",
    "users.owner",
    "users.apitoken",
    "users.userprofile",
    "machine.machineconfig",
    "machine.machinesetting",
    "importer.dataimportsession",
    "importer.dataimportrow",
    "importer.dataimportcolumnmap",
    "auth.permission",
    "auth.group",
    "contenttypes.contenttype",
]


class ContentTypes:
    """What the content types of one export mean."""

    def __init__(self, records: Iterable[Record]) -> None:
        told = {
            record.key: f"{record.fields.get('app_label')}.{record.fields.get('model')}"
            for record in records
            if record.model == MODEL
        }
        self._names: dict[Any, str] = told or dict(enumerate(_FRESH, 1))

    def name(self, value: Any) -> str | None:
        """The model ("part.part") that a value of a content type field names; None when it names none."""
        if isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value):
            return ".".join(value).lower()
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            return None
        return self._names.get(value)
