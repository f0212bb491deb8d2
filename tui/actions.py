"""Every command of the client, declared once.

The key map, the footer, the help screen, the `:` commands and the palette are all made from `ACTIONS`; nothing else
names a key. A command is carried out by the method `do_<id>` (dots become underscores) of the current screen, or of
the app when the screen has none. Pure data: importing this costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ACTIONS", "BY_ID", "SCOPES", "Action", "by_command", "handler_name"]

SCOPES = {
    "global": "Everywhere",
    "list": "In lists",
    "stock": "Stock",
    "item": "The item under the cursor, or the marked items",
    "card": "Bin card",
    "filter": "While typing a filter",
    "dialog": "In dialogs",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A command: what it is called, which keys start it, where it is offered and who may use it.

    `keys` are characters as typed (`c`, `?`) or names (`f5`, `enter`, `alt+left`). `needs` is a role and a verb as the
    server names them. `footer` is the rank among the keys shown at the bottom, 0 for not shown. `argument` says what
    the `:` command takes after its name, "" for nothing.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: str
    needs: tuple[str, str] | None = None
    writes: bool = False
    footer: int = 0
    argument: str = ""

    @property
    def command(self) -> str:
        """The name typed after `:`: the last part of the id."""
        return self.id.rpartition(".")[2]


STOCK_VIEW = ("stock", "view")
#: InvenTree maps a POST to "add", also for count, remove and transfer.
STOCK_POST = ("stock", "add")

ACTIONS: tuple[Action, ...] = (
    # Everywhere
    Action("app.help", ("?", "f1"), "Help", "Show what every key does here.", "global", footer=90),
    Action("app.command", (":",), "Command", "Type a command by name; Tab completes it.", "global", footer=85),
    Action("app.palette", ("ctrl+p", "f2"), "Commands", "Search all commands that work here.", "global", footer=86),
    Action(
        "app.find",
        ("f", "f3"),
        "Find",
        "Find a part, item, location or supplier part by any code or name; also takes a scan.",
        "global",
        needs=STOCK_VIEW,
        footer=30,
        argument="text",
    ),
    Action("app.refresh", ("r", "f5"), "Refresh", "Ask the server again; the cursor stays where it is.", "global"),
    Action("app.back", ("[", "alt+left"), "Back", "Go back to the place before.", "global", footer=70),
    Action("app.forward", ("]", "alt+right"), "Forward", "Go forward again after going back.", "global"),
    Action("app.jump", ("'",), "Jump", "Label the panes and fields; the label's key goes there.", "global"),
    Action(
        "app.undo",
        ("u",),
        "Undo",
        "Take back your own last posting by an opposite entry, after showing it.",
        "global",
        needs=STOCK_POST,
        writes=True,
        footer=60,
    ),
    Action("app.repaint", ("ctrl+l",), "Repaint", "Draw the whole screen anew.", "global"),
    Action("app.theme", (), "Theme", "Change the colours.", "global", argument="name"),
    Action("app.signin", (), "Sign in", "Sign in as somebody else or at another server.", "global"),
    Action("app.signout", (), "Sign out", "Forget the saved token and show the sign-in screen.", "global"),
    Action("app.cancel", ("escape",), "Cancel", "Stop what is being loaded, clear the filter or the marks.", "global"),
    Action("app.quit", ("q", "f10"), "Quit", "Leave Bincard.", "global", footer=95),
    # Lists
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
    # Stock
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
    # Items
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
    # Bin card
    Action("card.items", ("i",), "Items", "Show where the part lies: its stock items.", "card", footer=45),
    Action("card.part", ("b",), "Part card", "Show the bin card of the whole part.", "card", footer=38),
    Action("card.location", ("g",), "Location", "Go to the location of the item.", "card", footer=40),
    Action("card.close", ("backspace", "h"), "Close", "Close the bin card.", "card", footer=65),
    # Filter
    Action("filter.accept", ("enter", "down", "tab"), "Keep filter", "Go back to the rows.", "filter", footer=10),
    Action("filter.clear", ("escape",), "Clear filter", "Show all rows again.", "filter", footer=20),
    # Dialogs
    Action("dialog.accept", ("enter",), "Go on", "Take the answer and go on.", "dialog", footer=10),
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

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def by_command(name: str, among: Iterable[Action]) -> Action | None:
    """The action of `among` called `name` after `:`: by its short name or its id; a unique beginning will do."""
    candidates = [action for action in among if name in (action.command, action.id)]
    if not candidates:
        candidates = [action for action in among if action.command.startswith(name)]
    return candidates[0] if len(candidates) == 1 else None


def handler_name(action: Action) -> str:
    """The method that carries the action out."""
    return "do_" + action.id.replace(".", "_")
