"""Every hostile string in every kind of widget that shows text, on the client's terminal foundation.

`--textual` leaves the painting to Textual.
"""

import sys

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from rich.text import Text  # noqa: E402
from textual.app import ComposeResult  # noqa: E402
from textual.containers import VerticalScroll  # noqa: E402
from textual.content import Content  # noqa: E402
from textual.widgets import Button, DataTable, Input, Label, Log, OptionList, Static  # noqa: E402

from tests.tui.hostile import HOSTILE  # noqa: E402
from tui.terminal.app import TerminalApp  # noqa: E402
from tui.widgets.columns import Column  # noqa: E402
from tui.widgets.resource_table import ResourceTable  # noqa: E402
from tui.widgets.row_source import ListRows  # noqa: E402
from tui.widgets.tree_list import TreeList, TreeNode  # noqa: E402


class HostileApp(TerminalApp[None]):
    """Nothing here is cleaned by whoever shows it, except in our own list widgets."""

    CSS = "VerticalScroll > * { height: auto; max-height: 60; } ResourceTable, TreeList { height: 60; }"

    def compose(self) -> ComposeResult:
        texts = [text.encode("utf-8", "replace").decode() if "\ud800" in text else text for text in HOSTILE.values()]
        with VerticalScroll():
            yield Static("begin", markup=False)
            for text in texts:
                yield Static(text, markup=False)
                yield Label(Content(text))
                yield Input(text, placeholder=text)
            yield Button(Content(texts[0]))
            yield OptionList(*texts, markup=False)
            rows = ListRows([{"pk": number, "name": text} for number, text in enumerate(texts)])
            yield ResourceTable([Column("name", texts[1], lambda row: row["name"], flex=1)], rows, empty_text=texts[2])
            yield TreeList([TreeNode(number, None, text, text) for number, text in enumerate(texts)])
            yield DataTable()
            yield Log()
            yield Static("the end", markup=False)
        self.texts = texts

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_column("name")
        for text in self.texts:
            table.add_row(Text(text))
        self.query_one(Log).write_lines(self.texts)
        for field in self.query(Input):
            field.cursor_blink = False
            field.border_title = Content(field.value)
        for text in self.texts:
            self.notify(text, title=text, markup=False, timeout=2)


if __name__ == "__main__":
    app = HostileApp()
    app.own_painting = "--textual" not in sys.argv
    sys.exit(app.run_to_end())
