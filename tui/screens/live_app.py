"""What the app does to follow the server: it begins once the first screen is there, shows the count of open alerts, and
opens the alert board and the dashboard.

Mixed into the app. What following needs is imported when it begins, so that the start of the client costs none of it.
"""

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.history import Place
from tui.screens.count_offer import CountApp

if TYPE_CHECKING:
    from tui.live.live import Live
    from tui.widgets.status_line import Status

__all__ = ["LiveApp"]

#: Seconds after the session was opened: by then the first screen is loaded.
_LATER = 1.0


class LiveApp(CountApp):
    """The part of the app that follows the server."""

    status: "Status"
    _live: "Live | None" = None
    _live_timer: Timer | None = None

    def begin_live(self) -> None:
        """Follow the session's server: in a moment, or at once where a screen waits for it already."""
        if self._live is not None:
            self.start_live()
        elif self.launch.options.live and self._live_timer is None:
            self._live_timer = self.set_timer(_LATER, self.start_live)

    def start_live(self) -> None:
        """Follow it now; where the settings say not to, only what is asked for is read. Not before signing in."""
        self._live_timer = None
        if self.session.user is not None:
            self.live.start(follow=self.launch.options.live)

    @property
    def live(self) -> "Live":
        """What is known of the server; made when it is first wanted, also where nothing is followed."""
        if self._live is None:
            from tui.live.live import Live

            self._live = Live(self.session, poll=self.launch.options.live_poll)
            self._live.subscribe(self._live_told)
        return self._live

    def _live_told(self) -> None:
        if self._live is None:
            return
        counts = self._live.summary.counts
        before = self.status
        if (counts.open, counts.critical) == (before.alerts, before.critical):
            return
        self.set_status(alerts=counts.open, critical=counts.critical)
        if counts.critical > before.critical and self.launch.options.alert_bell:
            self.bell()

    async def close_live(self) -> None:
        """Stop: the session ends, or belongs to somebody else from now on."""
        timer, self._live_timer = self._live_timer, None
        if timer is not None:
            timer.stop()
        live, self._live = self._live, None
        if live is not None:
            await live.aclose()
            if self.is_running:
                self.set_status(alerts=0, critical=0)

    async def do_app_alerts(self, kind: str = "") -> None:
        """Show what is wrong."""
        await self.go(Place("alerts", "alert", None, title="Alerts", text=f":{kind}" if kind else ""))

    async def do_app_dashboard(self) -> None:
        """Show what needs somebody now."""
        await self.go(Place("dashboard", "", None, title="Dashboard"))
