"""Commands that work everywhere."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

STOCK_VIEW = ("stock", "view")
#: InvenTree maps a POST to "add", also for count, remove and transfer.
STOCK_POST = ("stock", "add")

ACTIONS: tuple[Action, ...] = (
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
    Action(
        "app.orders",
        ("o",),
        "Orders",
        "Show the order board: what is to be bought, sold, taken back and moved.",
        "global",
        footer=58,
        argument="purchase, sales, return or transfer",
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
)
