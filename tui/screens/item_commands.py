"""The commands on stock items: count, add, remove, move, status, split, merge. Mixed into screens that show items."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.actions import Action
from tui.api_models import StockItem
from tui.screens.base import BincardScreen

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["ItemCommands", "bring_up_to_date", "outcome_of"]


class ItemCommands(BincardScreen):
    """A screen with items to act on: the marked ones, or the one the cursor is on."""

    def item_rows(self) -> Sequence[Mapping[str, Any]]:
        """Rows of `stock/` that a command is for; none while nothing is chosen."""
        raise NotImplementedError

    def posted(self, posting: "Posting") -> None:
        """Stock was changed here: show it."""
        raise NotImplementedError

    def items(self) -> list[StockItem]:
        """The items that a command is for."""
        return [StockItem.of(row) for row in self.item_rows()]

    def offers(self, action: Action) -> bool:
        if action.scope != "item":
            return super().offers(action)
        rows = self.item_rows()
        match action.id:
            case "item.merge":
                return len(rows) > 1
            case "item.split":
                return len(rows) == 1 and not rows[0].get("serial")
            case "item.add" | "item.remove":
                return any(not row.get("serial") for row in rows)
            case _:
                return bool(rows) and super().offers(action)

    async def do_item_count(self, text: str = "") -> None:
        """Record what was counted."""
        from tui.screens.adjust import CountDialog

        await self._open_dialog(lambda items: CountDialog(items, text))

    async def do_item_add(self, text: str = "") -> None:
        """Add to the quantity on hand."""
        from tui.screens.adjust import AddDialog

        await self._open_dialog(lambda items: AddDialog(items, text))

    async def do_item_remove(self, text: str = "") -> None:
        """Remove from the quantity on hand."""
        from tui.screens.adjust import RemoveDialog

        await self._open_dialog(lambda items: RemoveDialog(items, text))

    async def do_item_split(self, text: str = "") -> None:
        """Make a second item of some of it."""
        from tui.screens.adjust import SplitDialog

        await self._open_dialog(lambda items: SplitDialog(items, text))

    async def do_item_move(self, text: str = "") -> None:
        """Move it to another location."""
        from tui.screens.move import MoveDialog

        await self._open_dialog(lambda items: MoveDialog(items, text))

    async def do_item_status(self, text: str = "") -> None:
        """Change the status."""
        from tui.screens.item_dialogs import StatusDialog

        await self._open_dialog(lambda items: StatusDialog(items, text))

    async def do_item_merge(self) -> None:
        """Merge the marked items into the first."""
        from tui.screens.item_dialogs import MergeDialog

        await self._open_dialog(MergeDialog)

    async def _open_dialog(self, dialog: Callable[[list[StockItem]], Any]) -> None:
        items = self.items()
        if items:
            await self.bincard.push_screen(dialog(items), self._dialog_ended)

    def _dialog_ended(self, posting: "Posting | None") -> None:
        if posting is not None:
            self.bincard.announce(*outcome_of(posting))
            self.posted(posting)


def bring_up_to_date(row: dict[str, Any], posting: "Posting") -> None:
    """Write into a row of `stock/` what was read back of it, so that the next command starts from there."""
    for posted in posting.lines:
        now = posted.now
        if now is not None and now.pk == row.get("pk"):
            row.update(
                quantity=str(now.quantity),
                allocated=str(now.allocated),
                status=now.status,
                status_custom_key=now.status,
                status_text=now.status_text,
                batch=now.batch,
            )
            if row.get("location") != now.location:
                row["location"] = now.location
                row["location_detail"] = {"pathstring": now.location_path}


def outcome_of(posting: "Posting") -> tuple[str, str]:
    """What is said of a posting, and how serious it is: the figures as they were read back."""
    if posting.mismatches:
        return f"Posted, but not as expected: {posting.mismatches[0]}", "warning"
    done = {
        "count": "Counted",
        "add": "Added",
        "remove": "Removed",
        "move": "Moved",
        "split": "Split",
        "change status": "Status changed",
        "merge": "Merged",
    }[posting.kind]
    if len(posting.lines) != 1:
        where = (
            f" to {posting.preview.destination.path}" if posting.kind == "move" and posting.preview.destination else ""
        )
        return f"{done}: {len(posting.lines)} items{where}, read back and right. u undoes.", "good"
    line, now = posting.lines[0].line, posting.lines[0].now
    item = line.item
    before, after = item.amount(line.before), item.amount(now.quantity) if now else "gone"
    if posting.kind == "move" and line.location_after and not line.splits:
        return f"{done} to {line.location_after}: {item.label}. u undoes.", "good"
    if posting.kind == "change status":
        return f"{line.status_after} now: {item.label}. u undoes.", "good"
    return f"{done} {before} → {after}: {item.label}. u undoes.", "good"
