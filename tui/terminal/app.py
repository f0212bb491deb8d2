"""The base of the client's app: Textual's `App` on our driver and painter, with an orderly end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget

from tui.terminal.cleaning import cleaned
from tui.terminal.compositor import LeanCompositor
from tui.terminal.driver import TerminalDriver
from tui.terminal.lifecycle import Lifecycle
from tui.terminal.painter import Painter
from tui.terminal.writer import WINDOW, Writer

if TYPE_CHECKING:
    from tui.terminal.clipboard import Copied

__all__ = ["TerminalApp", "painter_for"]

# Characters that may arrive in pieces. On a slow line the pieces are better seen than waited for.
WORTH_FRAMING = 200
NO_REGIONS = ("", "ansi", "dumb", "unknown")  # names of terminals that may not know scroll regions


class TerminalApp(App[ReturnType]):
    """An app that sends little, shows no foreign control characters and ends with its terminal.

    Give `lifecycle.before_end` what must be put safe first. `leave` ends the app by code; `repaint` sends the whole
    screen again (Ctrl+L) when another program has written over it. `own_painting` off, before the app runs, leaves
    composing and painting to Textual; keys, the end and the gate for text stay ours.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.own_painting = True
        self.lifecycle = Lifecycle()
        # Tips appear where the mouse rests, and its motion is not asked for.
        self._disable_tooltips = True
        self._painter = painter_for(os.environ, self.console._color_system, no_color=self.no_color)
        self._painted_epoch = 0
        self._frame_waits = False

    def get_driver_class(self) -> type[Driver]:
        """Our own driver, unless the environment names another (TEXTUAL_DRIVER)."""
        chosen = super().get_driver_class()
        return TerminalDriver if chosen is LinuxDriver else chosen

    def has_keys_after(self, moment: float) -> bool:
        """Whether keys are under way that came after `moment`, by the monotonic clock."""
        return isinstance(self._driver, TerminalDriver) and self._driver.has_keys_after(moment)

    def leave(self, exit_code: int) -> None:
        """Put safe what is to be put safe, then end with this code."""
        self.lifecycle.flush()
        self.exit(return_code=exit_code)

    def repaint(self) -> None:
        """Send the whole screen again."""
        if self.own_painting:
            self._painter.invalidate()
            self._send_frame()
        elif self._screen_stack:
            self._display(self.screen, self.screen._compositor.render_update(full=True))

    def paint_now(self) -> None:
        """Show at once what has changed in widgets that stay as they lie: the next frame is up to 17 ms away."""
        screen = self.screen
        for widget in screen.walk_children(Widget):
            if widget._repaint_required and not widget._layout_required:
                widget._repaint_required = False
                if widget.display and widget in screen._compositor:
                    screen._dirty_widgets.add(widget)
        screen._on_timer_update()

    def action_repaint(self) -> None:
        """Send the whole screen again."""
        self.repaint()

    def run_to_end(self, *, mouse: bool = False) -> int:
        """Run in the terminal until the user quits or the terminal goes away. Returns the exit code."""
        try:
            self.run(mouse=mouse)
        finally:
            self.lifecycle.flush()
            self.lifecycle.unwatch()
        return self.return_code or 0

    def yank(self, text: str) -> Copied:
        """Copy text to the terminal's clipboard and into a file; tell the user its `sentence`."""
        from tui.terminal.clipboard import copy_sequence, save_copy

        self._clipboard = text
        sequence = copy_sequence(text, os.environ) if self._driver is not None else ""
        if self._driver is not None and sequence:
            self._driver.write(sequence)
        return save_copy(text, sent=bool(sequence))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text (overridden: Textual knows neither tmux nor limits)."""
        self.yank(text)

    def _register(self, parent: DOMNode, *widgets: Widget, **options: Any) -> list[Widget]:
        """Where screens come to life (overridden: each gets our compositor before it is laid out)."""
        for widget in widgets:
            if self.own_painting and isinstance(widget, Screen) and type(widget._compositor) is Compositor:
                widget._compositor = LeanCompositor()
        return super()._register(parent, *widgets, **options)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Where Textual shows what it composed (overridden: it would send it all)."""
        ours = self.own_painting and isinstance(self._driver, TerminalDriver)
        if not ours or not isinstance(renderable, CompositorUpdate):
            super()._display(screen, renderable if ours or self.is_headless else cleaned(renderable))
            return
        try:
            if not self._painter.colours:
                self._painter.set_ground(*screen.background_colors[1].rgb)
            _take(self._painter, renderable)
            if self._running and not self._closed and not self._batch_count:
                self._send_frame()
        finally:
            self.post_display_hook()

    def _set_pointer_shape(self, _shape: str) -> None:
        """Leave the mouse pointer alone (overridden: Textual sends its shape to every terminal)."""

    def _send_frame(self) -> None:
        """Send what changed, or, while the line is still busy with what was sent, let it wait and gather.

        On a slow line at most a window full is sent at a time, and what has changed by then is sent next.
        """
        driver = self._driver
        writer = driver.writer if isinstance(driver, TerminalDriver) else None
        if writer is None or self._frame_waits or not isinstance(driver, TerminalDriver):
            return
        self._frame_waits = writer.call_when_free(self._line_free)
        if self._frame_waits:
            return
        if driver.epoch != self._painted_epoch:
            self._painted_epoch = driver.epoch
            self._painter.invalidate()
        self._send_piece(writer)
        while self._painter.is_behind and not self._frame_waits:
            self._frame_waits = writer.call_when_free(self._line_free)
            if not self._frame_waits:
                self._send_piece(writer)

    def _send_piece(self, writer: Writer) -> None:
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        piece = self._painter.paint(cursor, WINDOW if writer.is_slow else None)
        if self._sync_available and len(piece) > WORTH_FRAMING and not writer.is_slow:
            piece = f"{SYNC_START}{piece}{SYNC_END}"
        writer.write(piece)
        writer.hand_over()

    def _line_free(self) -> None:
        """In the writer's thread: the line can take more."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the app has ended
                loop.call_soon_threadsafe(self._send_waiting_frame)

    def _send_waiting_frame(self) -> None:
        self._frame_waits = False
        if self._running and not self._closed:
            self._send_frame()


def _take(painter: Painter, update: CompositorUpdate) -> None:
    """Put what Textual composed into the picture that is wanted."""
    if isinstance(update, LayoutUpdate):
        if painter.size != update.region.size:
            painter.resize(*update.region.size)
        for line, strips in enumerate(update.strips, update.region.y):
            column = update.region.x
            for strip in strips:
                column = painter.put(line, column, strip)
    elif isinstance(update, ChopsUpdate):
        for line in {line for line, _, _ in update.spans}:
            for column, piece in update.chops[line].items():
                if piece is not None:
                    painter.put(line, column, piece)


def painter_for(environ: Mapping[str, str], color_system: ColorSystem | None, *, no_color: bool) -> Painter:
    """A painter for the terminal that TERM names."""
    term = environ.get("TERM", "")
    return Painter(
        color_system or ColorSystem.STANDARD,
        colours=not no_color and color_system is not None and not term.startswith("vt"),
        erases=not term.startswith("screen") or "TMUX" in environ,
        scrolls=term not in NO_REGIONS,
    )
