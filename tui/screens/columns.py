"""Choose the columns of a list."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.actions import Action
from tui.screens.base import Dialog
from tui.views.view import ResourceView
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line

__all__ = ["ColumnsDialog"]


class ColumnsDialog(Dialog[list[str]]):
    """Ends with the keys of the ticked columns, in the order of the screen, or None."""

    TITLE_TEXT = "Columns"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Show these"}

    def __init__(self, view: ResourceView, ticked: Iterable[str]) -> None:
        super().__init__()
        self._view = view
        self._ticked = set(ticked)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield ChoiceList(rows=14)
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([("Columns", "bold"), (f" of {self._view.name}; Space ticks", "")])
        self._show()

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.tab", "dialog.tab_back") and super().offers(action)

    def _show(self) -> None:
        self.query_one(ChoiceList).set_choices(
            [Choice(column.key, column.title, ticked=column.key in self._ticked) for column in self._view.columns]
        )

    async def do_dialog_toggle(self) -> None:
        """Tick or untick the column and go to the next."""
        choice = self.query_one(ChoiceList).current
        if choice is not None:
            self._ticked ^= {choice.value}
            self._show()
            self.query_one(ChoiceList).move(1)

    async def do_dialog_accept(self) -> None:
        """Show the ticked columns; at least one."""
        keys = [column.key for column in self._view.columns if column.key in self._ticked]
        if keys:
            self.dismiss(keys)
        else:
            self.bincard.bell()

    async def do_dialog_down(self) -> None:
        self.query_one(ChoiceList).move(1)

    async def do_dialog_up(self) -> None:
        self.query_one(ChoiceList).move(-1)

    async def do_dialog_page_down(self) -> None:
        self.query_one(ChoiceList).move(self.query_one(ChoiceList).page)

    async def do_dialog_page_up(self) -> None:
        self.query_one(ChoiceList).move(-self.query_one(ChoiceList).page)
