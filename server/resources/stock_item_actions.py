"""What can be done with one stock item: serialize, install, uninstall, convert, disassemble."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from server.actions.stock.assemblies import install, uninstall
from server.actions.stock.conversion import convert
from server.actions.stock.disassembly import Component, disassemble
from server.actions.stock.ledger import Ledger
from server.actions.stock.serials import serialize
from server.db.models.part import BomItem, Part
from server.resources.stock import STOCK, everywhere
from server.resources.stock_bodies import (
    Body,
    by,
    done,
    item_field,
    location_field,
    notes_field,
    quantity_field,
)
from server.resources.stock_states import STATES, StateField
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route, currency_pairs

__all__ = ["RESOURCES"]

CHANGES_ITEM = Role("stock", others=("build",), verbs=(("POST", "change"),))

SERIALIZE: Body = {
    "quantity": f.Integer(label="Quantity", help_text="Enter number of stock items to serialize", min_value=0),
    "serial_numbers": f.String(label="Serial Numbers", help_text="Enter serial numbers for new items"),
    "destination": location_field("Destination stock location"),
    "notes": notes_field("Optional note field"),
}
INSTALL: Body = {
    "stock_item": item_field("Stock Item", "Select stock item to install"),
    "quantity": f.Integer(
        label="Quantity to Install", help_text="Enter the quantity of items to install", min_value=1, default=1
    ),
    "note": notes_field("Add transaction note (optional)", "Note"),
}  # fmt: skip
UNINSTALL: Body = {
    "location": location_field("Destination location for uninstalled item"),
    "note": notes_field("Add transaction note (optional)"),
}
CONVERT: Body = {
    "part": f.Related(
        model=Part, label="Part", help_text="Select part to convert stock item into", filters=None
    ),
}  # fmt: skip
COMPONENT: Body = {
    "bom_item": f.Related(
        model=BomItem, label="BOM Item", help_text="BOM line which defines the component part to break out",
        filters=None,
    ),
    "quantity": quantity_field(help_text="Quantity of the component part to create"),
    "location": location_field("Destination location for the component items", required=False, allow_null=True),
    "status": StateField(
        label="Status", help_text="Status code for the component items", choices=STATES, required=False,
        allow_blank=True,
    ),
    "purchase_price": f.Money(
        label="Purchase Price", required=False, allow_null=True,
        help_text="Unit purchase price for the component items (leave blank for automatic cost allocation)",
    ),
    "purchase_price_currency": f.Choice(
        label="Currency", help_text="Purchase price currency", choices=currency_pairs, required=False
    ),
}  # fmt: skip
DISASSEMBLE: Body = {
    "items": f.ListOf(child=f.Nested(fields=COMPONENT)),
    "quantity": quantity_field(help_text="Number of assemblies to disassemble"),
    "location": location_field("Default destination location for the component items", required=False, allow_null=True),
    "notes": notes_field("Optional note field"),
}


def _ledger(context: Context, pk: int) -> Ledger:
    """The item of the address, locked. Raises NotFound."""
    ledger = Ledger(context.session, by(context))
    ledger.item(pk)
    return ledger


def _items(context: Context, keys: Sequence[int]) -> Answer:
    return Answer(STOCK.several(context, keys, kind="update"), 201)


def _serialize(context: Context, pk: int) -> Answer:
    ledger = _ledger(context, pk)
    values = f.read_body(SERIALIZE, context.body(), context)
    keys = serialize(
        ledger, pk, values["serial_numbers"], values["quantity"], values["destination"], values.get("notes", ""),
        everywhere=everywhere(context),
    )  # fmt: skip
    discard(context, ledger.files)
    return _items(context, keys)


def _install(context: Context, pk: int) -> Answer:
    ledger = _ledger(context, pk)
    values = f.read_body(INSTALL, context.body(), context)
    install(
        ledger, pk, values["stock_item"], Decimal(values["quantity"]), values.get("note", ""),
        any_part=not context.setting("STOCK_ENFORCE_BOM_INSTALLATION"),
    )  # fmt: skip
    return done(context, ledger, INSTALL, values)


def _uninstall(context: Context, pk: int) -> Answer:
    ledger = _ledger(context, pk)
    values = f.read_body(UNINSTALL, context.body(), context)
    uninstall(ledger, pk, values["location"], values.get("note", ""))
    return done(context, ledger, UNINSTALL, values)


def _convert(context: Context, pk: int) -> Answer:
    ledger = _ledger(context, pk)
    values = f.read_body(CONVERT, context.body(), context)
    convert(ledger, pk, values["part"])
    return done(context, ledger, CONVERT, values)


def _disassemble(context: Context, pk: int) -> Answer:
    ledger = _ledger(context, pk)
    values = f.read_body(DISASSEMBLE, context.body(), context)
    components = [
        Component(
            row["bom_item"], row["quantity"], row.get("location"), row.get("status"), row.get("purchase_price"),
            row.get("purchase_price_currency"),
        )
        for row in values["items"]
    ]  # fmt: skip
    keys = disassemble(ledger, pk, values["quantity"], components, values.get("location"), values.get("notes", ""))
    discard(context, ledger.files)
    return _items(context, keys)


# ------------------------------------------------------------------------------------------------- addresses


def _action(path: str, title: str, description: str, run: Callable[..., Answer], body: Body) -> Endpoint:
    return Endpoint(
        path=path, access=CHANGES_ITEM, title=title, description=description, body=body,
        methods={"POST": Route(run, writes=True)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _action(
        "stock/{pk}/serialize/", "Stock Item Serialize", "API endpoint for serializing a stock item.",
        _serialize, SERIALIZE,
    ),
    _action(
        "stock/{pk}/install/", "Stock Item Install",
        "API endpoint for installing a particular stock item into this stock item.\n\n"
        '- stock_item.part must be in the BOM for this part\n- stock_item must currently be "in stock"\n'
        "- stock_item must be serialized (and not belong to another item)",
        _install, INSTALL,
    ),
    _action(
        "stock/{pk}/uninstall/", "Stock Item Uninstall",
        "API endpoint for removing (uninstalling) items from this item.", _uninstall, UNINSTALL,
    ),
    _action(
        "stock/{pk}/convert/", "Stock Item Convert", "API endpoint for converting a stock item to a variant part.",
        _convert, CONVERT,
    ),
    _action(
        "stock/{pk}/disassemble/", "Stock Item Disassemble",
        "API endpoint for disassembling a stock item into its component parts.\n\nThe components are generated based "
        "on the BOM lines provided in the request,\nwhich must be valid BOM lines for the part associated with the "
        "stock item.",
        _disassemble, DISASSEMBLE,
    ),
)  # fmt: skip
