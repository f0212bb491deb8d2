"""A session with one server: which server it is, who is signed in, and what that role allows.

    session = Session(launch)
    try:
        await session.connect()             # finds the token kept from last time
    except NotAuthenticated as refusal:     # none, or one that does not count any more: ask for user and password
        await session.sign_in(user, password)

When a token is refused later on, `ask_password` is called with the user's name and the reason; the call that was
refused goes on with the new token as if nothing had happened. None from it gives the call up with NotAuthenticated.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from tui.api_client import (
    ApiClient,
    BadAnswer,
    BadCertificate,
    NotAuthenticated,
    NotFound,
    TimedOut,
    Timing,
    Unreachable,
)
from tui.api_errors import ApiError, Throttled
from tui.api_models import Person, ServerInfo, StatusChoice
from tui.config import ConfigError, Launch, save_value
from tui.credentials import Credential, CredentialError, CredentialStore
from tui.server_url import warns_of_plain_http

__all__ = ["PasswordAsker", "Session"]

PasswordAsker = Callable[[str, str], Awaitable[str | None]]

#: The oldest API this client can work with; the official client draws the same line.
OLDEST_API: Final = 206


class Session:
    """Server, user and permissions. Made without touching the network; `connect` does that."""

    def __init__(
        self, launch: Launch, *, client: ApiClient | None = None, store: CredentialStore | None = None
    ) -> None:
        """Raises ValueError for an address that is none."""
        options, profile = launch.options, launch.profile
        self.launch = launch
        self.client = client or ApiClient(
            launch.url,
            timing=Timing(connect=options.connect_timeout, read=options.read_timeout),
            ca_file=profile.ca_file if profile else "",
        )
        self.server: ServerInfo | None = None
        self.user: Person | None = None
        self.ask_password: PasswordAsker | None = None
        """Called with user name and reason when a token is refused in mid-session."""
        self.on_token: Callable[[], None] | None = None
        """Called when a token is at hand and about to be tried: what else is wanted can be asked for alongside."""
        self.notices: list[str] = []
        """What went wrong on the way without stopping anything (the token could not be kept, ...)."""
        self._store = store
        self._signed_in_as = launch.user or (profile.user if profile else "")
        self._statuses: dict[str, list[StatusChoice]] = {}

    @property
    def insecure(self) -> bool:
        """Whether password and data travel unencrypted to another machine: say so on the screen."""
        return warns_of_plain_http(self.client.url)

    @property
    def user_name(self) -> str:
        """Who is signed in, or who was last time."""
        return self.user.username if self.user else self._signed_in_as

    @property
    def instance(self) -> str:
        """What the server calls itself."""
        return self.server.instance if self.server else ""

    @property
    def is_bincard(self) -> bool:
        """Whether the server has what is ours alone (under `/plugin/bincard/`, idempotency keys, `expected`)."""
        return self.server is not None and self.server.is_bincard

    def can(self, role: str, verb: str) -> bool:
        """Whether the user may `verb` (view, add, change, delete) things of `role`; nothing before signing in.

        InvenTree wants `add` on `stock` for count, add, remove and transfer, as these are POSTs.
        """
        if self.launch.read_only and verb != "view":
            return False
        return self.user is not None and self.user.can(role, verb)

    async def connect(self) -> Person:
        """Find out which server this is and sign in with the token at hand.

        Raises NotAuthenticated when there is none or it is refused, BadAnswer when the server is not InvenTree's kind,
        and other ApiErrors. May be called again after any of them.
        """
        if not self.client.url:
            raise NotAuthenticated("Name the server to sign in to.")
        try:
            return await self._enter(self.launch.token or await self._kept_token())
        except NotAuthenticated:
            if self.launch.password is None:
                raise
            return await self.sign_in(self._signed_in_as, self.launch.password, remember=False)

    async def sign_in(self, user: str, password: str, *, remember: bool = True) -> Person:
        """Get a token for `user` and keep it for next time. Raises NotAuthenticated with the server's reason."""
        if self.server is None:
            await self._look_at_server()
        before = self.client.token
        token = self.client.token = await self.client.token_for(user, password, _token_name())
        try:
            person = self._welcome(await self._who_am_i())
        except ApiError:
            self.client.token = before
            raise
        if remember:
            await asyncio.to_thread(self._remember, user, token)
        return person

    async def reauthenticate(self, password: str) -> None:
        """Sign in again as the same user."""
        await self.sign_in(self.user_name, password)

    async def sign_out(self) -> None:
        """Forget the token here and on this machine; the server's copy stays good until it expires or is revoked."""
        self.client.token = None
        self.client.authenticator = None
        self.user = None
        self._statuses.clear()
        try:
            await asyncio.to_thread(self._credentials().forget, self.client.url, self._profile_name())
        except CredentialError as error:
            self.notices.append(str(error))

    async def statuses(self, model: str = "stock") -> list[StatusChoice]:
        """The statuses that `model` (an address: stock, order/po, build) can have; asked for once."""
        if model not in self._statuses:
            self._statuses[model] = StatusChoice.all_of(await self.client.get(f"{model}/status/"))
        return self._statuses[model]

    async def close(self) -> None:
        """End the connections."""
        await self.client.aclose()

    # On the way in

    async def _enter(self, token: str | None) -> Person:
        self.client.authenticator = None
        self.client.token = token
        if token is None:
            await self._look_at_server()
            raise NotAuthenticated("Sign in to go on.")
        if self.on_token is not None:
            self.on_token()
        # One round trip for both: over a slow line each one is felt.
        server, user = await asyncio.gather(self._look_at_server(), self._who_am_i(), return_exceptions=True)
        if isinstance(server, BaseException) or isinstance(user, BaseException):
            self.client.token = None
            raise server if isinstance(server, BaseException) else user  # type: ignore[misc]
        return self._welcome(user)

    async def _look_at_server(self) -> None:
        host = self.client.url
        try:
            self.server = ServerInfo.of(await self.client.anonymous(""))
        except (Unreachable, BadCertificate, TimedOut, Throttled):
            raise
        except (ApiError, TypeError) as error:
            raise BadAnswer(f"{host} is not the address of an InvenTree server: {error}") from error
        if self.server.api_version < OLDEST_API:
            raise BadAnswer(f"{host} speaks API {self.server.api_version}; this client needs {OLDEST_API} or newer.")
        self.client.idempotent = self.server.is_bincard

    async def _who_am_i(self) -> Person:
        me, roles = await asyncio.gather(self.client.get("user/me/"), self._roles())
        try:
            return Person.of(me, roles)
        except TypeError as error:
            raise BadAnswer(f"{self.client.url} does not say who is signed in: {error}") from error

    async def _roles(self) -> dict[str, Any]:
        try:
            return await self.client.get("user/me/roles/")
        except NotFound:
            # Before API 490.
            return await self.client.get("user/roles/")

    def _welcome(self, user: Person) -> Person:
        self.user = user
        self._signed_in_as = user.username
        self.client.authenticator = self._again
        return user

    async def _again(self, refusal: NotAuthenticated) -> str | None:
        """Ask for the password until it is right or the person gives up; the new token, or None."""
        reason = str(refusal)
        while self.ask_password is not None:
            password = await self.ask_password(self.user_name, reason)
            if password is None:
                return None
            try:
                token = await self.client.token_for(self.user_name, password, _token_name())
            except NotAuthenticated as error:
                reason = str(error)
            else:
                await asyncio.to_thread(self._remember, self.user_name, token)
                return token
        return None

    # What is kept

    async def _kept_token(self) -> str | None:
        try:
            kept = await asyncio.to_thread(self._load)
        except CredentialError as error:
            self.notices.append(str(error))
            return None
        if kept is None:
            return None
        self._signed_in_as = kept.user
        return kept.token

    def _load(self) -> Credential | None:
        """The token of the profile, else one that was kept for the address before it had a profile."""
        wanted = self._signed_in_as
        for name in dict.fromkeys((self._profile_name(), "")):
            kept = self._credentials().load(self.client.url, name)
            if kept is not None and wanted in ("", kept.user):
                return kept
        return None

    def _remember(self, user: str, token: str) -> None:
        try:
            self._credentials().save(self.client.url, Credential(user, token), self._profile_name())
            self._remember_profile(user)
        except (CredentialError, ConfigError) as error:
            self.notices.append(str(error))

    def _remember_profile(self, user: str) -> None:
        """Write the user into the profile; make a first profile of the server where the file has none."""
        config, profile = self.launch.config, self.launch.profile
        if config is None:
            return
        if profile is not None:
            if profile.user != user:
                save_value(config.path, ("profiles", profile.name), "user", user)
        elif not config.profiles:
            name = urlsplit(self.client.url).hostname or "main"
            save_value(config.path, ("profiles", name), "url", self.client.url)
            save_value(config.path, ("profiles", name), "user", user)

    def _profile_name(self) -> str:
        return self.launch.profile.name if self.launch.profile else ""

    def _credentials(self) -> CredentialStore:
        if self._store is None:
            self._store = CredentialStore()
        return self._store


def _token_name() -> str:
    """What the token is called in the server's list: it tells the machines apart."""
    return "bincard-" + re.sub(r"[^A-Za-z0-9._-]+", "-", socket.gethostname())[:80]
