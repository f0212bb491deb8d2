"""The yardstick: the plainest Textual list screen, a DataTable of 1,000 rows with Header and Footer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import DataTable, Footer, Header

from benchmarks.sample import TITLES, sample_row


class BareApp(App[None]):
    """A DataTable and nothing else."""

    TITLE = "Bare table"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*TITLES)
        table.add_rows(sample_row(number) for number in range(1, 1001))
        table.focus()


if __name__ == "__main__":
    BareApp().run()
