"""How a key press becomes a command of the registry.

Every key first comes to the app. What types text goes to the focused field; else the key map says which command the
key starts on the current screen, and anything else (arrows) goes to the focused widget. A command begins only when
the widgets have dealt with all keys before it, and the next key waits until the command has put its dialog on the
screen, so whatever is typed ahead lands where it belongs.

What a scanner types while no text field has the focus is told from typing (`tui.scanning.wedge`) and handed to the
screen as a whole, by `take_scan`; it never starts commands.
"""

import asyncio
import inspect
from collections import deque
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.timer import Timer
from textual.widget import Widget

from tui.actions import BY_ID, Action, handler_name
from tui.keymap import Keymap, key_name
from tui.scanning.wedge import Pace, Scan, Typed, Wedge
from tui.terminal.app import TerminalApp
from tui.terminal.parser import came_at
from tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from tui.screens.base import CommandHost

__all__ = ["CommandApp", "takes_text"]

#: Keys that edit text, which no command may take from a focused field.
_EDITING = frozenset(
    (
        *("backspace", "delete", "left", "right", "home", "end", "space", "ctrl+left", "ctrl+right"),
        *("shift+left", "shift+right", "shift+home", "shift+end"),
        *(f"ctrl+{letter}" for letter in "acdefkuvwx"),
    )
)
#: What a list does itself with these keys.
_MOVES = {
    "up": "cursor_up",
    "down": "cursor_down",
    "pageup": "page_up",
    "pagedown": "page_down",
    "home": "first",
    "end": "last",
}
#: Seconds a command waits for the keys before it; a widget that takes longer is stuck.
_SETTLE = 2.0
#: A timer that comes so many seconds late says that keys may be waiting to be read.
_LATE = 0.03


def takes_text(widget: Widget | None) -> bool:
    """Whether letters typed now are text in `widget`."""
    return widget is not None and widget.check_consume_key("x", "x")


