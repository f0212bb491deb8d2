"""Commands of the supplier lookup."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ORDERS_VIEW = ("purchase_order", "view")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.suppliers",
        ("l",),
        "Suppliers",
        "Look up a supplier, SKU, MPN or part: prices, lead times, open orders, contacts.",
        "global",
        needs=ORDERS_VIEW,
        argument="text",
    ),
    Action("suppliers.box", ("/", "f4"), "Search", "Type what to look up.", "suppliers", footer=12),
    Action("suppliers.compare", ("=",), "Compare", "Compare the suppliers of the part.", "suppliers", footer=13),
    Action("suppliers.part", ("b",), "Part card", "Show the bin card of the part.", "suppliers", footer=38),
    Action("suppliers.company", ("g",), "Supplier", "Show the supplier of the part.", "suppliers", footer=40),
    Action("suppliers.close", ("backspace", "h"), "Close", "Close this.", "suppliers", footer=65),
    Action("suppliers.quantity", ("/", "f4", "c"), "Quantity", "Type another quantity.", "offers", footer=12),
    Action("suppliers.leave", ("backspace", "h"), "Close", "Close this.", "offers", footer=65),
)
