"""What a review makes of the server's answers: what is legal, what comes first, and what may be known."""

import stat
from decimal import Decimal
from pathlib import Path

import pytest

from tui.api_client import BadAnswer
from tui.counting.papers import Paper, default_path, papers_for, save, target
from tui.counting.review import (
    CountSession,
    LineState,
    Review,
    ReviewLine,
    Rights,
    SessionState,
    legal_for_lines,
    legal_for_session,
    worst_first,
)

SUPERVISOR = Rights(counts=True, leads=True, approves=True, sees=True)
LEADER = Rights(counts=True, leads=True)
COUNTER = Rights(counts=True)
READER = Rights()


def session(state: int = SessionState.REVIEW, **more: object) -> CountSession:
    return CountSession.of({"pk": 1, "reference": "CS-0001", "status": state, **more})


def line(pk: int, state: LineState, variance: float | None = None, value: float | None = None) -> ReviewLine:
    row = {"pk": pk, "position": pk, "status": int(state), "variance": variance, "value": value, "part": 1}
    return ReviewLine.of(row, sees=True)


def test_what_is_outside_tolerance_comes_first_and_what_is_worth_most_before_the_rest() -> None:
    lines = [
        line(1, LineState.ACCEPTED, 0, 0), line(2, LineState.RECOUNT, -1, -500), line(3, LineState.REVIEW, 3, 20),
        line(4, LineState.OPEN), line(5, LineState.REVIEW, -900, None), line(6, LineState.ACCEPTED, 1, 0.5),
        line(7, LineState.REFUSED, -2, -80), line(8, LineState.POSTED, 4, 9000),
    ]  # fmt: skip
    assert [each.pk for each in worst_first(lines)] == [7, 3, 5, 2, 6, 8, 1, 4]


@pytest.mark.parametrize(
    ("state", "rights", "legal"),
    [
        (SessionState.COUNTING, SUPERVISOR, {"count", "close", "cancel"}),
        (SessionState.COUNTING, LEADER, {"count", "close", "cancel"}),
        (SessionState.COUNTING, COUNTER, {"count"}),
        (SessionState.COUNTING, READER, set()),
        (SessionState.REVIEW, SUPERVISOR, {"count", "close", "cancel", "reopen", "post"}),
        (SessionState.REVIEW, LEADER, {"count", "close", "cancel", "reopen"}),
        (SessionState.REVIEW, COUNTER, {"count"}),
        (SessionState.POSTED, SUPERVISOR, set()),
        (SessionState.CANCELLED, SUPERVISOR, set()),
    ],
)
def test_what_is_legal_follows_state_and_role(state: int, rights: Rights, legal: set[str]) -> None:
    told = session(state, recount=1, to_post=2 if rights.sees else None)
    assert legal_for_session(told, rights) == legal


def test_nothing_is_reopened_once_a_line_is_posted() -> None:
    now = session()
    assert "reopen" in legal_for_session(now, LEADER, Review(now, (line(1, LineState.REVIEW),)))
    assert "reopen" not in legal_for_session(now, LEADER, Review(now, (line(1, LineState.POSTED),)))


def test_of_several_lines_those_are_taken_for_which_it_is_legal() -> None:
    lines = [line(pk, state) for pk, state in enumerate(LineState)]
    keys = {state: pk for pk, state in enumerate(LineState)}
    legal = legal_for_lines(session(), lines, SUPERVISOR)
    assert legal["approve"] == [keys[LineState.REVIEW], keys[LineState.REFUSED]]
    assert legal["recount"] == [keys[LineState.REVIEW], keys[LineState.ACCEPTED], keys[LineState.REFUSED]]
    assert legal["post"] == [keys[LineState.ACCEPTED]]
    # To a leader who may not see verdicts a judged line looks counted.
    assert legal_for_lines(session(), [line(9, LineState.COUNTED)], LEADER) == {"recount": [9]}
    assert legal_for_lines(session(), lines, COUNTER) == {}
    assert legal_for_lines(session(SessionState.COUNTING), lines, SUPERVISOR) == {}


def test_who_may_not_see_gets_no_figure_even_from_an_answer_that_has_them() -> None:
    row = {"pk": 1, "part": 1, "status": 20, "expected": 77, "expected_then": 77, "counted": 70, "variance": -7,
           "percent": -9, "value": -3, "movements": 1, "before": 77, "after": 70, "abc": "A"}  # fmt: skip
    assert "77" not in repr(ReviewLine.of(row, sees=False))
    assert ReviewLine.of(row, sees=True).expected == Decimal(77)


def test_the_next_step_of_a_session() -> None:
    assert session(SessionState.COUNTING, lines=5, left=3).next_step(COUNTER) == "count 3"
    assert session(SessionState.COUNTING, lines=5).next_step(COUNTER) == "to be closed"
    assert session(SessionState.COUNTING, lines=5).next_step(LEADER) == "close"
    assert session(recount=2, to_approve=1, to_post=4).next_step(SUPERVISOR) == "recount 2, approve 1, post 4"
    assert session(recount=0).next_step(COUNTER) == "in review"
    assert session(SessionState.POSTED).next_step(SUPERVISOR) == ""


@pytest.mark.parametrize("row", [{}, {"pk": "x", "status": 10}, {"pk": 1, "status": None}])
def test_an_answer_that_is_no_session_or_line_is_said_to_be_none(row: dict[str, object]) -> None:
    with pytest.raises(BadAnswer):
        CountSession.of(row)
    with pytest.raises(BadAnswer):
        ReviewLine.of(row, sees=True)


def test_papers_are_for_who_may_see_them_and_named_after_the_session() -> None:
    assert {paper.kind for paper in papers_for(COUNTER)} == {"sheet"}
    assert {paper.kind for paper in papers_for(SUPERVISOR)} == {"sheet", "report"}
    hostile = CountSession.of({"pk": 3, "status": 10, "reference": "../../etc/x\x1b[2J"})
    path = default_path(hostile, Paper("report", "csv"))
    assert path.parent == Path.cwd() and path.name == "_.._etc_x__2J-report.csv"


def test_a_file_is_private_and_never_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    save(target(str(path), overwrite=False), b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        target(str(path), overwrite=False)
    with pytest.raises(FileExistsError):
        save(path, b"two")
    assert path.read_bytes() == b"one"
    save(target(str(path), overwrite=True), b"2", overwrite=True)
    assert path.read_bytes() == b"2"
