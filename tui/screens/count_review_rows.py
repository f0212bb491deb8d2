"""The lines of a variance review as rows of a table, and what is said of the one under the cursor."""

from collections.abc import Callable, Mapping, Sequence

from tui.counting.review import CountSession, LineState, ReviewLine, Rights, SessionState
from tui.screens.count_rows import end_of
from tui.views.formats import money, quantity, signed
from tui.widgets.columns import Column

__all__ = ["figures_of", "line_columns", "session_columns", "story_of", "who_of"]

#: Sign and word of each state; the sign says it without colour.
_STATES: Mapping[int, tuple[str, str]] = {
    LineState.OPEN: ("", "open"),
    LineState.COUNTED: ("+", "counted"),
    LineState.RECOUNT: ("!", "recount"),
    LineState.REVIEW: ("!!", "approve"),
    LineState.ACCEPTED: ("ok", "accepted"),
    LineState.POSTED: ("=", "posted"),
    LineState.REFUSED: ("!!", "REFUSED"),
    LineState.SKIPPED: ("~", "later"),
}
_HINTS: Mapping[int, str] = {
    LineState.REVIEW: "bad", LineState.REFUSED: "bad", LineState.RECOUNT: "warn", LineState.ACCEPTED: "good",
    LineState.POSTED: "muted",
}  # fmt: skip
_BATCH_ROOM = 12
_WIDE = 140


def _state(line: ReviewLine) -> str:
    sign, word = _STATES.get(line.state, ("", f"state {line.state}"))
    return f"{sign:<2} {word}"


def _hint(line: ReviewLine) -> str:
    return _HINTS.get(line.state, "")


def _variance_hint(line: ReviewLine) -> str:
    """Not by colour alone: the sign of the state stands beside it."""
    return "bad" if line.variance and _hint(line) in ("bad", "warn") else "strong" if line.variance else "number"


def line_columns(rights: Rights, width: int = _WIDE) -> tuple[Column, ...]:
    """The columns for a screen of this width; figures only for who may see them."""
    room = 16 if width >= _WIDE else 10
    state = Column("state", "State", _state, width=11, priority=1, hint=_hint)
    part = Column("part", "Part", lambda line: line.name, width=22, min_width=12, flex=3, priority=1)
    where = Column(
        "where", "Location", lambda line: end_of(line.where, room), width=16, min_width=10, flex=2, priority=3
    )
    mark = Column("mark", "Batch/serial", lambda line: line.mark, width=_BATCH_ROOM, min_width=8, priority=7)
    if not rights.sees:
        taken = Column("taken", "At it", lambda line: line.taken_by, width=12, min_width=8, priority=4)
        ipn = Column("ipn", "IPN", lambda line: line.ipn, width=14, min_width=8, priority=6)
        return state, part, where, mark, taken, ipn
    return (
        Column(
            "variance", "Variance", lambda line: signed(line.variance), width=10, min_width=8, align="right",
            priority=0, hint=_variance_hint,
        ),
        state, part, where,
        _figure("counted", "Counted", lambda line: quantity(line.counted), 9, 2),
        _figure("expected", "Expected", lambda line: quantity(_expected(line)), 9, 2),
        _figure("moved", "Moved", lambda line: signed(line.movements) if line.movements else "", 7, 5),
        _figure("value", "Value", lambda line: money(line.value) if line.value else "", 10, 4),
        Column("abc", "Cl", lambda line: line.abc, width=2, priority=8),
        mark,
        Column("first", "By", lambda line: ", ".join(line.first), width=11, min_width=7, priority=9),
        Column("again", "Again", lambda line: ", ".join(line.again), width=11, min_width=7, priority=9),
        Column("reason", "Reason", lambda line: line.reason, width=12, min_width=8, priority=10),
    )  # fmt: skip


def _figure(key: str, title: str, text: Callable[[ReviewLine], str], width: int, priority: int) -> Column:
    return Column(key, title, text, width=width, min_width=width, align="right", priority=priority, hint="number")


def _expected(line: ReviewLine) -> object:
    """What was expected when it was counted; before that, what the sheet says."""
    return line.expected if line.expected is not None else line.snapshot


def figures_of(line: ReviewLine) -> str:
    """How the variance comes about, in a sentence; "" where there are no figures."""
    if line.snapshot is None:
        return ""
    unit = f" {line.units}" if line.units else ""
    if line.expected is None:
        return f"{quantity(line.snapshot)}{unit} on the sheet, not judged yet"
    why = ""
    if line.movements:
        why = f" = {quantity(line.snapshot)} on the sheet, {signed(line.movements)} moved meanwhile"
    text = f"counted {quantity(line.counted)}{unit}, expected {quantity(line.expected)}{why}"
    if not line.variance:
        return f"no variance: {text}"
    percent = f" ({signed(line.percent)} %)" if line.percent is not None else ""
    value = f", worth {money(line.value)}" if line.value is not None else ""
    return f"{signed(line.variance)}{percent}{value}: {text}"


def who_of(line: ReviewLine) -> str:
    """Who did what, in a sentence."""
    said = [f"counted by {', '.join(line.first)}" if line.first else ""]
    said.append(f"again by {', '.join(line.again)}" if line.again else "")
    said.append(f"class {line.abc}" if line.abc else "")
    said.append(f"{line.taken_by} is at it" if line.taken_by else "")
    said.append("found by a scan" if line.found else "")
    return " · ".join(filter(None, said))


def story_of(line: ReviewLine) -> str:
    """What was decided: approver, reason, before, after, notes."""
    said = [f"approved by {line.approver}" if line.approver else "", line.reason, line.note]
    if line.before is not None and line.after is not None:
        said.append(f"posted {quantity(line.before)} -> {quantity(line.after)}")
    said += line.notes
    return " · ".join(filter(None, said))


# -- sessions

_SESSION_SIGNS: Mapping[int, str] = {
    SessionState.COUNTING: ">>", SessionState.REVIEW: "!!", SessionState.POSTED: "=", SessionState.CANCELLED: "x",
}  # fmt: skip
_SESSION_HINTS: Mapping[int, str] = {SessionState.COUNTING: "good", SessionState.REVIEW: "warn"}


def _session_state(session: CountSession) -> str:
    return f"{_SESSION_SIGNS.get(session.state, ''):<2} {session.state_text.lower()}"


def _session_hint(session: CountSession) -> str:
    return _SESSION_HINTS.get(session.state, "muted")


def _aside(session: CountSession) -> str:
    """What was found and what was put aside, "2/1"; "" for neither."""
    return f"{session.found}/{session.parked}" if session.found or session.parked else ""


def session_columns(rights: Rights) -> Sequence[Column]:
    """The columns of the board."""
    return (
        Column("reference", "Session", lambda one: one.reference, width=9, min_width=8, priority=0),
        Column("state", "State", _session_state, width=12, priority=1, hint=_session_hint),
        Column("next", "Next", lambda one: one.next_step(rights), width=32, min_width=18, flex=1, priority=2,
               hint="strong"),
        Column("what", "What", lambda one: one.description, width=24, min_width=12, flex=3, priority=3),
        Column("progress", "Counted", lambda one: f"{one.counted}/{one.lines}", width=9, min_width=7, align="right",
               priority=2),
        Column("who", "Who counts", lambda one: ", ".join(one.counters), width=20, min_width=10, flex=2, priority=4),
        Column("aside", "Found/parked", _aside, width=12, align="right", priority=6),
        Column("by", "Made by", lambda one: one.created_by, width=10, priority=8),
        Column("made", "Made", lambda one: one.created[:10], width=10, priority=7, hint="muted"),
    )  # fmt: skip
