"""The commands of every list: marks, sorting, columns, copying. Mixed into screens that have a table."""

from typing import Any, ClassVar

from tui.actions import Action
from tui.screens.base import BincardScreen
from tui.views.view import ResourceView
from tui.widgets.choice_list import Choice
from tui.widgets.columns import Column
from tui.widgets.resource_table import ResourceTable

__all__ = ["ListCommands"]


class ListCommands(BincardScreen):
    """A screen with a table of a resource. `VIEW` says which columns there are and how they sort."""

    VIEW: ClassVar[ResourceView]

    @property
    def table(self) -> ResourceTable:
        """The table that the commands are for."""
        raise NotImplementedError

    def offers(self, action: Action) -> bool:
        match action.id:
            case "list.unmark":
                return bool(self.table.marked_keys) or self.table.range_active
            case "list.sort" | "list.reverse":
                return bool(self.VIEW.orderings)
            case "list.mark" | "list.range" | "list.yank_row" | "list.yank_cell" | "list.yank_table":
                return self.table.current_row is not None
            case _:
                return super().offers(action)

    # Marks

    def do_list_mark(self) -> None:
        """Mark or unmark the row and go to the next."""
        self.table.action_mark()

    def do_list_range(self) -> None:
        """Begin a range, or mark the one begun."""
        self.table.action_mark_range()
        if self.table.range_active:
            self.bincard.announce("Range begun; go to its other end and press the key again.")

    def do_list_unmark(self) -> None:
        """Take away all marks."""
        self.table.action_unmark_all()

    def on_resource_table_marks_changed(self, message: ResourceTable.MarksChanged) -> None:
        if message.not_loaded:
            self.bincard.announce(
                f"{message.not_loaded} rows of the range are not loaded and stay unmarked; scroll through them first.",
                "warning",
            )
        self.marks_changed()
        self.refresh_footer()

    def marks_changed(self) -> None:
        """Other rows are marked."""

    # Sorting

    async def do_list_sort(self, name: str = "") -> None:
        """Sort by the column called `name`, or choose one; the column already sorted by turns round."""
        key = self._column_called(name) if name else None
        if key is not None:
            self._sort_by(key)
        elif name:
            self.bincard.announce(f"Nothing to sort by is called {name}.", "warning")
        else:
            from tui.screens.picker import Picker

            choices = [
                Choice(column.key, column.title, self._order_word(column))
                for column in self.VIEW.columns
                if column.key in self.VIEW.orderings
            ]
            current = self.table.sort_key
            picker = Picker("Sort by (the same column again turns the order round)", choices, current=current)
            await self.bincard.push_screen(picker, self._sort_chosen)

    def _order_word(self, column: Column) -> str:
        if column.key != self.table.sort_key:
            return ""
        return "descending" if self.table.descending else "ascending"

    def _sort_chosen(self, key: str | None) -> None:
        if key is not None:
            self._sort_by(key)

    def _sort_by(self, key: str) -> None:
        self.sort(key, descending=key == self.table.sort_key and not self.table.descending)

    def do_list_reverse(self) -> None:
        """Turn the order round."""
        self.sort(self.table.sort_key, descending=not self.table.descending)

    def sort(self, key: str, *, descending: bool) -> None:
        """Show the rows in another order."""
        raise NotImplementedError

    def _column_called(self, name: str) -> str | None:
        """The key of the sortable column whose key or title begins with `name`."""
        wanted = name.casefold()
        for column in self.VIEW.columns:
            names = (column.key.casefold(), column.title.casefold())
            if column.key in self.VIEW.orderings and any(each.startswith(wanted) for each in names):
                return column.key
        return None

    # Columns

    def shown_columns(self) -> list[str]:
        """Keys of the columns the user wants, the usual ones if nothing was chosen."""
        remembered = self.bincard.state.get(self.VIEW.name, "columns", list(self.VIEW.shown))
        known = [key for key in remembered if isinstance(key, str) and self.VIEW.column(key)]
        return known or list(self.VIEW.shown)

    async def do_list_columns(self, names: str = "") -> None:
        """Choose the columns; `names` gives them, set apart by commas."""
        if names:
            keys = [name.strip().casefold() for name in names.split(",") if name.strip()]
            unknown = [key for key in keys if self.VIEW.column(key) is None]
            if unknown:
                known = ", ".join(column.key for column in self.VIEW.columns)
                self.bincard.announce(f"There is no column {unknown[0]}; there are {known}.", "warning")
            else:
                self._show_columns(keys)
            return
        from tui.screens.columns import ColumnsDialog

        await self.bincard.push_screen(ColumnsDialog(self.VIEW, self.shown_columns()), self._show_columns)

    def _show_columns(self, keys: list[str] | None) -> None:
        if keys:
            self.bincard.state.set(self.VIEW.name, "columns", keys)
            self.table.columns = self.VIEW.chosen(keys)
            hidden = len(self.table.columns) - len(self.table.shown_columns)
            if hidden > 0:
                self.bincard.announce(f"{hidden} of these columns find no room at this width.")

    def complete(self, action: Action, text: str) -> list[str]:
        if action.id == "list.sort":
            return [key for key in self.VIEW.orderings if key.startswith(text)]
        if action.id == "list.columns":
            done, comma, last = text.rpartition(",")
            return [f"{done}{comma}{each.key}" for each in self.VIEW.columns if each.key.startswith(last.strip())]
        return super().complete(action, text)

    # Copying

    def do_list_yank_row(self) -> None:
        """Copy the row."""
        row = self.table.current_row
        if row is not None:
            self.bincard.copy(_tabbed(self.table.columns, [row]), "the row")

    def do_list_yank_table(self) -> None:
        """Copy all rows, with headings."""
        self.copy_rows([row for index in range(self.table.row_count) if (row := self.table.source.get(index))])

    def copy_rows(self, rows: list[Any]) -> None:
        """Copy rows with the headings of the columns."""
        heading = "\t".join(column.title for column in self.table.columns)
        self.bincard.copy(f"{heading}\n{_tabbed(self.table.columns, rows)}", f"{len(rows)} rows")

    async def do_list_yank_cell(self) -> None:
        """Choose one value of the row and copy it."""
        row = self.table.current_row
        if row is None:
            return
        from tui.screens.picker import Picker

        values = {column.title: column.text(row) for column in self.VIEW.columns}
        choices = [Choice(value, title, value) for title, value in values.items() if value]

        def copy(value: str | None) -> None:
            if value is not None:
                self.bincard.copy(value, value)

        await self.bincard.push_screen(Picker("Copy which value?", choices), copy)


def _tabbed(columns: tuple[Column, ...], rows: list[Any]) -> str:
    """Rows as text for a spreadsheet: tabs between cells, a line for each."""
    return "\n".join("\t".join(column.text(row).replace("\t", " ") for column in columns) for row in rows)
