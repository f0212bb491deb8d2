"""The bodies of stock actions: their fields, how they are read, and how they are given back.

Beyond InvenTree: a line may say what quantity the client saw (`expected`); where it has changed since, the whole
request is refused with 409 and the true figures. `OPTIONS` is silent about it, so that forms look as ever.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.actions.stock.ledger import Ledger
from server.actions.stock.lines import Line
from server.db.models.stock import StockItem, StockLocation
from server.domain.errors import InvalidInput
from server.domain.stock import Adjustment, By
from server.resources.stock_states import STATES, StateField
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.context import Answer, Context

__all__ = [
    "ADJUST",
    "Body",
    "by",
    "done",
    "item_field",
    "item_lines",
    "location_field",
    "notes_field",
    "quantity_field",
    "read",
]

Body = Mapping[str, f.Field]


def by(context: Context) -> By:
    """Who is asking, and when."""
    return By(context.user.pk, context.now)


# ------------------------------------------------------------------------------------------------- fields


@dataclass(frozen=True, kw_only=True)
class LineField(f.Nested):
    """A line, without what only Bincard's own client sends."""

    def details(self) -> dict[str, Any]:
        children = super().details()["children"]
        return {"children": {name: about for name, about in children.items() if name != "expected"}}


def quantity_field(**more: Any) -> f.Decimal_:
    """A quantity of stock."""
    return f.Decimal_(**{"max_digits": 15, "decimal_places": 5, "min_value": 0, "label": "Quantity", **more})


def location_field(help_text: str, **more: Any) -> f.Related:
    """A location; actions refuse structural ones."""
    return f.Related(model=StockLocation, label="Location", help_text=help_text, filters=None, **more)


def item_field(label: str, help_text: str = "") -> f.Related:
    """A stock item."""
    return f.Related(model=StockItem, label=label, help_text=help_text, filters=None)


LONGEST_NOTE = 5000


def _not_too_long(text: str) -> None:
    if len(text) > LONGEST_NOTE:
        raise InvalidInput([f"Ensure this field has no more than {LONGEST_NOTE} characters."])


def notes_field(help_text: str, label: str = "Notes") -> f.String:
    """What people write beside a deed. (Forms are told of no limit, as in InvenTree.)"""
    return f.String(label=label, help_text=help_text, required=False, allow_blank=True, validators=(_not_too_long,))


LINE: Body = {
    "pk": item_field("stock_item", "StockItem primary key value"),
    "quantity": quantity_field(),
    "batch": f.String(
        label="Batch Code", help_text="Batch code for this stock item", max_length=100, required=False,
        allow_blank=True,
    ),
    "status": StateField(
        label="Status", help_text="Stock item status code", choices=((None, "No Change"), *STATES), default=None,
        allow_blank=True,
    ),
    "packaging": f.String(
        label="Packaging", help_text="Packaging this stock item is stored in", max_length=50, required=False,
        allow_blank=True,
    ),
    "merge": f.Boolean(
        label="Merge into existing stock",
        help_text="Merge this item into existing stock at the destination if possible", default=False,
    ),
    "expected": quantity_field(min_value=None, required=False, allow_null=True),
}  # fmt: skip
ADJUST: Body = {
    "items": f.ListOf(child=LineField(fields=LINE)),
    "notes": notes_field("Stock transaction notes"),
}


# ------------------------------------------------------------------------------------------------- reading


def read(context: Context, body: Body, key: str | None) -> tuple[Ledger, dict[str, Any]]:
    """The items of the body, locked, and its values. Raises InvalidInput.

    The items that the lines name under `key` (None: the lines are the keys) are read before the body is checked:
    whether they exist is known then, and one query does for both.
    """
    given = context.body()
    lines = given.get("items")
    named = lines if isinstance(lines, list) else []
    if key is not None:
        named = [line.get(key) for line in named if isinstance(line, Mapping)]
    keys = {int(name) for name in named if _is_key(name)}
    ledger = Ledger(context.session, by(context))
    ledger.load(keys)
    context.know(StockItem, keys, ledger.items)
    return ledger, f.read_body(body, given, context)


def _is_key(name: Any) -> bool:
    whole = (isinstance(name, int) and not isinstance(name, bool)) or (isinstance(name, str) and name.isdecimal())
    return whole and 0 <= int(name) < 2**63


def item_lines(context: Context, body: Body) -> tuple[Ledger, dict[str, Any], list[Line]]:
    """The items of a body of adjustments, locked, its values and its lines. Raises InvalidInput."""
    ledger, values = read(context, body, "pk")
    if not values["items"]:
        raise InvalidInput("A list of stock items must be provided")
    lines = [
        Line(
            pk=row["pk"], quantity=row["quantity"], expected=row.get("expected"), merge=row["merge"],
            adjustment=Adjustment(row["status"], row.get("batch"), row.get("packaging")),
        )
        for row in values["items"]
    ]  # fmt: skip
    return ledger, values, lines


# ------------------------------------------------------------------------------------------------- answering


def done(context: Context, ledger: Ledger, body: Body, values: Mapping[str, Any]) -> Answer:
    """The answer to an action: the body as InvenTree gives it back. What was given or has a default, decimals as texts
    with all their places; items that are gone are null."""
    discard(context, ledger.files)
    return Answer(_given_back(body, values, ledger.gone), 201)


def _given_back(body: Body, values: Mapping[str, Any], gone: Collection[int]) -> dict[str, Any]:
    made = {name: _told(field, values[name], gone) for name, field in body.items() if name in values}
    return {**made, "location": None} if "location" in body and "location" not in made else made


def _told(field: f.Field, value: Any, gone: Collection[int]) -> Any:
    if isinstance(field, f.ListOf):
        return [_told(field.child, entry, gone) for entry in value]
    if isinstance(field, f.Nested):
        return _given_back(field.fields, value, gone)
    if isinstance(field, f.Related) and field.model is StockItem:
        return None if value in gone else value
    if isinstance(field, StateField):
        return None if value is None else value.key
    if isinstance(field, f.Decimal_) and isinstance(value, Decimal):
        return f"{value:.{field.decimal_places}f}"
    return value
