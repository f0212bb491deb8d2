"""What a clerk does to stock, without a screen: look something up, preview, post, read back, undo.

actions = StockActions(session)
preview = preview_remove([(item, parse_quantity("2*12"))], notes="for the workshop")
posting = await actions.post(preview)           # ActionError or ApiError when it was not to be
plan = await actions.plan_undo()                # what would take the last posting back
await actions.undo(plan)
"""

from tui.stock_actions.desk import StockActions
from tui.stock_actions.find import Found, Hit, Match, find
from tui.stock_actions.items import item_of, read_item, read_items
from tui.stock_actions.left_behind import Attempt
from tui.stock_actions.posting import ActionError, Posted, Posting, Refused, StockChanged, Unresolved
from tui.stock_actions.preview import (
    Kind,
    Line,
    Preview,
    preview_add,
    preview_count,
    preview_merge,
    preview_move,
    preview_remove,
    preview_split,
    preview_status,
    renewed,
)
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.stock_actions.undo import CannotUndo, UndoPlan

__all__ = [
    "ActionError",
    "Attempt",
    "CannotUndo",
    "Found",
    "Hit",
    "Kind",
    "Line",
    "Match",
    "Posted",
    "Posting",
    "Preview",
    "QuantityError",
    "Refused",
    "StockActions",
    "StockChanged",
    "UndoPlan",
    "Unresolved",
    "find",
    "item_of",
    "parse_quantity",
    "preview_add",
    "preview_count",
    "preview_merge",
    "preview_move",
    "preview_remove",
    "preview_split",
    "preview_status",
    "read_item",
    "read_items",
    "renewed",
]
