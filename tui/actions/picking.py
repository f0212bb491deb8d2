"""Commands of picking and shipping.

While the prompt is open letters belong to what is scanned, so every command that is wanted there has a function key.
"""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ACTIONS: tuple[Action, ...] = (
    Action("pick.accept", ("enter",), "Confirm", "Confirm what was scanned or typed.", "pick", footer=10),
    Action("pick.ship", ("S",), "Ship", "Send the shipment, with its tracking number.", "pick", writes=True, footer=11),
    Action(
        "pick.short", ("f6", "s"), "Short", "There is less than there should be: say how many.", "pick",
        writes=True, footer=12,
    ),
    Action("pick.swap", ("f7", "w"), "Swap", "Take another item of the part.", "pick", writes=True, footer=13),
    Action("pick.skip", ("f8", "k"), "Skip", "Leave it for now; it comes again at the end.", "pick", footer=14),
    Action(
        "pick.check", ("c",), "Check", "Note that you have checked the shipment, or that it is not checked.", "pick",
        writes=True, footer=15,
    ),
    Action(
        "pick.put_back", ("x",), "Put back", "Take a pick back; it goes on its shelf.", "pick", writes=True, footer=16,
    ),
    Action("pick.complete", ("D",), "Complete", "Close the order as done.", "pick", writes=True, footer=17),
    Action(
        "pick.issue", ("I",), "Issue", "Issue the order, so that it can be finished.", "pick", writes=True, footer=18,
    ),
    Action("pick.list", ("f9", "tab", "v"), "List", "Go from the prompt to the list, or back.", "pick", footer=20),
    Action(
        "pick.scans", ("f4", "t"), "Scanning", "Confirm each pick by scanning, or by Enter alone.", "pick", footer=25,
    ),
    Action(
        "pick.auto_allocate", ("W",), "Allocate all", "Have the server choose the stock for every line.", "pick",
        writes=True, footer=30,
    ),
    Action("pick.shipment", ("m",), "Shipment", "Choose the shipment to pick into.", "pick", writes=True, footer=32),
    Action("pick.close", ("backspace", "h"), "Close", "Go back to where this was opened.", "pick", footer=24),
)  # fmt: skip
