"""Commands of the dashboard."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.dashboard", ("d",), "Dashboard", "Show what needs you now, as numbers that open the list behind them.",
        "global",
    ),
    *(
        Action(f"dashboard.open_{digit}", (str(digit),), f"Open {digit}", f"Open the list behind number {digit}.",
               "dashboard")
        for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
    ),
    Action("dashboard.close", ("backspace", "h"), "Close", "Go back to where you came from.", "dashboard", footer=65),
)  # fmt: skip
