"""What the files for BI hold: tables, columns, what they mean. docs/export.md is checked against it."""

from dataclasses import dataclass

__all__ = ["KINDS", "SCHEMA_VERSION", "TABLES", "BiColumn", "BiTable"]

SCHEMA_VERSION = 1
"""Grows when a column goes or changes its meaning; a new column does not change it."""

KINDS = {
    "key": "int64", "count": "int64", "text": "string", "quantity": "decimal128(24, 5)", "money": "decimal128(24, 6)",
    "day": "date32", "time": "timestamp[us, tz=UTC]", "number": "double", "flag": "bool",
}  # fmt: skip
"""By kind of column: its type in Parquet."""


@dataclass(frozen=True)
class BiColumn:
    """A column. Each may be null, except keys of the row itself."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class BiTable:
    """A table. `daily`: the partition is the day of what a row tells of, and days that changed since are written anew;
    otherwise it is the day of the export, and holds all there was then."""

    name: str
    about: str
    daily: bool
    columns: tuple[BiColumn, ...]


def _table(name: str, about: str, columns: str, *, daily: bool = False) -> BiTable:
    """One line for each column: name, kind, meaning."""
    made = (BiColumn(*line.strip().split(" ", 2)) for line in columns.strip().splitlines())
    return BiTable(name, about, daily, tuple(made))


TABLES: tuple[BiTable, ...] = (
    _table(
        "stock",
        "Every stock item there is, also what is with customers or used up.",
        """
        stock_item key The item
        part key The part that it is of
        part_name text The part's name
        IPN text The part's internal number
        category text The path of the part's category
        location key Where it lies; null for nowhere
        location_path text The path of the location
        quantity quantity How much there is of it
        status count The status code of InvenTree: 10 is OK
        status_text text The status in words
        in_stock flag Whether it counts as stock: some of it, with no customer, in nothing else, in no build
        batch text The batch code
        serial text The serial number
        expiry_date day The day it expires
        supplier_part key The supplier part that it was bought as
        SKU text The supplier's number of it
        customer key The customer who has it
        purchase_price money What one unit was bought for
        purchase_price_currency text The currency of that price
        updated time When it was changed last
        """,
    ),
    _table(
        "movements",
        "The history of the stock: one row for each tracking entry.",
        """
        entry key The tracking entry
        time time When it happened
        part key The part
        part_name text The part's name
        stock_item key The item; null when it is deleted
        type count The type code of InvenTree: 10 is counted
        type_text text The type in words
        user text Who did it
        quantity quantity The item's quantity after it, where the entry says so
        added quantity How much was added
        removed quantity How much was taken
        location key The location after it, where the entry says so
        notes text What was noted
        deltas text All that the entry says, as JSON
        """,
        daily=True,
    ),
    _table(
        "sales",
        "What was sold on a day, by part, customer, currency and source; what came back is negative.",
        """
        sales_date day The day
        part key The part; null for what is none of ours
        part_name text The part's name
        IPN text The part's internal number
        code text What it is called, where it is none of our parts
        customer key The customer; null where nobody knows
        customer_name text The customer's name
        quantity_sold quantity How much was sold
        total_revenue money What it brought
        currency text The currency of that
        source text shipment: sent from here; import: taken in from elsewhere
        """,
        daily=True,
    ),
    _table(
        "supplier_performance",
        "How long each supplier took so far and whether dates were kept, over all receipts.",
        """
        supplier key The supplier
        supplier_name text The supplier's name
        receipts count What came of one order line on one day counts as one
        timed count Receipts of orders whose day of issue is known
        lead_days_median number Days from issue to receipt, the median of those
        lead_days_p90 number The 90th percentile
        promised count Receipts that had a target date
        on_time count Those of them that came by that date
        on_time_rate number on_time / promised, from 0 to 1
        last_receipt day When something came last
        """,
    ),
    _table(
        "forecasts",
        "The last demand forecast of each part: one row for each period.",
        """
        part key The part
        part_name text The part's name
        made_at time When it was forecast
        bucket text week or month
        period_start day The first day of the period
        step count 1 for the first period, 2 for the next
        mean number The demand that is expected
        low number The lower end of the 80% interval
        high number The upper end
        model text The model that was chosen
        error number The error that was measured for it (RMSSE)
        naive_error number The error of the naive forecast on the same history
        """,
    ),
)
