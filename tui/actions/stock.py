"""Commands of the stock screen, of stock items and of the bin card."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

STOCK_VIEW = ("stock", "view")
#: InvenTree maps a POST to "add", also for count, remove and transfer.
STOCK_POST = ("stock", "add")

ACTIONS: tuple[Action, ...] = (
    Action("stock.up", ("backspace", "h"), "Up", "Go to the location above.", "stock", footer=65),
    Action(
        "stock.sublocations",
        ("i",),
        "Sub-locations",
        "Include the items of the locations below, or not.",
        "stock",
        footer=45,
    ),
    Action("stock.goto", ("g",), "Go to", "Go to a location by name.", "stock", footer=40, argument="location"),
    Action(
        "item.card", ("b",), "Bin card", "Show the bin card of the whole part.", "item", needs=STOCK_VIEW, footer=38
    ),
    Action(
        "item.count",
        ("c", "f6"),
        "Count",
        "Record what you counted.",
        "item",
        needs=STOCK_POST,
        writes=True,
        footer=11,
        argument="quantity",
    ),
    Action(
        "item.add",
        ("a", "+", "f7"),
        "Add",
        "Add to the quantity on hand.",
        "item",
        needs=STOCK_POST,
        writes=True,
        footer=12,
        argument="quantity",
    ),
    Action(
        "item.remove",
        ("x", "-", "f8"),
        "Remove",
        "Remove from the quantity on hand.",
        "item",
        needs=STOCK_POST,
        writes=True,
        footer=13,
        argument="quantity",
    ),
    Action(
        "item.move",
        ("m", "f9"),
        "Move",
        "Move all or some of it to another location.",
        "item",
        needs=STOCK_POST,
        writes=True,
        footer=14,
        argument="location",
    ),
    Action(
        "item.status",
        ("t",),
        "Status",
        "Change the status (OK, Damaged, Quarantined, ...).",
        "item",
        needs=STOCK_POST,
        writes=True,
        footer=42,
        argument="status",
    ),
    Action(
        "item.split",
        ("p",),
        "Split",
        "Make a second item of some of the quantity, in the same place.",
        "item",
        needs=STOCK_POST,
        writes=True,
        argument="quantity",
    ),
    Action(
        "item.merge",
        ("M",),
        "Merge",
        "Merge the marked items of one part into the first of them.",
        "item",
        needs=STOCK_POST,
        writes=True,
    ),
    Action("card.items", ("i",), "Items", "Show where the part lies: its stock items.", "card", footer=45),
    Action("card.part", ("b",), "Part card", "Show the bin card of the whole part.", "card", footer=38),
    Action("card.location", ("g",), "Location", "Go to the location of the item.", "card", footer=40),
    Action("card.close", ("backspace", "h"), "Close", "Close the bin card.", "card", footer=65),
)
