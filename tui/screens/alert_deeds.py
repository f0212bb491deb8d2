"""What is done with alerts on the board: acknowledge, snooze, resolve, and the history of one."""

from collections.abc import Sequence
from datetime import datetime

from textual import work
from textual.content import Content
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.live.alerts import Alert, legal
from tui.live.book import Step, load_history, send_deed
from tui.screens.alert_causes import AlertCauses

__all__ = ["AlertDeeds"]

_DONE = {"acknowledge": "acknowledged", "snooze": "snoozed", "resolve": "resolved"}


class AlertDeeds(AlertCauses):
    """The commands that change alerts: the marked ones, or the one under the cursor."""

    class Sent(Message):
        """What came of it: the keys that were changed, and why the others were not."""

        def __init__(self, deed: str, changed: list[int], refused: dict[int, str], problem: str = "") -> None:
            super().__init__()
            self.deed = deed
            self.changed = changed
            self.refused = refused
            self.problem = problem

    class HistoryRead(Message):
        """What became of an alert, or why that is not known."""

        def __init__(self, alert: Alert, steps: Sequence[Step], problem: str = "") -> None:
            super().__init__()
            self.alert = alert
            self.steps = steps
            self.problem = problem

    def chosen(self, deed: str) -> list[Alert]:
        """The alerts that a deed is for: of the marked ones, or of the one under the cursor, those that allow it."""
        return [
            row for row in self.table.chosen_rows
            if isinstance(row, Alert) and legal(row, deed) and self._may(row)
        ]  # fmt: skip

    def _may(self, alert: Alert) -> bool:
        user = self.bincard.session.user
        if alert.role:
            return self.bincard.session.can(alert.role, "change")
        return user is not None and (user.is_staff or user.is_superuser)

    def offers(self, action: Action) -> bool:
        match action.id:
            case "alerts.acknowledge" | "alerts.snooze" | "alerts.resolve":
                return bool(self.chosen(action.command))
            case "alerts.history":
                return self.alert is not None and not self.alert.local
            case _:
                return super().offers(action)

    def _named(self, alerts: Sequence[Alert]) -> str:
        return f"{len(alerts)} alerts" if len(alerts) > 1 else f"“{alerts[0].title}”"

    def do_alerts_acknowledge(self) -> None:
        """Say that somebody sees to it."""
        self._send("acknowledge", self.chosen("acknowledge"))

    async def do_alerts_snooze(self) -> None:
        """Ask for how long, and let it rest."""
        from tui.screens.alert_dialogs import snooze_picker

        alerts = self.chosen("snooze")

        def snooze(hours: int | None) -> None:
            if hours is not None:
                self._send("snooze", alerts, hours=hours)

        await self.bincard.push_screen(snooze_picker(self._named(alerts), datetime.now().astimezone()), snooze)

    async def do_alerts_resolve(self) -> None:
        """Ask for a note, and close it."""
        from tui.screens.alert_dialogs import NoteDialog

        alerts = self.chosen("resolve")

        def resolve(note: str | None) -> None:
            if note is not None:
                self._send("resolve", alerts, note=note)

        await self.bincard.push_screen(NoteDialog(f"Resolve {self._named(alerts)}", "Resolve"), resolve)

    @work(group="deed")
    async def _send(self, deed: str, alerts: Sequence[Alert], *, note: str = "", hours: int | None = None) -> None:
        keys = [one.pk for one in alerts]
        if not keys:
            return
        try:
            changed, refused = await send_deed(self.bincard.session.client, deed, keys, note=note, hours=hours)
        except ApiError as error:
            self.post_message(self.Sent(deed, [], {}, str(error)))
        else:
            self.post_message(self.Sent(deed, changed, refused))

    def on_alert_deeds_sent(self, message: Sent) -> None:
        if message.problem:
            self.bincard.announce(f"Not {_DONE[message.deed]}: {message.problem}", "error")
            return
        done = f"{len(message.changed)} {_DONE[message.deed]}"
        if message.refused:
            reason = next(iter(message.refused.values()))
            self.bincard.announce(f"{done}, {len(message.refused)} refused: {reason}", "warning")
        else:
            self.bincard.announce(f"{done}.", "good")
        self.table.unmark(message.changed)
        self.live.changed({*message.changed, *message.refused})

    def do_alerts_history(self) -> None:
        """Show what became of it."""
        if self.alert is not None:
            self._read_history(self.alert)

    @work(exclusive=True, group="history")
    async def _read_history(self, alert: Alert) -> None:
        try:
            steps = await load_history(self.bincard.session.client, alert.pk)
        except ApiError as error:
            self.post_message(self.HistoryRead(alert, (), str(error)))
        else:
            self.post_message(self.HistoryRead(alert, steps))

    async def on_alert_deeds_history_read(self, message: HistoryRead) -> None:
        if message.problem:
            self.bincard.announce(message.problem, "error")
            return
        from tui.screens.alert_dialogs import history_lines
        from tui.screens.help import HelpScreen

        now = datetime.now().astimezone()

        def lines(width: int) -> list[Content]:
            return history_lines(message.alert, message.steps, now, width)

        await self.bincard.push_screen(HelpScreen("What became of it", lines))
