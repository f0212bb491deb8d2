"""What this server says it is: the API it speaks, and what changed in its last versions."""

from dataclasses import dataclass

__all__ = ["API_NOTES", "API_VERSION", "INVENTREE_VERSION", "ApiNote"]

API_VERSION = 532
INVENTREE_VERSION = "1.6.0 dev"
"""The InvenTree that speaks this API."""


@dataclass(frozen=True)
class ApiNote:
    """What one version of the API brought. `change` is the number of InvenTree's pull request."""

    version: int
    date: str
    change: int
    text: tuple[str, ...]


API_NOTES = (
    ApiNote(
        523,
        "2026-07-14",
        12391,
        (
            'Adds "bulk delete" support for order line item API endpoints '
            "(PurchaseOrder / SalesOrder / ReturnOrder / TransferOrder)",
            'Adds "bulk delete" support for order extra line item API endpoints',
            'Completed TransferOrder objects are now "locked" '
            "(controlled by the new TRANSFERORDER_EDIT_COMPLETED_ORDERS global setting)",
        ),
    ),
    ApiNote(
        524,
        "2026-07-20",
        12393,
        ('Adds "discount" field to order line items (and extra line items)',),
    ),
    ApiNote(
        525,
        "2026-07-20",
        12409,
        ("Type clarifications for some fields; no functional changes",),
    ),
    ApiNote(
        526,
        "2026-07-24",
        12463,
        ("Fix for data export on SalesOrderAllocation API endpoint",),
    ),
    ApiNote(
        527,
        "2026-07-24",
        12454,
        ("Extend API with dedicated login-by-code re-send endpoint",),
    ),
    ApiNote(
        528,
        "2026-07-26",
        12469,
        ("Additional ordering options for SalesOrderAllocation API endpoint",),
    ),
    ApiNote(
        529,
        "2026-07-26",
        12471,
        (
            'Adds "on_order" filter to the Part API',
            'Enable sorting by "ordering" quantity on the Part API endpoint',
        ),
    ),
    ApiNote(
        530,
        "2026-07-28",
        12487,
        ("Adds searching against ReportSnippet API endpoint",),
    ),
    ApiNote(
        531,
        "2026-08-13",
        12635,
        ('Adds "bulk update" support for the ReturnOrderLineItem API endpoint',),
    ),
    ApiNote(
        532,
        "2026-08-15",
        12422,
        ('Adds "piece_count" field to the BomItem model and API endpoints (for cut-to-length parts)',),
    ),
)
