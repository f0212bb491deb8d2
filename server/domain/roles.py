"""The roles of InvenTree 532, in its order, and the names of the permissions that follow from them."""

from collections.abc import Iterable

from server.domain.content_types import CONTENT_TYPES

__all__ = ["ROLES", "VERBS", "implied", "permissions_of", "roles_covering", "roles_of"]

VERBS = ("view", "add", "change", "delete")

ROLES: dict[str, str] = {
    "admin": "Admin",
    "part_category": "Part Categories",
    "part": "Parts",
    "bom": "Bills of Material",
    "stock_location": "Stock Locations",
    "stock": "Stock Items",
    "build": "Build Orders",
    "purchase_order": "Purchase Orders",
    "sales_order": "Sales Orders",
    "return_order": "Return Orders",
    "transfer_order": "Transfer Orders",
}
"""Each role and what people call it."""

# Which kinds of objects each role covers, by their content type's label. Clients ask for these names; what a user may
# do is decided by the roles themselves.
_COVERS: dict[str, str] = {
    "admin": (
        "auth.group auth.user auth.permission users.apitoken users.ruleset report.labeltemplate report.reportasset "
        "report.reportsnippet report.reporttemplate account.emailaddress account.emailconfirmation "
        "socialaccount.socialaccount socialaccount.socialapp socialaccount.socialtoken otp_totp.totpdevice "
        "otp_static.statictoken otp_static.staticdevice mfa.authenticator oauth2_provider.application "
        "oauth2_provider.grant oauth2_provider.idtoken oauth2_provider.accesstoken oauth2_provider.refreshtoken "
        "oauth2_provider.devicegrant plugin.pluginconfig plugin.pluginsetting plugin.pluginusersetting "
        "common.barcodescanresult common.newsfeedentry taggit.tag taggit.taggeditem flags.flagstate "
        "machine.machineconfig machine.machinesetting common.emailmessage common.emailthread django_mailbox.mailbox "
        "django_mailbox.messageattachment django_mailbox.message"
    ),
    "part_category": "part.partcategory part.partcategoryparametertemplate part.partcategorystar",
    "part": (
        "part.part part.partpricing part.bomitem part.partsellpricebreak part.partinternalpricebreak "
        "part.parttesttemplate part.partrelated part.partstar part.partstocktake part.partcategorystar "
        "company.supplierpart company.manufacturerpart"
    ),
    "bom": "part.bomitem part.bomitemsubstitute",
    "stock_location": "stock.stocklocation stock.stocklocationtype",
    "stock": "stock.stockitem stock.stockitemtracking stock.stockitemtestresult",
    "build": (
        "part.part part.partcategory part.bomitem part.bomitemsubstitute build.build build.builditem build.buildline "
        "stock.stockitem stock.stocklocation"
    ),
    "purchase_order": (
        "company.company company.contact company.address company.manufacturerpart company.supplierpart "
        "company.supplierpricebreak order.purchaseorder order.purchaseorderlineitem order.purchaseorderextraline"
    ),
    "sales_order": (
        "company.company company.contact company.address order.salesorder order.salesorderallocation "
        "order.salesorderlineitem order.salesorderextraline order.salesordershipment"
    ),
    "return_order": (
        "company.company company.contact company.address order.returnorder order.returnorderlineitem "
        "order.returnorderextraline"
    ),
    "transfer_order": "order.transferorder order.transferorderallocation order.transferorderlineitem",
}

_MODELS = tuple(
    (kind.label, kind.model) for kind in sorted(CONTENT_TYPES, key=lambda kind: (kind.app_label, kind.model))
)


def implied(view: bool, add: bool, change: bool, delete: bool) -> tuple[bool, bool, bool, bool]:
    """What a rule set comes to: who may add or delete may change, who may change may view."""
    change = change or add or delete
    return view or change, add, change, delete


def roles_of(allowed: Iterable[tuple[str, str]], everything: bool) -> dict[str, list[str] | None]:
    """Each role with the verbs that a user has on it, null where there is none. `allowed` holds (role, verb) pairs."""
    pairs = set(allowed)
    return {role: [verb for verb in VERBS if everything or (role, verb) in pairs] or None for role in ROLES}


def roles_covering(label: str) -> tuple[str, ...]:
    """The roles that decide over a kind of object ("company.company"), none where anybody signed in may."""
    return tuple(role for role, labels in _COVERS.items() if label in labels.split())


def permissions_of(allowed: Iterable[tuple[str, str]], everything: bool) -> dict[str, list[str]]:
    """The kinds of objects (in the order of their content types' labels) with what a user may do to them."""
    verbs: dict[str, set[str]] = {}
    for role, verb in allowed:
        for label in _COVERS.get(role, "").split():
            verbs.setdefault(label, set()).add(verb)
    return {
        model: sorted(VERBS if everything else verbs[label]) for label, model in _MODELS if everything or label in verbs
    }
