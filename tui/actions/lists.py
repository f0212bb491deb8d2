"""Commands of lists and of what filters them."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]


ACTIONS: tuple[Action, ...] = (
    Action("list.open", ("enter",), "Open", "Open what the cursor is on.", "list", footer=10),
    Action("list.pane", ("tab",), "Other pane", "Go to the other pane.", "list", footer=33),
    Action("list.filter", ("/", "f4"), "Filter", "Show only what matches; type and see.", "list", footer=35),
    Action("list.sort", ("s",), "Sort", "Choose the column to sort by.", "list", footer=55, argument="column"),
    Action("list.reverse", ("S",), "Reverse", "Turn the order round.", "list"),
    Action("list.columns", ("C",), "Columns", "Choose the columns to show.", "list", argument="columns"),
    Action("list.mark", ("space",), "Mark", "Mark or unmark the row and go to the next.", "list", footer=50),
    Action("list.range", ("v",), "Mark range", "Mark all rows from the last mark to the cursor.", "list"),
    Action("list.unmark", ("U",), "Unmark all", "Take away all marks.", "list"),
    Action("list.yank_row", ("y",), "Copy row", "Copy the row to the clipboard.", "list"),
    Action("list.yank_cell", ("Y",), "Copy cell", "Choose one value of the row and copy it.", "list"),
    Action("list.yank_table", ("ctrl+y",), "Copy table", "Copy the rows known so far, with headings.", "list"),
    Action("filter.accept", ("enter", "down", "tab"), "Keep filter", "Go back to the rows.", "filter", footer=10),
    Action("filter.clear", ("escape",), "Clear filter", "Show all rows again.", "filter", footer=20),
)
