"""Commands of dialogs."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]


ACTIONS: tuple[Action, ...] = (
    Action("dialog.accept", ("enter",), "Go on", "Take the answer and go on.", "dialog", footer=10),
    Action("dialog.save", ("f2",), "Save", "Save what is typed, wherever the cursor is.", "dialog", footer=12),
    Action("dialog.cancel", ("escape",), "Cancel", "Close without changing anything.", "dialog", footer=20),
    Action(
        "dialog.tab", ("tab",), "Next field", "Go to the next field, or complete what is typed.", "dialog", footer=30
    ),
    Action("dialog.tab_back", ("shift+tab",), "Field before", "Go to the field before.", "dialog"),
    Action("dialog.down", ("down",), "Down", "Go to the next line or field.", "dialog"),
    Action("dialog.up", ("up",), "Up", "Go to the line or field before.", "dialog"),
    Action("dialog.toggle", ("space",), "Tick", "Tick or untick the line.", "dialog", footer=15),
    Action(
        "dialog.allow", ("f8",), "Allow allocated", "Let what is allocated to orders be removed.", "dialog", footer=16
    ),
    Action("dialog.page_down", ("pagedown",), "Page down", "Go a page down.", "dialog"),
    Action("dialog.page_up", ("pageup",), "Page up", "Go a page up.", "dialog"),
    Action("dialog.help", ("f1",), "Help", "Show what every key does here.", "dialog"),
)
