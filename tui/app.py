"""The app: joins session, key map, themes, history and screens. Wiring only."""

import asyncio
import os
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual import work
from textual._context import active_message_pump
from textual.message import Message

from tui.actions import BY_ID, Action
from tui.actions.orders import ORDER_ROLES
from tui.api_errors import ApiError, NotAuthenticated, TimedOut, Unreachable
from tui.api_models import Location
from tui.config import ConfigError, Launch, Options
from tui.connection import ConnectionState, Link
from tui.history import History, Place
from tui.keymap import Keymap, KeymapError
from tui.paths import postings_dir
from tui.routes import screen_for
from tui.scanning.wedge import Pace, Scan
from tui.screens.base import BincardScreen, CommandHost
from tui.screens.item_commands import ItemCommands
from tui.screens.sales_app import SalesApp
from tui.screens.stock import StockScreen
from tui.server_url import normal_url
from tui.session import Session
from tui.state import ClientState
from tui.themes import DEFAULT_VARIABLES, THEMES, choose_theme
from tui.widgets.status_line import Status

if TYPE_CHECKING:
    from tui.screens.count_start import Here
    from tui.stock_actions import Posting, StockActions
    from tui.stock_actions.find import Hit

__all__ = ["BincardApp"]


class BincardApp(SalesApp):
    """The full-screen client. Raises ConfigError for a theme or key map that cannot be used."""

    TITLE = "Bincard"
    #: Textual loads the style sheet of a screen when it is pushed, and the first one never is.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/app.tcss", "styles/stock.tcss"]

    class SessionOpened(Message):
        """Somebody is signed in."""

    class SessionRefused(Message):
        """The server wants a user and a password, for this reason."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class SessionFailed(Message):
        """The server cannot be worked with."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    class LookedBack(Message):
        """What became of postings that were cut off, a sentence each."""

        def __init__(self, sentences: list[str]) -> None:
            super().__init__()
            self.sentences = sentences

    def __init__(self, launch: Launch) -> None:
        self.keymap = _load_keymap(launch)
        theme = _theme_name(launch)
        super().__init__(_pace_of(launch.options))
        self.own_painting = launch.options.own_painting
        self.launch = launch
        self.state = ClientState()
        self.history = History()
        self.recent_locations: list[Location] = []
        self._leaving = False
        self._scans: list[str] = []
        self._use(Session(launch))
        self.status = Status(server=launch.url, user=launch.user, read_only=launch.read_only)
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = theme
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def get_default_screen(self) -> StockScreen:
        """The stock screen is always there, below whatever is opened."""
        return StockScreen()

    # The session

    def _use(self, session: Session) -> None:
        """Work with this session from now on."""
        self.session = session
        self._stock_actions: StockActions | None = None
        session.client.connection.subscribe(self._on_connection)
        session.ask_password = self._ask_password
        session.on_token = lambda: self.stock_screen.session_begun()

    @property
    def stock_actions(self) -> "StockActions":
        """What posts for this session; made when it is first wanted, for it takes a while to import."""
        if self._stock_actions is None:
            from tui.stock_actions import StockActions

            self._stock_actions = StockActions(self.session)
        return self._stock_actions

    def on_mount(self) -> None:
        self.history.visit(Place("stock", "stocklocation", None))
        if self.launch.url:
            self.open_session()
        else:
            self.post_message(self.SessionRefused(""))

    async def on_unmount(self) -> None:
        await self.close_live()
        await self.close_counts()
        await self.session.close()

    @property
    def stock_screen(self) -> StockScreen:
        """The screen at the bottom of the stack."""
        return cast(StockScreen, self.screen_stack[0])

    @work(exclusive=True, group="session")
    async def open_session(self) -> None:
        """Sign in with what is at hand; wait for a server that does not answer."""
        while True:
            try:
                await self.session.connect()
            except NotAuthenticated as refusal:
                self.post_message(self.SessionRefused(str(refusal)))
            except (Unreachable, TimedOut) as error:
                self.post_message(self.SessionFailed(error))
                await self.session.client.until_back()
                continue
            except ApiError as error:
                self.post_message(self.SessionFailed(error))
            else:
                self.post_message(self.SessionOpened())
            return

    def on_bincard_app_session_opened(self) -> None:
        session = self.session
        self.set_status(server=session.instance or session.client.url, user=session.user_name, notice="")
        if session.insecure:
            self.announce("Plain HTTP: password and data can be read on the way to that machine.", "warning")
        if session.notices:
            self.announce(session.notices.pop(), "warning")
        self.stock_screen.session_opened()
        self.after_command()
        if any(postings_dir().rglob("*.json")):  # looked at here, since what reads them takes a while to import
            self.look_back()
        self.call_later(self.offer_counts)
        self.begin_live()

    @work(group="look back")
    async def look_back(self) -> None:
        """Find out what became of postings and receipts that an earlier client was cut off from."""
        from tui.orders.receiving_desk import look_back

        self.post_message(self.LookedBack([*await self.stock_actions.look_back(), *await look_back(self.session)]))

    def on_bincard_app_looked_back(self, message: LookedBack) -> None:
        if message.sentences:
            self.announce(" ".join(message.sentences), "warning")

    async def on_bincard_app_session_refused(self, message: SessionRefused) -> None:
        self.stock_screen.session_missing()
        await self.ask_sign_in(message.reason if self.session.user_name else "")

    def on_bincard_app_session_failed(self, message: SessionFailed) -> None:
        self.announce(str(message.error), "error")
        if isinstance(message.error, Unreachable | TimedOut):
            self.call_later(self.offer_counts)

    async def ask_sign_in(self, reason: str = "") -> None:
        """Show the sign-in screen over what is there."""
        from tui.screens.signin import SignInScreen

        config = self.launch.config
        profiles = tuple(config.profiles) if config is not None else ()
        screen = SignInScreen(self.launch.url, self.session.user_name, reason, profiles)
        await self.push_screen(screen, self._signed_in)

    async def sign_in(self, server: str, user: str, password: str) -> None:
        """Sign in at a server (an address or a profile's name). Raises ApiError, ValueError."""
        config = self.launch.config
        profile = config.profiles.get(server) if config is not None else None
        url = normal_url(profile.url if profile is not None else server)
        if url != self.session.client.url or user != self.session.user_name:
            await self.close_live()
            await self.close_counts()
        if url != self.session.client.url:
            self.launch = replace(self.launch, url=url, profile=profile, token=None, password=None)
            old = self.session
            self._use(Session(self.launch))
            await old.close()
        await self.session.sign_in(user, password)

    def _signed_in(self, user: str | None) -> None:
        if user is not None:
            self.post_message(self.SessionOpened())
        elif self.session.user is None:
            self.announce("Not signed in. :signin shows the sign-in screen.", "warning")

    async def _ask_password(self, user: str, reason: str) -> str | None:
        """Ask for the password again over whatever is on the screen; what was refused then goes on."""
        from tui.screens.signin import PasswordScreen

        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def take(password: str | None) -> None:
            if not answer.done():
                answer.set_result(password)

        await self.push_screen(PasswordScreen(user, reason), take)
        return await answer

    async def do_app_signin(self) -> None:
        """Sign in as somebody else or elsewhere."""
        await self.ask_sign_in()

    @work(exclusive=True, group="session")
    async def do_app_signout(self) -> None:
        """Forget the token and ask who is there."""
        await self.close_live()
        await self.close_counts()
        await self.session.sign_out()
        self.post_message(self.SessionRefused("Signed out."))

    # What may be done

    def allows(self, action: Action) -> bool:
        """Whether role and mode permit the action, and there is something for it to do."""
        if action.writes and self.launch.read_only:
            return False
        if action.needs is not None and not self.session.can(*action.needs):
            return False
        match action.id:
            case "app.back":
                return self.history.can_go_back
            case "app.forward":
                return self.history.can_go_forward
            case "app.undo":
                return self._stock_actions is not None and self._stock_actions.last is not None
            case "app.signout":
                return self.session.user is not None
            case "app.orders":
                return any(self.session.can(role, "view") for role in ORDER_ROLES)
            case _:
                return True

    # Status and notices

    def set_status(self, **changes: Any) -> None:
        """Change what the status line shows."""
        self.status = replace(self.status, **changes)
        for screen in self.screen_stack:
            if isinstance(screen, BincardScreen):
                screen.show_status(self.status)

    def announce(self, notice: str, severity: str = "information") -> None:
        """Say something in the status line until the next command; a warning or an error also rings the bell."""
        self.set_status(notice=notice, severity=severity)
        if severity in ("warning", "error"):
            self.bell()

    def clear_notice(self) -> None:
        if self.status.notice:
            self.set_status(notice="", severity="information")

    def _on_connection(self, state: ConnectionState) -> None:
        self.set_status(**_connection_status(state, self.status.latency_ms))

    # Places

    async def go(self, place: Place) -> None:
        """Go to a place and remember the one left."""
        if active_message_pump.get(self) is not self:
            # Asked for by a screen (a click): it goes away here, and cannot wait for its own end.
            self.call_later(self.go, place)
            return
        self._remember()
        self.history.visit(place)
        await self._show(place)

    def _remember(self) -> None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, BincardScreen):
                here = screen.place()
                if here is not None:
                    self.history.remember(here)
                return

    async def _show(self, place: Place) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        if place.screen == "stock":
            await self.stock_screen.show(place)
        else:
            await self.push_screen(screen_for(place))

    async def do_app_back(self) -> None:
        """Go to the place before."""
        self._remember()
        place = self.history.back()
        if place is not None:
            await self._show(place)

    async def do_app_forward(self) -> None:
        """Go forward again."""
        self._remember()
        place = self.history.forward()
        if place is not None:
            await self._show(place)

    # Commands that work everywhere

    async def show_help(self, host: CommandHost[Any]) -> None:
        """Show what every key does on a screen."""
        from tui.screens.help import HelpScreen
        from tui.widgets.help import help_lines

        actions, scopes = host.available(), host.current_scopes()
        lines = partial(help_lines, actions, scopes, self.keymap)
        await self.push_screen(HelpScreen(f"Keys: {host.TITLE_TEXT}", lines))

    async def do_app_help(self) -> None:
        """Help for the current screen."""
        await self.show_help(self.host)

    async def do_app_palette(self) -> None:
        """Search all commands."""
        from tui.screens.command import palette

        await self.push_screen(palette(self.host, self.keymap), self._run_chosen)

    async def _run_chosen(self, action_id: str | None) -> None:
        if action_id is not None:
            await self.run_by_id(action_id)

    async def do_app_command(self) -> None:
        """Type a command."""
        from tui.screens.command import CommandLine

        await self.push_screen(CommandLine(self.host, self.keymap), self._run_typed)

    async def _run_typed(self, typed: tuple[Action, str] | None) -> None:
        if typed is not None:
            await self.run_command(*typed)

    def complete(self, host: CommandHost[Any], action: Action, text: str) -> list[str]:
        """What `text` may become as the argument of a `:` command."""
        if action.id == "app.theme":
            return [name for name in THEMES if name.startswith(text)]
        return host.complete(action, text)

    async def do_app_theme(self, name: str = "") -> None:
        """Change the colours to the theme called `name`, or choose one."""
        if name in THEMES:
            self.theme = name
        elif name:
            self.announce(f"There is no theme {name}; themes are {', '.join(THEMES)}.", "warning")
        else:
            from tui.screens.picker import Picker
            from tui.widgets.choice_list import Choice

            picker = Picker("Theme", [Choice(each, each) for each in THEMES], current=self.theme)
            await self.push_screen(picker, self._set_theme)

    def _set_theme(self, name: str | None) -> None:
        if name is not None:
            self.theme = name

    async def do_app_jump(self) -> None:
        """Label the panes; the label's key goes there."""
        from tui.screens.jump import JumpScreen

        def focus(widget: Any) -> None:
            if widget is not None:
                self.screen.set_focus(widget)

        await self.push_screen(JumpScreen(self.host), focus)

    async def do_app_find(self, text: str = "") -> None:
        """Find anything."""
        from tui.screens.find import FindScreen

        await self.push_screen(FindScreen(text), self._open_hit)

    async def _open_hit(self, hit: "Hit | None") -> None:
        """Show what was found: a location with its stock, anything else on its bin card."""
        if hit is None:
            return
        model, pk = hit.target
        if model == "stocklocation":
            await self.go(Place("stock", model, pk, title=hit.title))
        elif model in ("part", "stockitem"):
            await self.go(Place("card", model, pk, title=hit.title))
        else:
            self.announce(f"{hit.title} belongs to no part.", "warning")

    # Scans

    async def open_scanned(self, text: str) -> None:
        """Find what was scanned and open it, or do what a command's barcode says."""
        from tui.scanning.verbs import verb_of
        from tui.screens.find import FindScreen

        verbs = [BY_ID[each] for each in verb_of(text)]
        action = next((each for each in verbs if self.host.can_run(each)), None)
        if action is not None:
            await self.run_command(action)
        elif verbs:
            self.announce(f"{verbs[0].label} does not work here.", "warning")
        else:
            await self.push_screen(FindScreen(text, scanned=True), self._open_hit)

    def scan_later(self, text: str) -> None:
        """Keep a scan until the dialog that is open has been answered."""
        self._scans.append(text)
        self.announce(f"Scanned {text}: answer this first.", "warning")

    def replay_scans(self) -> None:
        """Deal with the scans that waited for a dialog."""
        scans, self._scans = self._scans, []
        for text in scans:
            self.call_later(self._take_or_hold, Scan(text))  # each waits for what the one before it opens

    async def do_app_suppliers(self, text: str = "") -> None:
        """Look suppliers up."""
        await self.go(Place("suppliers", "", None, text=text))

    async def do_app_reorder(self) -> None:
        """Show what is short, and what to order of it."""
        await self.go(Place("reorder", "part", None))

    async def do_app_receiving(self, text: str = "") -> None:
        """Receive a purchase order: the one that `text` names or that holds it, or one to be chosen."""
        await self.go(Place("receive", "purchaseorder", None, text=text))

    def here_to_count(self) -> "Here":
        """The location of the stock screen and what is marked there."""
        from tui.screens.count_start import Here

        shown, marked = self.stock_screen.query_shown, self.stock_screen.table.marked_rows
        location = None
        if shown.location is not None and shown.part is None:
            path = self.stock_screen.path_of(shown.location).replace(" / ", "/")
            location = Location(shown.location, path.rpartition("/")[2], path)
        items, parts = (row["pk"] for row in marked), dict.fromkeys(row["part"] for row in marked)
        return Here(location, tuple(items), tuple(parts))

    async def do_app_orders(self, kind: str = "") -> None:
        """Show the order board, of the kind that `kind` begins."""
        from tui.screens.order_board import board_of

        await self.go(board_of(kind, self.state, self.session.can))

    # Taking back

    @work(exclusive=True, group="undo")
    async def do_app_undo(self) -> None:
        """Work out what takes the last posting back, and show it."""
        from tui.stock_actions import ActionError

        try:
            plan = await self.stock_actions.plan_undo()
        except (ActionError, ApiError) as error:
            self.announce(f"Not undone: {error}", "error")
        else:
            from tui.screens.item_dialogs import UndoDialog

            await self.push_screen(UndoDialog(plan), self._undone)

    def _undone(self, posting: "Posting | None") -> None:
        if posting is None:
            return
        self.announce("Undone by an opposite entry; both stay in the history.", "good")
        for screen in self.screen_stack:
            if isinstance(screen, ItemCommands):
                screen.posted(posting)

    def remember_location(self, location: Location) -> None:
        """Offer this location first the next time one is asked for."""
        self.recent_locations = [location, *(each for each in self.recent_locations if each.pk != location.pk)][:6]

    def copy(self, text: str, what: str) -> None:
        """Put text into the clipboard and say so."""
        self.announce(self.yank(text).sentence(what))

    def do_app_repaint(self) -> None:
        """Draw the whole screen anew."""
        self.repaint()

    def do_app_cancel(self) -> None:
        """Stop what is being loaded."""
        self.screen.workers.cancel_node(self.screen)

    def do_app_quit(self) -> None:
        """Leave, once what is being posted has come to its end; asked a second time, at once."""
        if self._leaving or self._stock_actions is None or not self._stock_actions.busy:
            self.exit()
            return
        self._leaving = True
        self.announce("A posting is on its way; leaving when it is done. Quit again leaves at once.", "warning")
        self.leave_when_posted(self._stock_actions)

    @work(group="quit")
    async def leave_when_posted(self, actions: "StockActions") -> None:
        """Leave as soon as nothing is being posted."""
        await actions.finish()
        self.exit()

    def _fatal_error(self) -> None:
        """Leave a report in a file and one line on the screen (overridden: Textual prints the traceback)."""
        from tui.crash import one_line

        if self._exception is not None and not self._exit_renderables:
            secrets = (self.launch.token, self.launch.password)
            self._exit_renderables.append(Text(one_line(self._exception, secrets=secrets)))
        self._close_messages_no_wait()


