"""Count sessions and what came of them, as a review needs them: figures, what is legal, and how the server is asked.

    sessions = await load_sessions(client)
    review = await load_review(client, 7, rights)
    results = await approve(client, 7, [line.pk], "MISCOUNT", "seen twice")

Who may not see what was expected gets lines without figures, and nothing here asks for them on their behalf.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from typing import Any

from tui.api_client import ApiClient, BadAnswer
from tui.session import Session
from tui.views.formats import decimal_of

__all__ = [
    "FILTERS", "CountSession", "LineState", "Result", "Review", "ReviewLine", "Rights", "SessionState", "approve",
    "legal_for_lines", "legal_for_session", "load_parked", "load_reasons", "load_review", "load_session",
    "load_sessions", "post", "recount", "steer", "worst_first",
]  # fmt: skip

_BASE = "/plugin/bincard/count/"
#: Of the sessions that are over, the latest; of those that are open, all.
_LATEST = 50
#: Lines that are approved or posted by one request: each takes the server a transaction.
_AT_ONCE = 50
#: A list that is one array comes in one answer, whatever is asked for.
_ALL = 1_000_000


class SessionState(IntEnum):
    """How far a session is."""

    COUNTING = 10
    REVIEW = 20
    POSTED = 30
    CANCELLED = 40


class LineState(IntEnum):
    """How far a line is."""

    OPEN = 10
    COUNTED = 20
    RECOUNT = 30
    REVIEW = 40
    ACCEPTED = 50
    POSTED = 60
    REFUSED = 70
    SKIPPED = 80


#: What the lines of a review can be narrowed to: name -> (title, states); no states for all.
FILTERS: Mapping[str, tuple[str, frozenset[LineState]]] = {
    "all": ("All", frozenset()),
    "approve": ("Approve", frozenset({LineState.REVIEW})),
    "recount": ("Recount", frozenset({LineState.RECOUNT})),
    "accepted": ("Accepted", frozenset({LineState.ACCEPTED})),
    "posted": ("Posted", frozenset({LineState.POSTED})),
    "refused": ("Refused", frozenset({LineState.REFUSED})),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person may: `counts`, `leads` sessions, `approves`, and `sees` what was expected."""

    counts: bool = False
    leads: bool = False
    approves: bool = False
    sees: bool = False

    @classmethod
    def of(cls, session: Session) -> "Rights":
        """By the verbs of the role stock. A client that only reads shows a supervisor the figures all the same."""
        return cls(
            counts=session.can("stock", "add"),
            leads=session.can("stock", "change"),
            approves=session.can("stock", "delete"),
            sees=session.user is not None and session.user.can("stock", "delete"),
        )