class CommandApp(TerminalApp[None], inherit_bindings=False):
    """The part of the app that turns keys into commands."""

    ENABLE_COMMAND_PALETTE = False
    keymap: Keymap

    def __init__(self, pace: Pace | None = None) -> None:
        """`pace` is how the scanner types; None for no scanner."""
        super().__init__()
        self._held: deque[events.Key | Scan] = deque()
        self._wedge: Wedge[events.Key] | None = Wedge(pace) if pace is not None else None
        self._pause: Timer | None = None
        self._pause_at = 0.0

    def allows(self, action: Action) -> bool:
        """Whether the user's role, and the mode of this session, permit the action."""
        raise NotImplementedError

    @property
    def host(self) -> "CommandHost[Any]":
        """The current screen, as what carries out commands."""
        return cast("CommandHost[Any]", self.screen)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            wedge = self._wedge
            if wedge is not None and (wedge.holds or self._waits or not takes_text(self.focused)):
                # By when they were read, not by now: keys that waited for a busy app are as far apart as when typed.
                # What follows them may have to be read yet: the pause after the last one begins now.
                wedge.wait_on(monotonic())
                # A scan that is sure is over by the timer alone, which knows of the app being busy.
                came = wedge.last if wedge.is_sure else came_at(event)
                await self._take_all(wedge.take(event, event.key, event.character, came, event.time))
                self._await_pause(wedge)
            else:
                await self._take_or_hold(event)
            return
        await super().on_event(event)

    def _await_pause(self, wedge: Wedge[events.Key]) -> None:
        """See to it that keys that are held back come out when nothing follows them."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if wedge.due is not None:
            now = monotonic()
            self._pause_at = max(now + 0.001, wedge.due)
            self._pause = self.set_timer(self._pause_at - now, self._pause_seen)

    def _pause_seen(self) -> None:
        """The pause is over by the clock, which overtakes keys that have come: they are dealt with first."""
        self.call_later(self._pause_over)

    async def _pause_over(self) -> None:
        self._pause = None
        wedge = self._wedge
        if wedge is None or wedge.due is None:
            return
        now = monotonic()
        if now < wedge.due:  # a key came while this was on its way
            self._await_pause(wedge)
        elif now > self._pause_at + _LATE or self._keys_follow(wedge, now):
            # The app was busy, or who reads the keys: what was typed meanwhile may be right behind.
            self._pause_at = now + _LATE
            self._pause = self.set_timer(_LATE, self._pause_seen)
        else:
            await self._take_all(wedge.pause_over())

    def _keys_follow(self, wedge: Wedge[events.Key], now: float) -> bool:
        """Whether keys have come that are not dealt with yet; whatever comes all the time is waited for no longer."""
        return now < wedge.last + _SETTLE and self.has_keys_after(wedge.last)

    async def _take_all(self, found: Iterable[Scan | Typed[events.Key]]) -> None:
        for each in found:
            await self._take_or_hold(each if isinstance(each, Scan) else each.key)

    async def _take_or_hold(self, what: events.Key | Scan) -> None:
        """Deal with a key or a scan, or let it wait for what must be finished first."""
        if self._waits and (isinstance(what, Scan) or what.key != "escape"):
            self._held.append(what)
        else:
            await self._deal_with(what)

    async def _deal_with(self, what: events.Key | Scan) -> None:
        if isinstance(what, Scan):
            await self._take_scan(what.text)
        elif not await self._take_key(what):
            await super().on_event(what)

    async def _take_scan(self, text: str) -> None:
        """Hand a scan to the current screen."""
        await self._settled(self.focused)
        if self._screen_stack_ready:
            self.clear_notice()
            await self.host.take_scan(text)
            self.after_command()

    @property
    def _waits(self) -> bool:
        """Whether what comes now is not for the widget that has the focus, but for what comes after it."""
        return bool(self._held) or self._must_wait()

    def _must_wait(self) -> bool:
        return self._screen_stack_ready and self.host.holds_keys

    def replay_keys(self) -> None:
        """Go on with the keys that waited, once what the dialog ended with has been taken in."""
        self.call_next(self._replay)

    async def _replay(self) -> None:
        while self._held and not self._must_wait():
            await self._deal_with(self._held.popleft())

    def drop_keys(self) -> None:
        """Forget the keys that waited."""
        self._held.clear()

    async def _take_key(self, event: events.Key) -> bool:
        """Carry out the command of a key; False when the key is for the focused widget."""
        name = key_name(event.key, event.character)
        if takes_text(self.focused) and (name != event.key or len(name) == 1 or name in _EDITING):
            return False
        await self._settled(self.focused)
        if not self._screen_stack_ready:
            return False
        host = self.host
        action = self.keymap.find(host.current_scopes(), name, host.can_run)
        if action is not None:
            await self.run_command(action)
            return True
        return not takes_text(self.focused) and await self._move_in_list(event.key)

    async def _move_in_list(self, key: str) -> bool:
        """Let the focused widget do at once what it binds the key to.

        Through the message queues of its parents a key takes twice as long, and a later one could overtake it.
        """
        focused = self.focused
        move = _MOVES.get(key)
        if move is not None and isinstance(focused, VirtualList):
            getattr(focused, f"action_{move}")()
            return True
        bindings = focused._bindings.key_to_bindings.get(key, ()) if focused is not None else ()
        for binding in bindings:
            if await self.run_action(binding.action, focused):
                return True
        return False

    @property
    def _screen_stack_ready(self) -> bool:
        from tui.screens.base import CommandHost

        return bool(self.screen_stack) and isinstance(self.screen, CommandHost)

    async def _settled(self, widget: Widget | None) -> None:
        """Wait until a widget has dealt with the keys it was given."""
        if widget is None or not widget.is_running:
            return
        done = asyncio.Event()
        if widget.call_later(done.set):
            try:
                await asyncio.wait_for(done.wait(), _SETTLE)
            except TimeoutError:
                self.log.warning(f"{widget} did not deal with its keys")

    async def run_command(self, action: Action, argument: str = "") -> None:
        """Carry out an action here and now; `argument` is what the `:` command was given."""
        self.clear_notice()
        host = self.host
        handler = getattr(host, handler_name(action), None) or getattr(self, handler_name(action))
        result = handler(argument) if action.argument else handler()
        if inspect.isawaitable(result):
            await result
        self.after_command()

    async def run_by_id(self, action_id: str, argument: str = "") -> None:
        """Carry out the action with this id, if it works here and now."""
        action = BY_ID[action_id]
        if self.host.can_run(action):
            await self.run_command(action, argument)

    def clear_notice(self) -> None:
        """Take away what was announced before."""

    def after_command(self) -> None:
        """Bring the footer in line with the new state."""
        if self._screen_stack_ready:
            self.host.refresh_footer()
