"""The `:` command line and the Ctrl+P palette: both list what works here and now, from the registry."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.actions import Action, by_command
from tui.keymap import Keymap, display_key
from tui.screens.base import CommandHost, Dialog
from tui.screens.picker import Picker
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.sentence import Sentence

__all__ = ["CommandLine", "palette"]


def palette(host: CommandHost[None], keymap: Keymap) -> Picker:
    """The palette: every command that works on the screen, with its keys; ends with an action's id."""
    choices = [
        Choice(action.id, action.label, f"{_keys(keymap, action):<16} {action.help}") for action in host.available()
    ]
    return Picker("Commands", choices, placeholder="type what you want to do")


def _keys(keymap: Keymap, action: Action) -> str:
    return ", ".join(map(display_key, keymap.keys(action)))


class CommandLine(Dialog[tuple[Action, str]]):
    """`:name argument`; ends with the action and its argument ("" for none), or None.

    The list above shows what the beginning may become; Tab takes the line under the cursor into the field. Arguments
    are completed by the screen's `complete(action, text)` where it has one.
    """

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Run", "dialog.tab": "Complete"}

    def __init__(self, host: CommandHost[None], keymap: Keymap) -> None:
        super().__init__()
        self._host = host
        self._keymap = keymap
        self._actions = host.available()
        self._chosen = False

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield ChoiceList(rows=8, empty="No such command.", id="choices")
            yield Sentence()
            yield Field(placeholder="command", id="text")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(Sentence).say("Command, Tab completes", "bold")
        self._complete("")
        self.set_focus(self.query_one(Field))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._chosen = False
        self._complete(event.value)

    def _complete(self, text: str) -> None:
        self.query_one(ChoiceList).set_choices(self._choices(text))

    def _choices(self, text: str) -> Sequence[Choice]:
        name, blank, argument = text.lstrip().lstrip(":").partition(" ")
        if not blank:
            matching = [action for action in self._actions if name in action.command]
            matching.sort(key=lambda action: (not action.command.startswith(name), action.command))
            return [
                Choice(f"{action.command} " if action.argument else action.command, _usage(action), action.help)
                for action in matching
            ]
        action = by_command(name, self._actions)
        if action is None or not action.argument:
            return ()
        words = self.bincard.complete(self._host, action, argument.strip())
        return [Choice(f"{name} {word}", word) for word in words]

    async def do_dialog_tab(self) -> None:
        self._take()

    async def do_dialog_down(self) -> None:
        self._chosen = True
        self.query_one(ChoiceList).move(1)

    async def do_dialog_up(self) -> None:
        self._chosen = True
        self.query_one(ChoiceList).move(-1)

    def _take(self) -> None:
        choice = self.query_one(ChoiceList).current
        if choice is not None:
            field = self.query_one(Field)
            field.value = choice.value
            field.cursor_position = len(field.value)

    async def do_dialog_accept(self) -> None:
        """Run the command, or say what is wrong with it; a line chosen with the arrows counts as typed."""
        if self._chosen:
            self._take()
        text = self.query_one(Field).value.strip().lstrip(":")
        if not text:
            self.dismiss(None)
            return
        name, _, argument = text.partition(" ")
        action = by_command(name, self._actions)
        if action is None:
            self._complain(f"{name} is no command here; Tab shows what is.")
        elif argument.strip() and not action.argument:
            self._complain(f"{action.command} takes nothing after it.")
        else:
            self.dismiss((action, argument.strip()))

    def _complain(self, problem: str) -> None:
        self.query_one(Sentence).say(problem, "bold $warn", "! ")


def _usage(action: Action) -> str:
    return f"{action.command} <{action.argument}>" if action.argument else action.command
