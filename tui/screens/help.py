"""The help screen: what every key does on the screen it was called from."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.actions import Action
from tui.screens.base import Dialog
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.pager import Pager

__all__ = ["HelpScreen"]


class HelpScreen(Dialog[None]):
    """Shows the lines made by `tui.widgets.help`; Esc or Enter closes."""

    DEFAULT_CSS = "HelpScreen > #box { height: 100%; } HelpScreen Pager { height: 1fr; }"

    def __init__(self, title: str, lines: Callable[[int], Sequence[Content]]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield Pager(self._lines)
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([(self._title, "bold")])
        self.set_focus(self.query_one(Pager))

    def can_run(self, action: Action) -> bool:
        return action.id in ("dialog.cancel", "dialog.accept") and super().can_run(action)

    def footer_keys(self) -> list[tuple[str, str]]:
        return [("PgDn", "More"), ("PgUp", "Back"), ("Esc", "Close")]

    async def do_dialog_accept(self) -> None:
        """Close."""
        self.dismiss(None)
