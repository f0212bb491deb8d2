"""What is to be done now, in one sentence: where to go, how many to take, of what."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.orders.picking import Pick
from tui.safe_text import safe
from tui.views.formats import quantity

__all__ = ["PickTask"]

#: Below this width each piece has a line of its own.
NARROW = 60


class PickTask(Widget, can_focus=False):
    """ "Go to Factory/Shelf A2, take 12 of 40 x M3 bolt (batch B7)", the place and the figure in bold."""

    DEFAULT_CSS = "PickTask { height: auto; max-height: 6; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pick: Pick | None = None
        self._instead = ""

    def show(self, pick: Pick | None, instead: str = "") -> None:
        """Show a pick; where there is none, the sentence `instead`."""
        if (pick, instead) != (self._pick, self._instead):
            self._pick, self._instead = pick, instead
            self.refresh(layout=True)

    def _content(self, width: int) -> list[Content]:
        pick = self._pick
        if pick is None:
            return Content(safe(self._instead)).wrap(max(10, width)) if self._instead else []
        narrow = self.app.size.width < NARROW
        gap = "\n" if narrow else " "
        facts = [pick.lot.status_text] if pick.lot.status != 10 and pick.lot.status_text else []
        facts += [f"expires {pick.lot.expiry}"] if pick.lot.expiry else []
        text = Content.assemble(
            "Go to ",
            (safe(pick.lot.where), "bold"),
            f",{gap}take ",
            (safe(pick.line.amount(pick.quantity)), "bold reverse"),
            f" of {quantity(pick.lot.on_hand)} x{gap}",
            (safe(pick.lot.label), "bold"),
            safe(f"  {', '.join(facts)}" if facts else ""),
        )
        return text.wrap(max(10, width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._content(width))

    def on_resize(self) -> None:
        self.refresh(layout=True)

    def render(self) -> Content:
        lines = self._content(self.content_size.width)
        return Content("\n").join(lines[: max(1, self.content_size.height)]) if lines else Content()
