"""Commands of receiving by scan.

Letters and digits are text here, always: a scanner types them. So every command is a key that types nothing.
"""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.receiving", ("R",), "Receive", "Receive a purchase order: scan it, or anything that has come of it.",
        "global", needs=("purchase_order", "add"), writes=True, footer=59, argument="order, supplier or code",
    ),
    Action("receive.accept", ("enter",), "Take it", "Take what is typed, or answer the question.", "receive", footer=1),
    Action(
        "receive.back", ("escape",), "Back", "Leave the field, then the line, then the order; nothing posted is lost.",
        "receive", footer=2,
    ),
    Action(
        "receive.next", ("tab",), "More fields",
        "At the quantity: go on to batch, serials, expiry, status, packaging, barcode and note.", "receive", footer=3,
    ),
    Action("receive.before", ("shift+tab",), "Field before", "Go to the field before.", "receive"),
    Action(
        "receive.location", ("f4", "alt+l"), "Location", "Say where things go; scanning a location says it too.",
        "receive", footer=4,
    ),
    Action("receive.batch", ("alt+b",), "Batch", "Give the batch code.", "receive", footer=12),
    Action("receive.serials", ("alt+s",), "Serials", "Give serial numbers: 700-702, 710.", "receive", footer=13),
    Action("receive.expiry", ("alt+e",), "Expiry", "Give the day it expires.", "receive", footer=14),
    Action("receive.status", ("alt+t",), "Status", "Receive it as damaged, quarantined, ...", "receive", footer=15),
    Action("receive.packaging", ("alt+p",), "Packaging", "Say how it is packed.", "receive"),
    Action("receive.barcode", ("alt+k",), "Barcode", "Link a barcode to the new item: scan it.", "receive"),
    Action("receive.note", ("alt+n",), "Note", "Write a note.", "receive", footer=16),
    Action("receive.down", ("down",), "Down", "Go down in the list; Enter takes the line.", "receive"),
    Action("receive.up", ("up",), "Up", "Go up in the list.", "receive"),
    Action("receive.page_down", ("pagedown",), "Page down", "Go a page down in the lines.", "receive"),
    Action("receive.page_up", ("pageup",), "Page up", "Go a page up in the lines.", "receive"),
    Action("receive.undo", ("f8",), "Undo", "How to put a wrong receipt right.", "receive", footer=20),
    Action(
        "receive.card", ("f9",), "Bin card", "Open the bin card of what was received last.", "receive", footer=21
    ),
)  # fmt: skip
