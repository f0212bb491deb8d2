"""Choose a category of parts to count."""

from collections.abc import Sequence

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.counting.book import Scope
from tui.screens.picker import Picker
from tui.widgets.choice_list import Choice, ChoiceList

__all__ = ["CategoryPicker"]


class CategoryPicker(Picker):
    """Ends with a Scope, or None."""

    class Loaded(Message):
        """The categories there are."""

        def __init__(self, choices: Sequence[Choice], problem: str = "") -> None:
            super().__init__()
            self.choices = choices
            self.problem = problem

    def __init__(self) -> None:
        super().__init__("Count which category?")

    def on_mount(self) -> None:
        self.query_one(ChoiceList).set_choices((), empty="Loading ...")
        self.load()

    @work(exclusive=True, group="categories")
    async def load(self) -> None:
        """Ask for the categories."""
        try:
            rows = await self.bincard.session.client.list("part/category/")
        except ApiError as error:
            self.post_message(self.Loaded((), str(error)))
            return
        names = {row["pk"]: str(row.get("pathstring") or row.get("name") or "") for row in rows}
        choices = [Choice(Scope(name, category=pk), name) for pk, name in names.items()]
        self.post_message(self.Loaded(sorted(choices, key=lambda choice: choice.label.casefold())))

    def on_category_picker_loaded(self, message: Loaded) -> None:
        self._all = tuple(message.choices)
        self.query_one(ChoiceList).set_choices(self._all, empty=message.problem or "There are no categories.")
