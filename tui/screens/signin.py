"""Signing in: at the start, as somebody else, and again when a token has run out."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.screens.base import Dialog
from tui.server_url import normal_url, warns_of_plain_http
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["PasswordScreen", "SignInScreen"]

PLAIN_HTTP = "Plain HTTP: password and data can be read on the way to that machine."


class _SignInDialog(Dialog[str]):
    """The common looks: labelled fields, a line for what is wrong."""

    TITLE_TEXT = "Sign in"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Sign in"}

    def say(self, text: str, style: str = "bold $bad", sign: str = "!! ") -> None:
        """Show what is wrong, or what is going on."""
        self.query_one("#said", Sentence).say(text, style, sign)


class SignInScreen(_SignInDialog):
    """Server, user and password; ends when the app's session is signed in, or with None.

    `reason` says why it was opened, in the server's words.
    """

    class Refused(Message):
        """Signing in did not work out."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, url: str, user: str, reason: str = "", profiles: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._url = url
        self._user = user
        self._reason = reason
        self._profiles = profiles

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield from self.compose_row("Server", Field(self._url, placeholder="address or profile", id="server"))
            yield from self.compose_row("User", Field(self._user, id="user"))
            yield from self.compose_row("Password", Field(password=True, id="password"))
            yield Sentence(id="hint")
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([("Sign in", "bold"), (f"  {self._reason}" if self._reason else "", "")])
        self._warn()
        first_empty = "#server" if not self._url else "#user" if not self._user else "#password"
        self.set_focus(self.query_one(first_empty, Field))

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "server":
            self._warn()

    def _warn(self) -> None:
        hint = self.query_one("#hint", Sentence)
        try:
            url = normal_url(self._server())
        except ValueError:
            url = ""
        if url and warns_of_plain_http(url):
            hint.say(PLAIN_HTTP, "bold $warn", "! ")
        elif self._profiles:
            hint.say("Profiles: " + ", ".join(self._profiles), "$muted")
        else:
            hint.say("")

    def _server(self) -> str:
        """The address typed, or that of the profile named."""
        text = self._value("server").strip()
        config = self.bincard.launch.config
        profile = config.profiles.get(text) if config is not None else None
        return profile.url if profile is not None else text

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Field).value

    async def do_dialog_accept(self) -> None:
        """Go to the next empty field; with all filled, sign in."""
        for name in ("server", "user", "password"):
            if not self._value(name):
                self.set_focus(self.query_one(f"#{name}", Field))
                return
        self.say("Signing in ...", "", "")
        self._sign_in(self._value("server").strip(), self._value("user").strip(), self._value("password"))

    @work(exclusive=True, group="signin")
    async def _sign_in(self, server: str, user: str, password: str) -> None:
        try:
            await self.bincard.sign_in(server, user, password)
        except (ApiError, ValueError) as error:
            self.post_message(self.Refused(str(error)))
        else:
            self.dismiss(user)

    def on_sign_in_screen_refused(self, message: Refused) -> None:
        self.say(message.reason)
        password = self.query_one("#password", Field)
        password.value = ""
        self.set_focus(password)
        self.bincard.bell()

    async def do_dialog_cancel(self) -> None:
        """Stop signing in; a second time closes."""
        busy = [worker for worker in self.workers if worker.group == "signin" and worker.is_running]
        if busy:
            self.workers.cancel_group(self, "signin")
            self.say("Cancelled.", "", "")
        else:
            self.dismiss(None)


class PasswordScreen(_SignInDialog):
    """Asks the same user for the password again; ends with it, or with None."""

    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Sign in", "dialog.cancel": "Stay signed out"}

    def __init__(self, user: str, reason: str) -> None:
        super().__init__()
        self._user = user
        self._reason = reason

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield Sentence(id="said")
            yield from self.compose_row("Password", Field(password=True, id="password"))
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#title", Line).show([("Sign in again as ", "bold"), (self._user, "bold")])
        self.say(self._reason, "bold $warn", "! ")
        self.set_focus(self.query_one(Field))

    async def do_dialog_accept(self) -> None:
        """Hand the password over."""
        password = self.query_one(Field).value
        if password:
            self.dismiss(password)

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.tab", "dialog.tab_back") and super().offers(action)
