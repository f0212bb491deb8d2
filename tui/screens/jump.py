"""Jump mode: every pane and field gets a label; its key puts the focus there."""

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from tui.actions import Action
from tui.keymap import as_latin
from tui.screens.base import CommandHost, Dialog
from tui.widgets.line import Line

__all__ = ["JumpScreen"]

LABELS = "asdfghjklqwertyuiop"


class JumpScreen(Dialog[Widget]):
    """Ends with the widget whose label was typed, or None for any other key."""

    DEFAULT_CSS = """
    JumpScreen > .label {
        position: absolute; width: 3; background: $block-cursor-background; color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    """

    def __init__(self, host: CommandHost[None]) -> None:
        super().__init__()
        self._targets = dict(zip(LABELS, host.jump_targets(), strict=False))

    def compose(self) -> ComposeResult:
        for label, target in self._targets.items():
            line = Line(classes="label")
            line.show([(f" {label} ", "")])
            line.styles.offset = (target.region.x, target.region.y)
            yield line

    def refresh_footer(self) -> None:
        """There is none here: the labels say it."""

    def can_run(self, action: Action) -> bool:
        return action.id == "dialog.cancel" and super().can_run(action)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        typed = event.character or ""
        self.dismiss(self._targets.get(as_latin(typed)))
