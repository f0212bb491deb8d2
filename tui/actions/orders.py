"""Commands of the order board and of one order."""

from collections.abc import Iterator

from tui.actions.action import Action

__all__ = ["ACTIONS", "ORDER_ROLES", "TRANSITION_KEYS"]

#: Whoever may see the orders of one of these may see the board.
ORDER_ROLES = ("purchase_order", "sales_order", "return_order", "transfer_order")

#: Transition of `workflow.orders` -> key, label, help, rank in the footer; the same on the board and on the order.
#: Items promised by serial number belong to picking as well and need no key of their own.
TRANSITION_KEYS: dict[str, tuple[str, str, str, int]] = {
    "issue": ("I", "Issue", "Issue the order, once you have seen what that changes.", 11),
    "receive": ("R", "Receive", "Book in what has come, line by line.", 12),
    "allocate": ("A", "Pick", "Choose and pick the stock, line by line.", 13),
    "auto_allocate": ("W", "Allocate all", "Have the server choose the stock for every line.", 14),
    "complete": ("D", "Complete", "Close the order as done.", 15),
    "hold": ("H", "Hold", "Put the order on hold.", 16),
    "cancel": ("X", "Cancel order", "Call the order off; it cannot be taken up again.", 17),
}


def _transitions(scope: str) -> Iterator[Action]:
    for name, (key, label, text, footer) in TRANSITION_KEYS.items():
        yield Action(f"{scope}.{name}", (key,), label, text, scope, writes=True, footer=footer)


BOARD: tuple[Action, ...] = (
    *_transitions("orders"),
    Action("orders.new", ("n",), "New", "Make a new order of this kind.", "orders", writes=True, footer=20),
    Action("orders.next_kind", ("tab",), "Next kind", "Go to the next kind of orders.", "orders", footer=24),
    Action("orders.last_kind", ("shift+tab",), "Kind before", "Go to the kind of orders before.", "orders"),
    Action("orders.purchase", ("1",), "Purchase", "Show the purchase orders.", "orders"),
    Action("orders.sales", ("2",), "Sales", "Show the sales orders.", "orders"),
    Action("orders.return", ("3",), "Returns", "Show the return orders.", "orders"),
    Action("orders.transfer", ("4",), "Transfers", "Show the transfer orders.", "orders"),
    Action("orders.left", ("left",), "Column before", "Go to the column on the left.", "orders"),
    Action("orders.right", ("right",), "Next column", "Go to the column on the right.", "orders"),
    Action("orders.mine", ("m",), "Mine", "Show only orders assigned to you, or all.", "orders", footer=26),
    Action("orders.late", ("p",), "Late only", "Show only overdue orders, or all.", "orders", footer=28),
    Action("orders.closed", ("c",), "All states", "Show all closed orders too, or open ones.", "orders", footer=29),
    Action("orders.calendar", ("v", "t"), "By date", "Show the orders by target date.", "orders", footer=22),
)

ORDER: tuple[Action, ...] = (
    *_transitions("order"),
    Action("order.add", ("a",), "Add line", "Add lines, one after another.", "order", writes=True, footer=21),
    Action("order.edit", ("e", "enter"), "Edit line", "Change the line.", "order", writes=True, footer=22),
    Action("order.copy", ("c",), "Copy line", "Add a line like this one.", "order", writes=True, footer=24),
    Action("order.delete", ("x",), "Delete line", "Delete the line, once you agree.", "order", writes=True, footer=25),
    Action("order.line_up", ("K",), "Line up", "Move the line up.", "order", writes=True, footer=47),
    Action("order.line_down", ("J",), "Line down", "Move the line down.", "order", writes=True, footer=48),
    Action(
        "order.extra", ("+",), "Extra line", "Add a line for freight or a service.", "order", writes=True, footer=46
    ),
    Action("order.header", ("E",), "Edit order", "Change dates, partner, references.", "order", writes=True, footer=27),
    Action("order.notes", ("N",), "Edit notes", "Write the notes of the order.", "order", writes=True, footer=28),
    Action("order.duplicate", ("C",), "Copy order", "Make a new order like this one.", "order", writes=True, footer=49),
    Action("order.show_lines", ("1",), "Lines", "Show the lines.", "order"),
    Action("order.show_history", ("2",), "History", "Show what happened to the order.", "order"),
    Action("order.show_notes", ("3",), "Notes", "Show the notes.", "order"),
    Action("order.card", ("b",), "Bin card", "Show the bin card of the part.", "order", footer=38),
    Action("order.yank", ("y",), "Copy reference", "Copy the order's reference.", "order"),
    Action("order.close", ("backspace", "h"), "Close", "Close the order.", "order", footer=65),
)

ACTIONS: tuple[Action, ...] = (*BOARD, *ORDER)
