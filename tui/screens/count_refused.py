"""What the server refused, with its reasons, and the barcodes put aside: choose one to mend or to drop."""

from typing import ClassVar

from tui.counting.count import Count
from tui.screens.picker import Picker
from tui.views.formats import with_unit
from tui.widgets.choice_list import Choice, ChoiceList

__all__ = ["CountRefused"]


class CountRefused(Picker):
    """Ends with the key of an entry to mend, or None. A barcode that is taken is dropped here and now."""

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Mend"}
    DETAIL_ROWS: ClassVar[int] = 3

    def __init__(self, count: Count) -> None:
        self._count = count
        super().__init__("Refused and put aside", self._list())

    def _list(self) -> list[Choice]:
        choices = []
        for key, entry in self._count.refused.items():
            line = self._count.lines[entry.line]
            choices.append(Choice(key, f"{with_unit(entry.quantity, line.units)} {line.label}", entry.reason))
        for parked in self._count.put_aside:
            choices.append(Choice(parked.key, parked.barcode, f"{parked.note or 'put aside'} (Enter drops it)"))
        return choices

    async def do_dialog_accept(self) -> None:
        choice = self.query_one(ChoiceList).current
        if choice is None:
            self.dismiss(None)
        elif choice.value in self._count.refused:
            self.dismiss(choice.value)
        else:
            self._count.journal.drop_parked(choice.value)
            self._all = tuple(self._list())
            self.query_one(ChoiceList).set_choices(self._all, empty="Nothing is left.")
            if not self._all:
                self.dismiss(choice.value)
