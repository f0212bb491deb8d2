"""Of which tables events tell, what they say, and who may read them. A table that is not named here tells nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["KINDS", "NOT_WORTH_TELLING", "READERS", "WATCHED", "Watched", "readable"]

KINDS = ("stock", "order", "count", "user", "part", "company", "alert", "setting")


@dataclass(frozen=True)
class Watched:
    """A table of which events tell. `figures` are the columns whose values are told when they change; `about` those
    that every event tells; of all others only the name is told (with `discreet` not even that). `role`: who may view
    that reads the events."""

    table: str
    model: str
    kind: str
    role: str
    figures: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    discreet: bool = False

    @property
    def part(self) -> str:
        """The column that holds the key of the part that a row is of; "" where none does. A line of a purchase order
        is of a supplier part."""
        if self.model == "part":
            return "pk"
        return "part_id" if "part_id" in self.about and self.model != "purchaseorderlineitem" else ""

    @property
    def parent(self) -> str:
        """The column that holds the key of what a row is a line of; "" where none does."""
        return next((name for name in _PARENTS if name in self.about), "")

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.about, *self.figures)))


# Copies, sort keys and time stamps: they change with something else, or mean nothing to anybody.
NOT_WORTH_TELLING = frozenset({
    "updated", "updated_at", "updated_by_id", "metadata_", "level", "tree_path", "tree_sort", "pathstring",
    "reference_int", "serial_int", "line_int", "part_name", "barcode_hash", "last_login", "last_seen", "total_price",
    "total_price_currency", "stocktake_user_id", "key_hash",
})  # fmt: skip

_PARENTS = ("order_id", "session_id", "stock_item_id", "line_id")

_HEADER = ("reference", "status", "target_date", "start_date", "issue_date", "complete_date", "responsible_id")
_LINE = ("quantity", "target_date")
_PLACES = ("supplier_part_id", "batch")


def _order(kind: str, role: str, company: str, *more: str) -> Watched:
    own = tuple(name for name in (company, *more) if name)
    figures = tuple(name for name in _HEADER if (kind, name) != ("salesorder", "complete_date")) + own
    return Watched(f"order_{kind}", kind, "order", role, figures, ("reference", *((company,) if company else ())))


_ALL = (
    Watched(
        "stock_stockitem", "stockitem", "stock", "stock",
        ("quantity", "location_id", "status", "batch", "serial", "customer_id", "sales_order_id", "belongs_to_id",
         "consumed_by_id", "expiry_date", "is_building"),
        ("part_id", "location_id", *_PLACES),
    ),
    Watched(
        "stock_stocklocation", "stocklocation", "stock", "stock_location",
        ("name", "parent_id", "structural", "external"), ("name",),
    ),
    Watched("stock_stockitemtestresult", "stockitemtestresult", "stock", "stock", ("result",), ("stock_item_id",)),
    _order("purchaseorder", "purchase_order", "supplier_id", "destination_id"),
    _order("salesorder", "sales_order", "customer_id", "shipment_date"),
    _order("returnorder", "return_order", "customer_id"),
    _order("transferorder", "transfer_order", "", "take_from_id", "destination_id", "consume"),
    Watched(
        "order_purchaseorderlineitem", "purchaseorderlineitem", "order", "purchase_order",
        (*_LINE, "received", "purchase_price"), ("order_id", "part_id"),
    ),
    Watched(
        "order_salesorderlineitem", "salesorderlineitem", "order", "sales_order", (*_LINE, "shipped", "sale_price"),
        ("order_id", "part_id"),
    ),
    Watched(
        "order_returnorderlineitem", "returnorderlineitem", "order", "return_order",
        (*_LINE, "received_date", "outcome"), ("order_id", "item_id"),
    ),
    Watched(
        "order_transferorderlineitem", "transferorderlineitem", "order", "transfer_order", (*_LINE, "transferred"),
        ("order_id", "part_id"),
    ),
    *(
        Watched(f"order_{name}extraline", f"{name}extraline", "order", role, ("quantity", "price"), ("order_id",))
        for name, role in (
            ("purchaseorder", "purchase_order"), ("salesorder", "sales_order"), ("returnorder", "return_order"),
        )
    ),
    Watched(
        "order_salesordershipment", "salesordershipment", "order", "sales_order",
        ("shipment_date", "delivery_date", "checked_by_id"), ("order_id", "reference"),
    ),
    Watched(
        "order_salesorderallocation", "salesorderallocation", "order", "sales_order", ("quantity", "shipment_id"),
        ("line_id", "item_id"),
    ),
    Watched(
        "order_transferorderallocation", "transferorderallocation", "order", "transfer_order", ("quantity",),
        ("line_id", "item_id"),
    ),
    Watched(
        "build_build", "build", "order", "build", ("reference", "status", "quantity", "completed", "target_date"),
        ("part_id", "reference"),
    ),
    # Neither expected nor counted quantities, nor what became of a line: whoever counts blind may follow the events.
    Watched(
        "bincard_countsession", "countsession", "count", "stock", ("status", "reference", "blind", "mode"),
        ("reference",),
    ),
    Watched(
        "bincard_countline", "countline", "count", "stock", ("round", "taken_by_id"),
        ("session_id", "stock_item_key", "part_id", "location_id"), discreet=True,
    ),
    Watched("bincard_countparked", "countparked", "count", "stock", (), ("session_id",)),
    Watched("bincard_countreason", "countreason", "count", "stock", ("code", "label", "active"), ("code",)),
    Watched(
        "auth_user", "user", "user", "admin",
        ("username", "first_name", "last_name", "email", "is_staff", "is_superuser", "is_active"), ("username",),
    ),
    Watched("auth_group", "group", "user", "admin", ("name",), ("name",)),
    Watched("auth_user_groups", "usergroup", "user", "admin", (), ("user_id", "group_id")),
    Watched(
        "users_ruleset", "ruleset", "user", "admin", ("can_view", "can_add", "can_change", "can_delete"),
        ("group_id", "name"),
    ),
    Watched("users_apitoken", "apitoken", "user", "admin", ("name", "expiry", "revoked"), ("user_id",)),
    Watched("users_userprofile", "userprofile", "user", "admin", ("active", "primary_group_id"), ("user_id",)),
    Watched(
        "part_part", "part", "part", "part",
        ("name", "IPN", "active", "category_id", "minimum_stock", "maximum_stock", "default_location_id",
         "default_expiry", "units", "trackable", "virtual", "locked"),
        ("category_id",),
    ),
    Watched("part_partcategory", "partcategory", "part", "part_category", ("name", "parent_id"), ("name",)),
    Watched(
        "company_company", "company", "company", "purchase_order",
        ("name", "active", "is_supplier", "is_customer", "is_manufacturer", "currency"), ("name",),
    ),
    Watched(
        "part_supplierpart", "supplierpart", "company", "purchase_order",
        ("SKU", "active", "primary", "pack_quantity", "available"), ("part_id", "supplier_id"),
    ),
    Watched(
        "bincard_locationlevel", "locationlevel", "stock", "stock", ("minimum", "maximum"), ("part_id", "location_id")
    ),
    # Neither message nor figures: who may see them is decided by what the alert is about.
    Watched(
        "bincard_alert", "alert", "alert", "stock", ("state", "severity"),
        ("kind", "part_id", "location_id", "purchase_order_id", "sales_order_id"),
    ),
    Watched("common_inventreesetting", "inventreesetting", "setting", "admin", ("value",), ("key",)),
    Watched("plugin_pluginsetting", "pluginsetting", "setting", "admin", ("value",), ("key", "plugin_id")),
)  # fmt: skip

WATCHED: Mapping[str, Watched] = {entry.table: entry for entry in _ALL}
"""By the table's name."""

_ALSO = {
    "company": ("purchase_order", "sales_order", "return_order"), "alert": ("stock", "purchase_order", "sales_order"),
}  # fmt: skip
READERS: Mapping[str, tuple[str, ...]] = {entry.model: _ALSO.get(entry.model, (entry.role,)) for entry in _ALL}
"""By model: the roles of which one must allow to view."""


def readable(roles: Iterable[str], everything: bool = False) -> frozenset[str]:
    """The models of whose events somebody may read who may view these roles."""
    may = set(roles)
    return frozenset(model for model, readers in READERS.items() if everything or may.intersection(readers))
