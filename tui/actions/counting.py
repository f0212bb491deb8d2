"""Commands of counting.

The prompt takes digits, signs, letters and scans, so every command has a key that is none of these.
"""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.counts", ("n",), "Count sheet", "Choose what to count, or go on with a count.", "global",
        needs=("stock", "add"), writes=True, footer=59,
    ),
    Action(
        "count.accept", ("enter",), "Count it",
        "Take what is typed and go on: 12*24+7; +3 adds, -1 takes back, s skips, /text jumps.", "count", footer=10,
    ),
    Action("count.skip", ("f6",), "Skip", "Leave the line for now; it comes again at the end.", "count", footer=12),
    Action(
        "count.mend", ("f7",), "Refused", "Show what the server refused and what was put aside.", "count", footer=14,
    ),
    Action(
        "count.list", ("f9", "tab"), "List", "Go from the prompt to the list of lines, or back.", "count", footer=16,
    ),
    Action("count.next", ("down",), "Next", "Go to the next line without counting this one.", "count"),
    Action("count.previous", ("up",), "Line before", "Go to the line before.", "count"),
    Action(
        "count.finish", ("f8",), "Finish", "Close this count on this machine, when all of it is posted.", "count",
        footer=18,
    ),
    Action(
        "count.sounds", ("f4",), "Sounds", "Beep for what is taken and what is wrong, or be quiet.", "count", footer=40,
    ),
    Action(
        "count.close", ("backspace", "h"), "Close", "Leave; what is counted is kept, and posted all the same.", "count",
        footer=65,
    ),
)  # fmt: skip
