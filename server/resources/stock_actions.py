"""What can be done with several stock items at once: count, add, remove, move, return, change, merge, sell."""

from collections.abc import Callable, Mapping, Sequence

from server.actions.stock import adjust
from server.actions.stock.customers import assign
from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import Line
from server.actions.stock.merge import merge
from server.actions.stock.transfer import give_back, transfer
from server.db.models.company import Company
from server.db.models.stock import StockItem
from server.domain.errors import InvalidInput
from server.domain.stock import State
from server.resources.stock import STOCK_ACCESS
from server.resources.stock_bodies import (
    ADJUST,
    Body,
    done,
    item_field,
    item_lines,
    location_field,
    notes_field,
    read,
)
from server.resources.stock_states import STATES, StateField
from server.rest import fields as f
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

COUNT: Body = {
    **ADJUST,
    "location": location_field("Set stock location for counted items (optional)", required=False, allow_null=True),
}
TRANSFER: Body = {**ADJUST, "location": location_field("Destination stock location")}
RETURN: Body = {
    **TRANSFER,
    "merge": f.Boolean(
        label="Merge into existing stock", help_text="Merge returned items into existing stock items if possible",
        default=False,
    ),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------- count, add, remove


def _count(context: Context) -> Answer:
    ledger, values, lines = item_lines(context, COUNT)
    adjust.count(ledger, lines, values.get("notes", ""), location=values.get("location"))
    return done(context, ledger, COUNT, values)


def _add(context: Context) -> Answer:
    ledger, values, lines = item_lines(context, ADJUST)
    adjust.add(ledger, lines, values.get("notes", ""))
    return done(context, ledger, ADJUST, values)


def _remove(context: Context) -> Answer:
    ledger, values, lines = item_lines(context, ADJUST)
    adjust.remove(ledger, lines, values.get("notes", ""))
    return done(context, ledger, ADJUST, values)


def _transfer(context: Context) -> Answer:
    ledger, values, lines = item_lines(context, TRANSFER)
    transfer(
        ledger, lines, values["location"], values.get("notes", ""),
        anything=_needs_policy(ledger, lines) and bool(context.setting("STOCK_ALLOW_OUT_OF_STOCK_TRANSFER")),
    )  # fmt: skip
    return done(context, ledger, TRANSFER, values)


def _needs_policy(ledger: Ledger, lines: Sequence[Line]) -> bool:
    """Whether the setting matters at all."""
    return not all(ledger.items[line.pk].on_shelf for line in lines)


def _return(context: Context) -> Answer:
    ledger, values, lines = item_lines(context, RETURN)
    give_back(ledger, lines, values["location"], values.get("notes", ""), merge=values["merge"])
    return done(context, ledger, RETURN, values)


# ------------------------------------------------------------------------------------------- status, merge, assign

CHANGE_STATUS: Body = {
    "items": f.ListOf(
        child=f.Related(model=StockItem, filters=None), label="Stock Items",
        help_text="Select stock items to change status",
    ),
    "status": StateField(
        label="Status", help_text="Stock item status code", choices=STATES, default=10, unchanged=False
    ),
    "note": notes_field("Add transaction note (optional)"),
}  # fmt: skip


def _flat(error: InvalidInput) -> InvalidInput:
    """Errors of a list of plain keys are told without their places."""
    items = error.errors.get("items")
    if isinstance(items, Mapping):
        return InvalidInput({**error.errors, "items": next(iter(items.values()))})
    return error


def _change_status(context: Context) -> Answer:
    try:
        ledger, values = read(context, CHANGE_STATUS, None)
    except InvalidInput as error:
        raise _flat(error) from None
    if not values["items"]:
        raise InvalidInput("No stock items selected", field="items")
    if not isinstance(values["status"], State):  # the default
        values["status"] = State(int(values["status"]))
    adjust.change_status(ledger, values["items"], values["status"], values.get("note", ""))
    return done(context, ledger, CHANGE_STATUS, values)


STOCK_ITEM_LINES = f.ListOf(child=f.Nested(fields={"item": item_field("Stock Item")}))
MERGE: Body = {
    "items": STOCK_ITEM_LINES,
    "location": location_field("Destination stock location"),
    "notes": notes_field("Stock merging notes"),
    "allow_mismatched_suppliers": f.Boolean(
        label="Allow mismatched suppliers", required=False,
        help_text="Allow stock items with different supplier parts to be merged",
    ),
    "allow_mismatched_status": f.Boolean(
        label="Allow mismatched status", required=False,
        help_text="Allow stock items with different status codes to be merged",
    ),
}  # fmt: skip
ASSIGN: Body = {
    "items": STOCK_ITEM_LINES,
    "customer": f.Related(
        model=Company, label="Customer", help_text="Customer to assign stock items", filters=None
    ),
    "notes": notes_field("Stock assignment notes"),
}  # fmt: skip


def _merge(context: Context) -> Answer:
    ledger, values = read(context, MERGE, "item")
    merge(
        ledger, [line["item"] for line in values["items"]], values["location"], values.get("notes", ""),
        any_supplier=values.get("allow_mismatched_suppliers", False),
        any_status=values.get("allow_mismatched_status", False),
    )  # fmt: skip
    return done(context, ledger, MERGE, values)


def _assign(context: Context) -> Answer:
    ledger, values = read(context, ASSIGN, "item")
    if not values["items"]:
        raise InvalidInput("A list of stock items must be provided")
    assign(ledger, [line["item"] for line in values["items"]], values["customer"], values.get("notes", ""))
    return done(context, ledger, ASSIGN, values)


# ------------------------------------------------------------------------------------------------- addresses


def _action(path: str, title: str, description: str, run: Callable[..., Answer], body: Body) -> Endpoint:
    return Endpoint(
        path=path, access=STOCK_ACCESS, title=title, description=description, body=body,
        methods={"POST": Route(run, writes=True)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _action(
        "stock/count/", "Stock Count", "Endpoint for counting stock (performing a stocktake).", _count, COUNT
    ),
    _action(
        "stock/add/", "Stock Add", "Endpoint for adding a quantity of stock to an existing StockItem.", _add, ADJUST
    ),
    _action(
        "stock/remove/", "Stock Remove", "Endpoint for removing a quantity of stock from an existing StockItem.",
        _remove, ADJUST,
    ),
    _action(
        "stock/transfer/", "Stock Transfer", "API endpoint for performing stock movements.", _transfer, TRANSFER
    ),
    _action(
        "stock/return/", "Stock Return",
        "API endpoint for returning items into stock.\n\nThis API endpoint is for items that are initially considered "
        '"not in stock",\nand the user wants to return them to stock, marking them as\n"available" for further '
        "consumption or sale.",
        _return, RETURN,
    ),
    _action(
        "stock/change_status/", "Stock Change Status",
        "API endpoint to change the status code of multiple StockItem objects.", _change_status, CHANGE_STATUS,
    ),
    _action("stock/merge/", "Stock Merge", "API endpoint for merging multiple stock items.", _merge, MERGE),
    _action(
        "stock/assign/", "Stock Assign", "API endpoint for assigning stock to a particular customer.", _assign, ASSIGN
    ),
)  # fmt: skip
