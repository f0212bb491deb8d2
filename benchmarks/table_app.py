"""The client's table alone, in the smallest app on the client's terminal foundation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from tui.terminal.lifecycle import prepare_environment

prepare_environment()

from textual.app import ComposeResult  # noqa: E402
from textual.binding import BindingType  # noqa: E402
from textual.widgets import Footer, Header  # noqa: E402

from benchmarks.sample import TITLES, sample_row  # noqa: E402
from tui.terminal.app import TerminalApp  # noqa: E402
from tui.widgets.columns import Column  # noqa: E402
from tui.widgets.resource_table import ResourceTable  # noqa: E402


class SampleRows:
    """Rows made when they are asked for."""

    def __init__(self, total: int) -> None:
        self.total: int | None = total

    def get(self, index: int) -> Any | None:
        """The row at an index."""
        return sample_row(index + 1)

    def key(self, row: Any) -> Hashable:
        """Its SKU."""
        key: str = row[0]
        return key

    def index_of(self, key: Hashable) -> int | None:
        """Its number, less one."""
        return int(str(key)[4:]) - 1


def _cell(number: int) -> Callable[[Any], str]:
    return lambda row: str(row[number])


COLUMNS = [
    Column("sku", TITLES[0], _cell(0), width=11, priority=0),
    Column("description", TITLES[1], _cell(1), width=18, min_width=8, flex=1, priority=1),
    Column("bin", TITLES[2], _cell(2), width=6, priority=3),
    Column("on_hand", TITLES[3], _cell(3), width=8, align="right", hint="number", priority=2),
    Column("reserved", TITLES[4], _cell(4), width=8, align="right", hint="number", priority=6),
    Column("state", TITLES[5], _cell(5), width=6, hint=lambda row: "warn" if row[5] == "low" else "", priority=4),
]


class TableApp(TerminalApp[None]):
    """A ResourceTable with what the yardstick has around it."""

    TITLE = "Own table"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def __init__(self, total: int) -> None:
        super().__init__()
        self.total = total

    def compose(self) -> ComposeResult:
        yield Header()
        yield ResourceTable(COLUMNS, SampleRows(self.total))
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(ResourceTable).focus()


if __name__ == "__main__":
    sys.exit(TableApp(int(sys.argv[1]) if len(sys.argv) > 1 else 1000).run_to_end())