@dataclass(frozen=True, slots=True)
class CountSession:
    """A session as the server tells it. `to_approve` and `to_post` are None for who may not know them."""

    pk: int
    reference: str
    description: str = ""
    state: int = SessionState.COUNTING
    state_text: str = ""
    blind: bool = True
    mode: str = "single"
    lines: int = 0
    counted: int = 0
    left: int = 0
    skipped: int = 0
    recount: int = 0
    found: int = 0
    parked: int = 0
    to_approve: int | None = None
    to_post: int | None = None
    counters: tuple[str, ...] = ()
    created: str = ""
    created_by: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CountSession":
        """From an answer. Raises BadAnswer."""
        try:
            figures = {name: int(row.get(name) or 0) for name in _FIGURES}
            return cls(
                pk=int(row["pk"]),
                reference=str(row.get("reference") or f"session {row['pk']}"),
                description=str(row.get("description") or ""),
                state=int(row["status"]),
                state_text=str(row.get("status_text") or ""),
                blind=bool(row.get("blind", True)),
                mode=str(row.get("mode") or "single"),
                counters=_names(row.get("counters")),
                created=str(row.get("created") or ""),
                created_by=str(row.get("created_by_name") or ""),
                to_approve=_figure(row.get("to_approve")),
                to_post=_figure(row.get("to_post")),
                **figures,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A count session was expected: {error}.", call=f"GET {_BASE}session/") from error

    @property
    def title(self) -> str:
        return f"{self.reference} {self.description}".strip()

    @property
    def is_open(self) -> bool:
        return self.state in (SessionState.COUNTING, SessionState.REVIEW)

    @property
    def progress(self) -> str:
        """ "12 of 40 counted"; what is to be counted again is not."""
        return f"{self.counted} of {self.lines} counted"

    def next_step(self, rights: Rights) -> str:
        """What can be done next, or who must do it; "" for a session that is over."""
        if self.state == SessionState.COUNTING:
            if self.left or not self.lines:
                return f"count {self.left}" if self.left else "scan"
            return "close" if rights.leads else "to be closed"
        if self.state != SessionState.REVIEW:
            return ""
        steps = [f"recount {self.recount}"] if self.recount else []
        steps += [f"approve {self.to_approve}"] if self.to_approve else []
        steps += [f"post {self.to_post}"] if self.to_post else []
        return ", ".join(steps) or ("close" if rights.approves else "in review")


_FIGURES = ("lines", "counted", "left", "skipped", "recount", "found", "parked")


def _figure(told: Any) -> int | None:
    return None if told is None else int(told)


def _names(told: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in told) if isinstance(told, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A line; all figures are None for who may not see them, and as long as nothing was judged.

    `snapshot` is what the record said when the sheet was made, `movements` what moved until the line was counted;
    both together are `expected`. `refused` says why the line could not be posted.
    """

    pk: int
    position: int = 0
    item: int | None = None
    part: int | None = None
    name: str = ""
    ipn: str = ""
    units: str = ""
    where: str = ""
    batch: str = ""
    serial: str = ""
    state: int = LineState.OPEN
    found: bool = False
    taken_by: str = ""
    snapshot: Decimal | None = None
    movements: Decimal | None = None
    expected: Decimal | None = None
    counted: Decimal | None = None
    variance: Decimal | None = None
    percent: Decimal | None = None
    value: Decimal | None = None
    abc: str = ""
    first: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
    approver: str = ""
    before: Decimal | None = None
    after: Decimal | None = None
    refused: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any], *, sees: bool) -> "ReviewLine":
        """From a row of `variances/` (`sees`) or of `line/`, of which no quantity is taken. Raises BadAnswer."""
        try:
            line = cls(
                pk=int(row["pk"]),
                position=int(row.get("position") or 0),
                item=row.get("stock_item"),
                part=row.get("part"),
                name=str(row.get("part_name") or "") or f"part {row.get('part')}",
                state=int(row["status"]),
                found=bool(row.get("found")),
                where=str(row.get("location_path") or ""),
                ipn=str(row.get("IPN") or ""),
                taken_by=str(row.get("taken_by_name") or ""),
                units=str(row.get("units") or ""),
                batch=str(row.get("batch") or ""),
                serial=str(row.get("serial") or ""),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A line of a count was expected: {error}.", call=f"GET {_BASE}line/") from error
        return line._with_figures(row) if sees else line

    def _with_figures(self, row: Mapping[str, Any]) -> "ReviewLine":
        who = row.get("counters")
        counters: Mapping[str, Any] = who if isinstance(who, Mapping) else {}
        return replace(
            self,
            snapshot=decimal_of(row.get("expected")),
            expected=decimal_of(row.get("expected_then")),
            abc=str(row.get("abc") or ""),
            first=_names(counters.get("first")),
            again=_names(counters.get("again")),
            notes=_names(counters.get("notes")),
            refused=str(row.get("refused_because") or ""),
            **{name: decimal_of(row.get(name)) for name in _QUANTITIES},  # type: ignore[arg-type]
            **{name: str(row.get(name) or "") for name in ("reason", "note", "approver")},  # type: ignore[arg-type]
        )

    @property
    def mark(self) -> str:
        """Batch or serial number, which tell it from its neighbours."""
        return f"# {self.serial}" if self.serial else self.batch


_QUANTITIES = ("movements", "counted", "variance", "percent", "value", "before", "after")


@dataclass(frozen=True, slots=True)
class Review:
    """A session with its lines; those that need somebody come first."""

    session: CountSession
    lines: tuple[ReviewLine, ...]

    def in_state(self, name: str, text: str = "") -> tuple[ReviewLine, ...]:
        """The lines that a filter lets through, those in which every word of `text` occurs."""
        states, words = FILTERS[name][1], text.casefold().split()
        return tuple(
            line
            for line in self.lines
            if (not states or line.state in states)
            and all(
                word in f"{line.name} {line.ipn} {line.where} {line.batch} {line.serial}".casefold() for word in words
            )
        )

    def number(self, *states: int) -> int:
        """How many lines are in one of the states."""
        return sum(line.state in states for line in self.lines)


_RANK: Mapping[int, int] = {
    LineState.REFUSED: 0,
    LineState.REVIEW: 0,
    LineState.RECOUNT: 1,
    LineState.ACCEPTED: 2,
    LineState.POSTED: 3,
}


def worst_first(lines: Sequence[ReviewLine]) -> tuple[ReviewLine, ...]:
    """Outside tolerance first, of these what is worth most; then what else differs; then all others as they lie."""

    def key(line: ReviewLine) -> tuple[int, Decimal, Decimal, int]:
        differs = bool(line.variance) or line.state in (LineState.REFUSED, LineState.REVIEW, LineState.RECOUNT)
        if not differs:
            return 4, Decimal(0), Decimal(0), line.position
        return (
            _RANK.get(line.state, 3),
            -abs(line.value or Decimal(0)),
            -abs(line.variance or Decimal(0)),
            line.position,
        )

    return tuple(sorted(lines, key=key))


# -- what is legal

_TO_APPROVE = frozenset({LineState.REVIEW, LineState.REFUSED})
_AGAIN = frozenset({LineState.REVIEW, LineState.ACCEPTED, LineState.REFUSED})


def legal_for_session(session: CountSession, rights: Rights, review: Review | None = None) -> frozenset[str]:
    """Of count, close, reopen, cancel and post, what can be done with a session as it is."""
    found = set()
    counting, reviewing = session.state == SessionState.COUNTING, session.state == SessionState.REVIEW
    if rights.counts and (counting or (reviewing and session.recount)):
        found.add("count")
    if rights.leads and session.is_open:
        found |= {"close", "cancel"}
    if rights.leads and reviewing and not (review is not None and review.number(LineState.POSTED)):
        found.add("reopen")
    if rights.approves and reviewing and (session.to_post or (review and review.number(LineState.ACCEPTED))):
        found.add("post")
    return frozenset(found)


def legal_for_lines(session: CountSession, lines: Collection[ReviewLine], rights: Rights) -> dict[str, list[int]]:
    """The keys of those lines that can be approved, counted again or posted, by what can be done."""
    if session.state != SessionState.REVIEW:
        return {}
    # To who may not see verdicts a line that was judged looks like one that was counted: the server knows.
    again = _AGAIN if rights.sees else _AGAIN | {LineState.COUNTED}
    states = {
        "approve": _TO_APPROVE if rights.approves else frozenset(),
        "recount": again if rights.leads else frozenset(),
        "post": frozenset({LineState.ACCEPTED}) if rights.approves else frozenset(),
    }
    found = {name: [line.pk for line in lines if line.state in among] for name, among in states.items()}
    return {name: keys for name, keys in found.items() if keys}


# -- asking the server; all raise ApiError


async def load_sessions(client: ApiClient) -> list[CountSession]:
    """Every open session, and the latest of those that are over; by state, the newest first."""
    path = f"{_BASE}session/"
    counting, reviewing, posted, cancelled = await asyncio.gather(
        client.list(path, {"status": int(SessionState.COUNTING)}),
        client.list(path, {"status": int(SessionState.REVIEW)}),
        client.page(path, 0, _LATEST, {"status": int(SessionState.POSTED)}),
        client.page(path, 0, _LATEST, {"status": int(SessionState.CANCELLED)}),
    )
    return [CountSession.of(row) for row in (*counting, *reviewing, *posted.results, *cancelled.results)]


async def load_session(client: ApiClient, pk: int) -> CountSession:
    """One session."""
    return CountSession.of(await client.get(f"{_BASE}session/{pk}/"))


async def load_review(client: ApiClient, pk: int, rights: Rights) -> Review:
    """A session with all its lines: with figures for a supervisor, else only how far they are."""
    if rights.sees:
        asked = client.list(f"{_BASE}session/{pk}/variances/", {"all": True}, limit=_ALL)
    else:
        asked = client.list(f"{_BASE}line/", {"session": pk})
    session, rows = await asyncio.gather(load_session(client, pk), asked)
    lines = [ReviewLine.of(row, sees=rights.sees) for row in rows]
    return Review(session, worst_first(lines) if rights.sees else tuple(lines))


async def load_reasons(client: ApiClient) -> list[tuple[str, str]]:
    """The reasons that can be given: (code, what it means)."""
    rows = await client.list(f"{_BASE}reason/", {"active": True})
    return [(str(row.get("code") or ""), str(row.get("label") or "")) for row in rows]


async def load_parked(client: ApiClient, pk: int) -> list[Mapping[str, Any]]:
    """The codes of a session that nobody knew: barcode, note, user_name, moment."""
    return list(await client.list(f"{_BASE}parked/", {"session": pk}))


async def steer(client: ApiClient, pk: int, what: str, *, incomplete: bool = False) -> CountSession:
    """Close (although lines are open, if `incomplete`), reopen or cancel a session."""
    body = {"accept_incomplete": True} if what == "close" and incomplete else {}
    return CountSession.of(await client.post(f"{_BASE}session/{pk}/{what}/", body))


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a line: posted, approved, recount, or refused for a reason."""

    line: int
    status: str
    reason: str = ""

    @property
    def refused(self) -> bool:
        return self.status == "refused"


async def approve(client: ApiClient, pk: int, lines: Sequence[int], reason: str, note: str) -> list[Result]:
    """Approve lines and post them; each has a result of its own."""
    bodies = [
        {"lines": [{"line": line, "reason": reason, "note": note} for line in some]} for some in _groups(lines)
    ]  # fmt: skip
    return [result for body in bodies for result in await _results(client, pk, "approve", body)]


async def post(client: ApiClient, pk: int, lines: Sequence[int]) -> list[Result]:
    """Post accepted lines; each has a result of its own."""
    return [result for some in _groups(lines) for result in await _results(client, pk, "post", {"lines": some})]


async def recount(client: ApiClient, pk: int, lines: Sequence[int]) -> list[Result]:
    """Have lines counted once more, by somebody else."""
    call = f"{_BASE}session/{pk}/recount/"
    answer = await client.post(call, {"lines": list(lines)})
    again = set(answer.get("recount") or ()) if isinstance(answer, Mapping) else set()
    said = "This line is not to be counted again now."
    return [Result(line, "recount") if line in again else Result(line, "refused", said) for line in lines]


def _groups(lines: Sequence[int]) -> list[list[int]]:
    return [list(lines[start : start + _AT_ONCE]) for start in range(0, len(lines), _AT_ONCE)]


async def _results(client: ApiClient, pk: int, what: str, body: Mapping[str, Any]) -> list[Result]:
    call = f"{_BASE}session/{pk}/{what}/"
    answer = await client.post(call, body)
    rows = answer.get("results") if isinstance(answer, Mapping) else None
    try:
        return [Result(int(row["line"]), str(row["status"]), str(row.get("reason") or "")) for row in rows or ()]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"The server does not say what became of every line: {error}.", call=f"POST {call}") from error