def _steady_latency(latency: int, before: int | None) -> int:
    """What to show of a latency in ms: what is shown already unless it is far off, for each change is some 40 bytes."""
    if before is not None and (max(latency, before) < 50 or before / 2 < latency < before * 2):
        return before
    return latency if latency < 10 else latency // 10 * 10


def _connection_status(state: ConnectionState, shown_before: int | None) -> dict[str, Any]:
    """The members of the status line that a reading of the connection sets; `shown_before` is the latency in it."""
    known = {"reason": state.reason, "latency_ms": None}
    synced = f"{datetime.fromtimestamp(state.last_answer):%H:%M}" if state.last_answer else ""
    match state.link:
        case Link.ONLINE:
            shown = _steady_latency(int(state.latency_ms), shown_before)
            return {"connection": "online", "latency_ms": shown, "synced_at": synced, "reason": ""}
        case Link.RETRYING | Link.THROTTLED:
            word = "retrying" if state.link is Link.RETRYING else "told to wait"
            return {**known, "connection": f"{word} in {state.retry_in:.0f} s", "synced_at": synced}
        case Link.NEW:
            return {**known, "connection": "connecting", "synced_at": synced}
        case _:
            return {**known, "connection": state.link.value, "synced_at": synced}


def _load_keymap(launch: Launch) -> Keymap:
    if launch.keymap_file is None:
        return Keymap()
    try:
        return Keymap.load(launch.keymap_file)
    except (KeymapError, OSError) as error:
        raise ConfigError(f"{launch.keymap_file}: {error}") from error


def _pace_of(options: Options) -> Pace | None:
    """How the scanner types; None where there is none."""
    if not options.scanner:
        return None
    return Pace(gap=options.scanner_gap, prefix=options.scanner_prefix, suffix=options.scanner_suffix)


def _theme_name(launch: Launch) -> str:
    try:
        return choose_theme(launch.options.theme, os.environ)
    except KeyError as error:
        raise ConfigError(f"there is no theme {error}; themes are {', '.join(THEMES)}") from None
