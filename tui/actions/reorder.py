"""Commands of the reorder desk."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

SEE, BUY = ("purchase_order", "view"), ("purchase_order", "add")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.reorder", (), "Reorder desk", "Show what is short, and make draft orders of it.", "global", needs=SEE
    ),
    Action(
        "orders.short", ("B",), "Reorder", "Show what is short, and make draft orders of it.", "orders", needs=SEE,
        footer=21,
    ),
    Action(
        "reorder.order", ("enter",), "Order", "Make draft orders of the lines, or of the marked ones: one per "
        "supplier, after a summary.", "reorder", needs=BUY, writes=True, footer=10,
    ),
    Action(
        "reorder.quantity", ("c", "f6"), "Quantity", "Type how much to order; any digit begins it.", "reorder",
        needs=BUY, footer=11,
    ),
    Action("reorder.explain", ("e",), "Explain", "Explain each number of the line.", "reorder", footer=12),
    Action(
        "reorder.supplier", ("s",), "Supplier", "Choose who to order the part from.", "reorder", needs=BUY, footer=13
    ),
    Action("reorder.skip", ("x",), "Leave out", "Leave the line out, or take it in again.", "reorder", footer=14),
    Action("reorder.compare", ("=",), "Compare", "Compare the suppliers of the part.", "reorder", footer=36),
    Action("reorder.card", ("b",), "Part card", "Show the bin card of the part.", "reorder", footer=38),
    Action("reorder.all", ("t",), "All parts", "Show all that is short, not one part alone.", "reorder", footer=15),
    Action("reorder.close", ("backspace", "h"), "Close", "Close this.", "reorder", footer=65),
)  # fmt: skip
