"""The status line: who and where, how the connection is, when the screen was last brought up to date; and notices."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size

from tui.safe_text import safe
from tui.widgets.cutting import wrap
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
    alerts: int = 0
    """How many alerts are open; `critical` of them are."""
    critical: int = 0

    @property
    def is_urgent(self) -> bool:
        """Whether it says something that is to be seen even where there is hardly room."""
        return bool(self.notice or self.reason) or self.connection not in ("online", "connecting")


class StatusLine(Line):
    """One line at the bottom; a notice takes the place of server and user until the next command.

    On a screen of few lines it is at the top, and there only while it says something: in several lines if need be.
    """

    LINES_AT_MOST = 3

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; }"

    def __init__(self, status: Status, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status = status

    def update(self, status: Status) -> None:
        """Show another status; repaints only what differs on the screen."""
        self._status = status
        self._fit()
        if self._is_low:
            self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    @property
    def _is_low(self) -> bool:
        return self.screen.has_class("-low")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._said(width))

    def render(self) -> Content:
        if not self._is_low:
            return super().render()
        style = next((style for _, style in self._message() if style), "")
        return Content("\n".join(self._said(self.content_size.width))).stylize(style)

    def _said(self, width: int) -> list[str]:
        return wrap(safe("".join(text for text, _ in self._message())), width, self.LINES_AT_MOST)

    def _message(self) -> tuple[Part, ...]:
        """What there is to say where there is room for one thing."""
        if self._status.notice:
            return self._notice()
        return self._identity() if self._status.reason else self._connection(short=True)

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
        parts = (*self._alerts(short=short), *self._link(short=short))
        waiting = self._status.waiting
        # One line on its way is no news, and telling it costs more than the line itself.
        if waiting < 2 and self._status.connection == "online":
            return parts
        return ((f"{waiting} wait · ", "bold $warn"), *parts) if waiting else parts

    def _alerts(self, *, short: bool) -> tuple[Part, ...]:
        """How many alerts are open: `!!2 of 14 alerts` where some are critical, `!14 alerts`; nothing for none."""
        alerts, critical = self._status.alerts, self._status.critical
        if not alerts:
            return ()
        some = critical and critical != alerts and not short
        figures = f"!!{critical} of {alerts}" if some else f"!!{alerts}" if critical else f"!{alerts}"
        word = "" if short else " alerts" if alerts > 1 else " alert"
        return (f"{figures}{word}", "bold $bad" if critical else "bold $warn"), (" · ", "$muted")

    def _link(self, *, short: bool) -> tuple[Part, ...]:
        status = self._status
        if status.connection == "online":
            latency = f" {status.latency_ms} ms" if status.latency_ms is not None and not short else ""
            synced = f"{' · ' if latency else ' '}{status.synced_at}" if status.synced_at else ""
            return ("online", "$good"), (latency + synced, "$muted")
        style = "bold $bad" if status.connection == "offline" else "bold $warn"
        seen = f" · {status.synced_at}" if status.synced_at and not short else ""
        return (status.connection, style), (seen, "$muted")
