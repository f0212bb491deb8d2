"""Commands of the audit."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.audit", ("L",), "Audit", "Show who changed what, when, before and after: of what is here, or of all.",
        "global", footer=68, argument="words, who:name, since:7d ...",
    ),
    Action("audit.mine", ("w",), "This person", "Show only what the person of this change did.", "audit", footer=20),
    Action("audit.all", ("0",), "All", "Show the changes of everything again.", "audit", footer=22),
    Action("audit.day", ("t",), "This day", "Show only what happened on the day of this change.", "audit", footer=24),
    Action("audit.detail", ("tab",), "Details", "Go to the details of the change, or back.", "audit", footer=26),
    Action("audit.save", ("e",), "Save as file", "Save all that is shown as CSV or XLSX.", "audit", footer=28),
    Action("audit.card", ("b",), "Bin card", "Show the bin card of the part.", "audit", footer=38),
    Action("audit.close", ("backspace", "h"), "Close", "Go back to where you came from.", "audit", footer=65),
)  # fmt: skip
