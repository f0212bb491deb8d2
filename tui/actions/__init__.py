"""Every command of the client, declared once.

The key map, the footer, the help screen, the `:` commands and the palette are all made from `ACTIONS`; nothing else
names a key. Each area of the program has a module of its own here. A command is carried out by the method `do_<id>`
(dots become underscores) of the current screen, or of the app when the screen has none. Pure data: importing this costs
nothing.
"""

from collections.abc import Iterable

from tui.actions import (
    alerts,
    audit,
    count_planner,
    count_review,
    counting,
    dashboard,
    dialogs,
    everywhere,
    lists,
    orders,
    picking,
    receiving,
    reorder,
    sales,
    stock,
    suppliers,
)
from tui.actions.action import Action

__all__ = ["ACTIONS", "BY_ID", "SCOPES", "Action", "by_command", "handler_name"]

SCOPES = {
    "global": "Everywhere",
    "list": "In lists",
    "stock": "Stock",
    "item": "The item under the cursor, or the marked items",
    "card": "Bin card",
    "orders": "Order board",
    "order": "Order",
    "receive": "Receiving",
    "pick": "Picking and shipping",
    "count": "Counting",
    "sessions": "Count sessions",
    "review": "Variance review",
    "planner": "Count planner",
    "suppliers": "Suppliers",
    "offers": "Suppliers of a part side by side",
    "reorder": "Reorder desk",
    "alerts": "Alert board",
    "dashboard": "Dashboard",
    "audit": "Audit",
    "sales": "Sales",
    "sold": "Sales: the chart, and the orders behind a bar",
    "filter": "While typing a filter",
    "dialog": "In dialogs",
}

ACTIONS: tuple[Action, ...] = (
    *everywhere.ACTIONS,
    *lists.ACTIONS,
    *stock.ACTIONS,
    *orders.ACTIONS,
    *receiving.ACTIONS,
    *picking.ACTIONS,
    *counting.ACTIONS,
    *count_review.ACTIONS,
    *count_planner.ACTIONS,
    *suppliers.ACTIONS,
    *reorder.ACTIONS,
    *alerts.ACTIONS,
    *dashboard.ACTIONS,
    *audit.ACTIONS,
    *sales.ACTIONS,
    *dialogs.ACTIONS,
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def by_command(name: str, among: Iterable[Action]) -> Action | None:
    """The action of `among` called `name` after `:`: by its short name or its id; a unique beginning will do."""
    candidates = [action for action in among if name in (action.command, action.id)]
    if not candidates:
        candidates = [action for action in among if action.command.startswith(name)]
    return candidates[0] if len(candidates) == 1 else None


def handler_name(action: Action) -> str:
    """The method that carries the action out."""
    return "do_" + action.id.replace(".", "_")
