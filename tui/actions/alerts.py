"""Commands of the alert board."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

STOCK_POST = ("stock", "add")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.alerts", ("!",), "Alerts", "Show what is wrong, the worst and newest first, as it happens.", "global",
        argument="a kind, as low_stock",
    ),
    Action(
        "alerts.acknowledge", ("a",), "Acknowledge", "Say that you know of it and see to it; of the marked ones too.",
        "alerts", writes=True, footer=11,
    ),
    Action(
        "alerts.snooze", ("z",), "Snooze", "Let it rest for a while; it comes back if its cause still stands.",
        "alerts", writes=True, footer=12,
    ),
    Action(
        "alerts.resolve", ("D",), "Resolve", "Say that it is done with, with a note.", "alerts", writes=True, footer=13
    ),
    Action("alerts.newest", ("N",), "New ones", "Go to the alerts that came in above.", "alerts", footer=9),
    Action(
        "alerts.count_it", ("c", "f6"), "Count", "Count the item, the location or the part.", "alerts",
        needs=STOCK_POST, writes=True, footer=14,
    ),
    Action(
        "alerts.order_it", ("O",), "Order", "Order the part.", "alerts", needs=("purchase_order", "add"), writes=True,
        footer=15,
    ),
    Action(
        "alerts.receive_it", ("R",), "Receive", "Receive the order.", "alerts", needs=("purchase_order", "change"),
        writes=True, footer=16,
    ),
    Action("alerts.card", ("b",), "Bin card", "Show the bin card of the item or the part.", "alerts", footer=18),
    Action("alerts.location", ("g",), "Location", "Go to the location.", "alerts"),
    Action("alerts.history", ("e",), "History", "Show what became of it: who did what, and when.", "alerts", footer=19),
    Action("alerts.group", ("t",), "Group", "Group by kind, by location, or not.", "alerts", footer=22),
    Action("alerts.kind", ("k",), "Kind", "Show one kind of alerts alone, or all.", "alerts", footer=23),
    Action("alerts.worse", ("w",), "Severity", "Show from warnings on, only critical ones, or all.", "alerts",
           footer=24),
    Action("alerts.next", ("tab",), "Next state", "Show the alerts in the next state.", "alerts", footer=25),
    Action("alerts.all", ("1",), "To do", "Show all that are not resolved.", "alerts"),
    Action("alerts.unseen", ("2",), "Open", "Show those that nobody has seen to.", "alerts"),
    Action("alerts.acknowledged", ("3",), "Acknowledged", "Show those that somebody sees to.", "alerts"),
    Action("alerts.snoozed", ("4",), "Snoozed", "Show those that rest.", "alerts"),
    Action("alerts.resolved", ("5",), "Resolved", "Show those that were resolved last.", "alerts"),
    Action("alerts.close", ("backspace", "h"), "Close", "Go back to where you came from.", "alerts", footer=65),
)  # fmt: skip
