"""The status line: who and where, how the connection is, when the screen was last brought up to date; and notices."""

from dataclasses import dataclass

from textual import events

from tui.widgets.line import Line, Part, width_of

__all__ = ["NOTICE_STYLES", "Status", "StatusLine"]

#: Sign and style of a notice by severity; the sign says it without colour.
NOTICE_STYLES: dict[str, tuple[str, str]] = {
    "information": ("", ""),
    "good": ("OK ", "bold $good"),
    "warning": ("! ", "bold $warn"),
    "error": ("!! ", "bold $bad"),
}


@dataclass(frozen=True, slots=True)
class Status:
    """What the line shows. `connection` is "online", "offline", "retrying in 5 s", ...; `latency_ms` only online,
    `reason` only while something is wrong.
    """

    server: str = ""
    user: str = ""
    connection: str = "connecting"
    reason: str = ""
    latency_ms: int | None = None
    synced_at: str = ""
    read_only: bool = False
    notice: str = ""
    severity: str = "information"
    waiting: int = 0
    """How many counts the server does not have yet."""


class StatusLine(Line):
    """One line at the bottom; a notice takes the place of server and user until the next command."""

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; }"

    def __init__(self, status: Status, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status = status

    def update(self, status: Status) -> None:
        """Show another status; repaints only what differs on the screen."""
        self._status = status
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        width = self.content_size.width
        right = self._connection(short=width < 60)
        if not self._status.notice and width_of(self._identity()) + width_of(right) + 2 > width:
            right = self._connection(short=True)
        left = self._notice() if self._status.notice else self._identity()
        if self._status.notice and self._status.connection == "online" and width_of(left) + width_of(right) >= width:
            right = ()
        self.show(left, right)

    def _notice(self) -> tuple[Part, ...]:
        sign, style = NOTICE_STYLES[self._status.severity]
        return (sign, style), (self._status.notice, style)

    def _identity(self) -> tuple[Part, ...]:
        if self._status.reason:
            return (("! ", "bold $warn"), (self._status.reason, "bold $warn"))
        parts: list[Part] = [(self._status.user or "not signed in", "bold"), (" at ", ""), (self._status.server, "")]
        if self._status.read_only:
            parts.append(("  READ ONLY", "bold $warn"))
        return tuple(parts)

    def _connection(self, *, short: bool) -> tuple[Part, ...]:
        parts = self._link(short=short)
        waiting = self._status.waiting
        return ((f"{waiting} wait · ", "bold $warn"), *parts) if waiting else parts

    def _link(self, *, short: bool) -> tuple[Part, ...]:
        status = self._status
        if status.connection == "online":
            latency = f" {status.latency_ms} ms" if status.latency_ms is not None and not short else ""
            synced = f"{' · ' if latency else ' '}{status.synced_at}" if status.synced_at else ""
            return ("online", "$good"), (latency + synced, "$muted")
        style = "bold $bad" if status.connection == "offline" else "bold $warn"
        seen = f" · {status.synced_at}" if status.synced_at and not short else ""
        return (status.connection, style), (seen, "$muted")
