"""What every screen has: its scopes, the commands it offers now, its footer and the status line."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from tui.actions import ACTIONS, Action, handler_name
from tui.history import Place
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.status_line import Status, StatusLine

if TYPE_CHECKING:
    from tui.app import BincardApp

__all__ = ["BincardScreen", "CommandHost", "Dialog"]

Result = TypeVar("Result")
#: With fewer lines than this there is one prompt at a time, and the last result on the top line.
LOW = 12


class CommandHost(Screen[Result]):
    """A screen that carries out commands of the registry.

    `SCOPES` are looked through in order for the action of a key. A subclass narrows what is offered by `offers`.
    """

    SCOPES: ClassVar[tuple[str, ...]] = ()
    AUTO_FOCUS: ClassVar[str | None] = ""
    TITLE_TEXT: ClassVar[str] = ""
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (LOW, "-high")]  # type: ignore[misc]
    LABELS: ClassVar[Mapping[str, str]] = {}
    """What the footer calls a command here, by id, where that differs from the registry."""

    @property
    def bincard(self) -> "BincardApp":
        """The app, as what it is."""
        return cast("BincardApp", self.app)

    def offers(self, action: Action) -> bool:
        """Whether the action makes sense in the present state; roles are the app's business."""
        return hasattr(self, handler_name(action)) or hasattr(self.bincard, handler_name(action))

    @property
    def is_low(self) -> bool:
        """Whether there are so few lines that only one thing can be asked or shown at a time."""
        return self.app.size.height < LOW

    @property
    def holds_keys(self) -> bool:
        """Whether keys are to wait, as something must be finished first."""
        return False

    async def take_scan(self, text: str) -> None:
        """Deal with a scan that came while no text field had the focus: here, find what it is and open it."""
        await self.bincard.open_scanned(text)

    def current_scopes(self) -> tuple[str, ...]:
        """The scopes that count now; fewer while a text field has the focus, where a screen says so."""
        return self.SCOPES

    def can_run(self, action: Action) -> bool:
        """Whether the action works here and now."""
        return action.scope in self.current_scopes() and self.bincard.allows(action) and self.offers(action)

    def available(self) -> list[Action]:
        """Every action that works here and now, those of the screen first."""
        scopes = self.current_scopes()
        return sorted((action for action in ACTIONS if self.can_run(action)), key=lambda each: scopes.index(each.scope))

    def refresh_footer(self) -> None:
        """Bring the footer in line with what works now."""
        for footer in self.query(KeyFooter):
            footer.set_keys(self.footer_keys())

    def on_descendant_focus(self) -> None:
        self.refresh_footer()

    def footer_keys(self) -> list[tuple[str, str]]:
        """(key, label) pairs for the footer, most important first and the way to help last."""
        keymap = self.bincard.keymap
        started: dict[str, Action] = {}
        for action in self.available():  # those of the screen come first, and have the key
            for key in keymap.keys(action):
                started.setdefault(key, action)
        actions = [action for action in started.values() if action.footer and started[keymap.keys(action)[0]] is action]
        shown = sorted(dict.fromkeys(actions), key=lambda action: action.footer)
        shown.sort(key=lambda action: action.id == "app.help")
        pairs = [(keymap.display(action), self.label_of(action)) for action in shown]
        return [(key, label) for key, label in pairs if key]

    def label_of(self, action: Action) -> str:
        """What the footer calls a command at the moment."""
        return self.LABELS.get(action.id, action.label)

    def complete(self, action: Action, text: str) -> list[str]:
        """What `text` may become as the argument of a `:` command."""
        return []

    def jump_targets(self) -> list[Widget]:
        """What jump mode can go to."""
        return self.focus_chain


class BincardScreen(CommandHost[None]):
    """A full screen with the footer and the status line at the bottom."""

    SCOPES: ClassVar[tuple[str, ...]] = ("global",)

    def show_status(self, status: Status) -> None:
        """Show connection and notice."""
        self.set_class(status.is_urgent, "-notice")
        for line in self.query(StatusLine):
            line.update(status)

    def on_mount(self) -> None:
        self.show_status(self.bincard.status)
        self.refresh_footer()

    def on_screen_resume(self) -> None:
        self.bincard.replay_scans()

    def place(self) -> Place | None:
        """Where this is, for going back to; None for somewhere one does not go back to."""
        return None

    async def do_app_refresh(self) -> None:
        """Ask the server again."""

    async def do_app_audit(self, text: str = "") -> None:
        """Show who changed what is here, or what `text` finds in everything."""
        from tui.audit.subject import audit_place, subject_of

        await self.bincard.go(audit_place(None if text else subject_of(self.place()), text))


class Dialog(ModalScreen[Result], CommandHost[Result]):
    """A dialog at the bottom of the screen; what it is about stays in sight above it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("dialog",)
    AUTO_FOCUS: ClassVar[str | None] = ""
    DEFAULT_CSS = """
    Dialog { background: transparent; }
    Dialog > #box {
        dock: bottom; height: auto; max-height: 100%; margin-bottom: 1;
        background: $background; border-top: heavy $border;
    }
    Dialog #box > Line { padding: 0 1; }
    Dialog .row { height: 1; }
    Dialog .row > .label { width: 12; padding: 0 1; }
    """

    def on_mount(self) -> None:
        self.refresh_footer()

    def footer_keys(self) -> list[tuple[str, str]]:
        """On few lines the way to help is among the two or three that fit: the other keys are there."""
        keys = super().footer_keys()
        if self.is_low:
            helping = [each for each in self.available() if each.id == "dialog.help"]
            keys += [(self.bincard.keymap.display(each), each.label) for each in helping]
        return keys

    def compose_row(self, label: str, field: Widget) -> ComposeResult:
        """A field with its label."""
        with Horizontal(classes="row"):
            line = Line(classes="label")
            line.show([(label, "")])
            yield line
            yield field

    async def take_scan(self, text: str) -> None:
        """A dialog that asks no scan waits for its answer; the scan waits too, and is dealt with after it."""
        self.bincard.scan_later(text)

    async def do_dialog_cancel(self) -> None:
        """Close, changing nothing."""
        self.dismiss(None)

    async def do_dialog_help(self) -> None:
        """Show the keys of this dialog."""
        await self.bincard.show_help(self)

    async def do_dialog_tab(self) -> None:
        """Go to the next field."""
        self.focus_next()

    async def do_dialog_tab_back(self) -> None:
        """Go to the field before."""
        self.focus_previous()

    async def do_dialog_down(self) -> None:
        """Go to the next field."""
        self.focus_next()

    async def do_dialog_up(self) -> None:
        """Go to the field before."""
        self.focus_previous()
