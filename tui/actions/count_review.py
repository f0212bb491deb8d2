"""Commands of the board of count sessions and of the review of one."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

STOCK_VIEW = ("stock", "view")
SUPERVISOR = ("stock", "delete")
LEADER = ("stock", "change")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.sessions", (), "Count sessions", "Show the count sessions of the server: who counts, what is to review.",
        "global", needs=STOCK_VIEW,
    ),
    Action(
        "dialog.sessions", ("f9",), "Sessions", "Show the count sessions of the server instead.", "dialog", footer=12
    ),
    Action("sessions.join", ("J",), "Count in it", "Count lines of this session.", "sessions", writes=True, footer=12),
    Action("sessions.next", ("tab",), "Next filter", "Show the sessions in the next state.", "sessions", footer=24),
    Action("sessions.all", ("1",), "All", "Show all sessions.", "sessions"),
    Action("sessions.counting", ("2",), "Counting", "Show the sessions that are being counted.", "sessions"),
    Action("sessions.review", ("3",), "In review", "Show the sessions in review.", "sessions"),
    Action("sessions.over", ("4",), "Over", "Show the sessions that are posted or cancelled.", "sessions"),
    Action("sessions.close", ("backspace", "h"), "Close", "Close the board.", "sessions", footer=65),
    Action(
        "review.approve", ("a",), "Approve", "Approve the line, or the marked ones, with a reason, and post them.",
        "review", needs=SUPERVISOR, writes=True, footer=11,
    ),
    Action(
        "review.recount", ("c",), "Recount", "Have the line, or the marked ones, counted again by somebody else.",
        "review", needs=LEADER, writes=True, footer=12,
    ),
    Action(
        "review.post", ("P",), "Post", "Post what is accepted: the marked lines, or all of them.", "review",
        needs=SUPERVISOR, writes=True, footer=13,
    ),
    Action(
        "review.finish", ("D",), "Close session", "End the counting, or the review, once you have seen what is open.",
        "review", needs=LEADER, writes=True, footer=14,
    ),
    Action("review.join", ("J",), "Count in it", "Count lines of this session.", "review", writes=True, footer=15),
    Action("review.card", ("b",), "Bin card", "Show the bin card of the line's item.", "review"),
    Action("review.export", ("e",), "Save as file", "Save the sheet or the report as a file.", "review", footer=17),
    Action("review.parked", ("p",), "Parked", "Show the codes that nobody knew.", "review", footer=18),
    Action(
        "review.reopen", ("O",), "Reopen", "Go on counting; nothing is posted yet.", "review", needs=LEADER,
        writes=True, footer=20,
    ),
    Action(
        "review.cancel", ("X",), "Cancel session", "Give the session up, once you agree.", "review", needs=LEADER,
        writes=True, footer=21,
    ),
    Action("review.next", ("tab",), "Next filter", "Show the lines in the next state.", "review", footer=24),
    Action("review.all", ("1",), "All", "Show all lines.", "review"),
    Action("review.to_approve", ("2",), "To approve", "Show what is to be approved.", "review"),
    Action("review.in_recount", ("3",), "In recount", "Show what is counted again.", "review"),
    Action("review.accepted", ("4",), "Accepted", "Show what is accepted and not posted.", "review"),
    Action("review.posted", ("5",), "Posted", "Show what is posted.", "review"),
    Action("review.refused", ("6",), "Refused", "Show what could not be posted.", "review"),
    Action("review.close", ("backspace", "h"), "Close", "Close the review.", "review", footer=65),
)  # fmt: skip
