"""Commands of the count planner."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

#: What was expected follows from the figures: a supervisor's right.
SUPERVISOR = ("stock", "delete")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.planner", (), "Count planner", "Show what is due to be counted, and how right the record was.", "global",
        needs=SUPERVISOR,
    ),
    Action(
        "dialog.planner", ("f7",), "Planner", "Show what is due to be counted, and why.", "dialog", needs=SUPERVISOR,
        footer=16,
    ),
    Action(
        "planner.begin", ("c", "f6"), "Count", "Begin a count of what is due: all, the first, a location, a class.",
        "planner", writes=True, needs=("stock", "add"), footer=11,
    ),
    Action("planner.card", ("b",), "Part card", "Show the bin card of the part.", "planner", footer=38),
    Action("planner.location", ("g",), "Location", "Go to the location of the item.", "planner", footer=40),
    Action("planner.here", ("t",), "Only here", "List what is due at this location alone, or all.", "planner",
           footer=42),
    Action("planner.class", ("a",), "Class", "List what is due of the next class alone, or of all.", "planner",
           footer=44),
    Action("planner.close", ("backspace", "h"), "Close", "Close this.", "planner", footer=65),
)  # fmt: skip
