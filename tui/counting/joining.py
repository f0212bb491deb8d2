"""What a server offers those who begin a count: sessions of a Bincard server that can be joined, how far they are and
who counts; and whether what is expected may be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.api_errors import BadAnswer, NotFound
from tui.counting.book import MODES
from tui.counting.others import REVIEW
from tui.session import Session

__all__ = ["OpenSession", "may_show_expected", "open_sessions"]

_CALL = "/plugin/bincard/count/open/"
_OPEN_ALLOWED = "plugins/bincard/settings/COUNT_OPEN_ALLOWED/"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`recount` is how many lines of a session in review this user may count again."""

    pk: int
    name: str
    in_review: bool
    mode: str
    lines: int
    left: int
    recount: int
    counters: tuple[str, ...]

    @classmethod
    def of_answer(cls, row: Mapping[str, Any]) -> "OpenSession":
        """Raises KeyError, TypeError, ValueError."""
        return cls(
            pk=int(row["pk"]),
            name=" ".join(filter(None, (str(row["reference"]), str(row["description"] or "")))),
            in_review=row["status"] == REVIEW,
            mode=str(row["mode"]),
            lines=int(row["lines"]),
            left=int(row["left"]),
            recount=int(row["recount"]),
            counters=tuple(str(name) for name in row["counters"]),
        )

    @property
    def verb(self) -> str:
        return "Recount" if self.in_review else "Join"

    @property
    def figures(self) -> str:
        """ "12 of 40 counted, ann, bob; what several find adds up"."""
        if self.in_review and not self.recount:
            return "in review: nothing for you to count again"
        if self.in_review:
            return f"{self.recount} to count again"
        parts = [f"{self.lines - self.left} of {self.lines} counted", *self.counters]
        mode = f"; {MODES.get(self.mode, self.mode)}" if self.mode != "single" else ""
        return ", ".join(parts) + mode


async def open_sessions(session: Session) -> list[OpenSession]:
    """Those there are, the newest first. Raises ApiError."""
    rows = await session.client.list(_CALL)
    try:
        return [OpenSession.of_answer(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"Count sessions were expected: {error}.", call=f"GET {_CALL}") from error


async def may_show_expected(session: Session) -> bool:
    """Whether this user may begin a count that shows what is expected: by the role, and by the setting of a Bincard
    server; a plain InvenTree has none. Raises ApiError."""
    if not session.can("stock", "change") or not session.is_bincard:
        return session.can("stock", "change")
    try:
        setting = await session.client.get(_OPEN_ALLOWED)
    except NotFound:
        return False
    return isinstance(setting, Mapping) and setting.get("value") == "yes"
