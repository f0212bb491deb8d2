"""Talking to a server: verbs, pages, retries. The only module that imports httpx, and it does so late.

Errors are one tree, drawn in `tui/api_errors.py` and given again here:

    ApiError > Unreachable (> BadCertificate), TimedOut, NotAuthenticated, Forbidden, NotFound, Invalid, Conflict,
               Throttled, ServerFault, BadAnswer

- Reads are tried again when the connection is lost, after a growing pause.
- A write is tried again only when it cannot have been carried out, or when the server is Bincard (`idempotent`): then
  every write carries an `Idempotency-Key`, and a repeat gets the first answer. Otherwise the error says `uncertain`.
- 429 is waited out as told. 401 asks `authenticator` for a new token and goes on.
- Redirects are not followed, cookies not kept, and every text of an answer has been made safe for the terminal.
"""

import asyncio
import base64
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.api_errors import (
    ApiError,
    BadAnswer,
    BadCertificate,
    Conflict,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    ServerFault,
    Throttled,
    TimedOut,
    Unreachable,
)
from tui.connection import Connection, ConnectionState, Link
from tui.safe_text import safe
from tui.server_url import is_loopback, normal_url
from tui.version import VERSION
from tui.wire import Answer, Json, Page, Params, Rows, as_object, as_page, body_bytes, decode, fault_of, query_pairs

if TYPE_CHECKING:
    import httpx

__all__ = [
    "ApiClient",
    "ApiError",
    "BadAnswer",
    "BadCertificate",
    "Conflict",
    "ConnectionState",
    "Forbidden",
    "Invalid",
    "Json",
    "Link",
    "NotAuthenticated",
    "NotFound",
    "Page",
    "Rows",
    "ServerFault",
    "Throttled",
    "TimedOut",
    "Timing",
    "Unreachable",
]

Authenticator = Callable[[NotAuthenticated], Awaitable[str | None]]

_GATEWAY_FAULTS = (502, 503, 504)
_LARGEST_ANSWER = 64 * 1024 * 1024
_LARGEST_REFUSAL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what, in seconds."""

    connect: float = 5.0
    read: float = 30.0
    slow: float = 2.0
    """An answer that takes longer makes the connection `slow`."""
    pauses: tuple[float, ...] = (0.2, 1.0, 3.0)
    """Before each further try."""
    patience: float = 120.0
    """The longest wait that a server may ask for (429, Retry-After) before the call is given up."""


class ApiClient:
    """One server, as one user. Paths are relative to `/api/` ("stock/1/"); one with a leading slash to the server."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timing: Timing | None = None,
        ca_file: str = "",
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        """Nothing is connected yet; without an address every call is refused.

        Raises ValueError for an address that is none.
        """
        self.url = normal_url(url) if url else ""
        self.token = token
        self.idempotent = False
        """Whether the server answers a repeated write with its first answer (a Bincard server does)."""
        self.authenticator: Authenticator | None = None
        """Asked for a new token when a call is refused with 401; None from it gives the call up."""
        self.connection = Connection()
        self._timing = timing or Timing()
        self._ca_file = ca_file
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._signing_in = asyncio.Lock()

    async def get(self, path: str, params: Params | None = None) -> Json:
        """One object."""
        return as_object(await self._request("GET", path, params), f"GET {path}")

    async def page(self, path: str, offset: int = 0, limit: int = 100, params: Params | None = None) -> Page:
        """Rows `offset` to `offset + limit` of a list."""
        answer = await self._request("GET", path, {**(params or {}), "limit": limit, "offset": offset})
        return as_page(answer, offset, limit, f"GET {path}")

    async def list(self, path: str, params: Params | None = None, *, limit: int = 250) -> Rows:
        """All rows of a list, asked for `limit` at a time; each primary key once."""
        return [row async for row in self.rows(path, params, limit=limit)]

    async def rows(self, path: str, params: Params | None = None, *, limit: int = 250) -> AsyncIterator[Json]:
        """The same, as they come."""
        offset, seen = 0, set()
        while True:
            page = await self.page(path, offset, limit, params)
            for row in page.results:
                # A row that moved to a later page while we were reading is not given twice.
                key = row.get("pk")
                if key is None or key not in seen:
                    seen.add(key)
                    yield row
            offset += len(page.results)
            if not page.results or offset >= page.count:
                return

    async def file(self, path: str, params: Params | None = None) -> bytes:
        """What lies at an address, as it is: a sheet, a report."""
        content: bytes = await self._request("GET", path, params, take=lambda answer: answer.content)
        return content

    async def stream(
        self, path: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None, silence: float = 75
    ) -> AsyncIterator[bytes]:
        """The pieces of an answer that has no end, as they come; over when the server ends it.

        Whoever reads it goes on from where it was cut: nothing is repeated here, and `connection` is told nothing.
        Raises ApiError; TimedOut where nothing came for `silence` seconds.
        """
        import httpx

        call, http = f"GET {path}", await self._client()
        sent = {"Accept": "text/event-stream", "Accept-Encoding": "identity", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        timeout = httpx.Timeout(self._timing.read, connect=self._timing.connect, read=silence)
        try:
            async with http.stream(
                "GET", self._address(path), params=query_pairs(params), headers=sent, timeout=timeout
            ) as response:
                if response.status_code != 200:
                    raise await self._refusal(response, call)
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise BadAnswer("The server gives no stream of events.", call=call)
                async for chunk in response.aiter_raw():
                    yield chunk
        except httpx.TimeoutException as error:
            raise self._timed_out(error, call) from error
        except httpx.HTTPError as error:
            raise self._unreachable(error, call) from error

    async def _refusal(self, response: "httpx.Response", call: str) -> ApiError:
        """The error that a stream begins with."""
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > _LARGEST_REFUSAL:
                break
        fault = fault_of(Answer(call, response.status_code, dict(response.headers), content))
        return fault or BadAnswer(f"The server answered with {response.status_code}.", call=call)

    async def count(self, path: str, params: Params | None = None) -> int:
        """How many rows a list has."""
        return (await self.page(path, 0, 1, params)).count

    async def options(self, path: str) -> Json:
        """What may be sent to `path`: `actions`, with the fields of each."""
        return as_object(await self._request("OPTIONS", path), f"OPTIONS {path}")

    async def post(self, path: str, body: Any, *, key: str | None = None, safe: bool = False) -> Any:
        """Send `body`; the answer may be an object, a list or None.

        `safe` marks a POST that changes nothing (search, barcode): it is repeated like a read. `key` is the
        idempotency key of an attempt made before, to find out what became of it.
        """
        return await self._request("POST", path, body=body, key=key, safe=safe)

    async def patch(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Change the given fields."""
        return await self._request("PATCH", path, body=body, key=key)

    async def put(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Replace the whole object."""
        return await self._request("PUT", path, body=body, key=key)

    async def delete(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Delete; some lists and trees want a body."""
        return await self._request("DELETE", path, body=body, key=key)

    async def token_for(self, user: str, password: str, name: str) -> str:
        """Ask for a token called `name`. Raises NotAuthenticated with the server's words when it is refused."""
        header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        for path in ("user/me/token/", "user/token/"):
            # The second is for servers before API 490.
            try:
                answer = as_object(
                    await self._request("GET", path, {"name": name}, authorization=header), f"GET {path}"
                )
            except NotFound:
                continue
            if isinstance(answer.get("token"), str) and answer["token"]:
                return str(answer["token"])
            raise BadAnswer("The server gave no token.", call=f"GET {path}")
        raise BadAnswer("The server gives no tokens: is it an InvenTree server?", call="GET user/me/token/")

    async def anonymous(self, path: str) -> Json:
        """One object, asked for without a token."""
        return as_object(await self._request("GET", path, authorization=""), f"GET {path}")

    async def until_back(self) -> None:
        """Wait, with growing pauses, until the server answers again."""
        pause = 1.0
        while True:
            try:
                await self._exchange("GET", "system/health/", None, None, {})
            except (Unreachable, TimedOut, ServerFault, Throttled) as error:
                wait = max(pause, getattr(error, "retry_after", 0.0))
                await self._pause(Link.RETRYING, wait, error)
                pause = min(pause * 2, 30.0)
            except ApiError:
                # Whatever it says: it is there, and whoever asks next hears it.
                return
            else:
                return

    async def aclose(self) -> None:
        """Close the connections. Calls still under way end with Unreachable."""
        if self._http is not None:
            await self._http.aclose()

    # One call, with its repeats

    async def _request(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        key: str | None = None,
        safe: bool = False,
        authorization: str | None = None,
        take: Callable[[Answer], Any] = decode,
    ) -> Any:
        repeatable = safe or method in ("GET", "OPTIONS")
        headers = {}
        if self.idempotent and not repeatable:
            headers["Idempotency-Key"] = key or os.urandom(16).hex()
            repeatable = True
        tries, waited, asked, uncertain = 0, 0.0, False, False
        while True:
            token = self.token
            headers["Authorization"] = f"Token {token}" if authorization is None and token else authorization or ""
            try:
                return take(await self._exchange(method, path, params, body, headers))
            except NotAuthenticated as error:
                # A call that was refused has done nothing: after signing in it goes on as if nothing had been.
                if authorization is not None or asked or not await self._sign_in_again(token, error):
                    error.uncertain = uncertain
                    raise
                asked = True
            except Throttled as error:
                waited += error.retry_after
                if waited > self._timing.patience:
                    error.uncertain = uncertain
                    raise
                await self._pause(Link.THROTTLED, error.retry_after, error)
            except (Unreachable, TimedOut, ServerFault) as error:
                # A first try that may have arrived is not taken back by a second one that did not.
                uncertain = error.uncertain = uncertain or error.uncertain
                if tries >= len(self._timing.pauses) or not _worth_repeating(error, repeatable):
                    if not isinstance(error, ServerFault):
                        self.connection.lost(str(error))
                    raise
                pause = min(getattr(error, "retry_after", 0.0) or self._timing.pauses[tries], self._timing.patience)
                tries += 1
                await self._pause(Link.RETRYING, pause, error)

    async def _pause(self, link: Link, seconds: float, error: ApiError) -> None:
        self.connection.waiting(link, seconds, str(error))
        await asyncio.sleep(seconds)

    async def _sign_in_again(self, refused: str | None, error: NotAuthenticated) -> bool:
        """Get a token to go on with; calls refused at the same time ask once. False when there is none."""
        if self.authenticator is None:
            return False
        async with self._signing_in:
            if self.token == refused:
                self.token = await self.authenticator(error) or self.token
            return self.token != refused

    async def _exchange(
        self, method: str, path: str, params: Params | None, body: Any, headers: Mapping[str, str]
    ) -> Answer:
        """Send once. Raises the error that the answer or its absence stands for; a good answer is given back."""
        call = f"{method} {path}"
        if not self.url:
            raise BadAnswer("No server has been named.", call=call)
        http = await self._client()
        content = None if body is None else body_bytes(body)
        sent = {name: value for name, value in headers.items() if value}
        if content is not None:
            sent["Content-Type"] = "application/json"
        begun = time.monotonic()
        slow = asyncio.get_running_loop().call_later(self._timing.slow, self.connection.slow)
        try:
            answer = await self._receive(http, method, self._address(path), params, content, sent, call)
        finally:
            slow.cancel()
        self.connection.answered(time.monotonic() - begun, len(content or b""), len(answer.content))
        fault = fault_of(answer)
        if fault is not None:
            raise fault
        return answer

    async def _receive(
        self,
        http: "httpx.AsyncClient",
        method: str,
        address: str,
        params: Params | None,
        content: bytes | None,
        headers: Mapping[str, str],
        call: str,
    ) -> Answer:
        import httpx

        try:
            async with http.stream(
                method, address, params=query_pairs(params), content=content, headers=dict(headers)
            ) as response:
                chunks, size = [], 0
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > _LARGEST_ANSWER:
                        raise BadAnswer(
                            f"The answer is larger than {_LARGEST_ANSWER // 2**20} MB.", call=call, uncertain=True
                        )
                    chunks.append(chunk)
                return Answer(call, response.status_code, dict(response.headers), b"".join(chunks))
        except httpx.TimeoutException as error:
            raise self._timed_out(error, call) from error
        except httpx.DecodingError as error:
            raise BadAnswer(f"The answer cannot be unpacked: {safe(str(error))}", call=call) from error
        except httpx.HTTPError as error:
            raise self._unreachable(error, call) from error
        except httpx.InvalidURL as error:
            raise BadAnswer(f"{safe(str(error))}: {address}", call=call) from error

    def _timed_out(self, error: Exception, call: str) -> TimedOut:
        import httpx

        if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
            return TimedOut(f"{self._host()} does not answer (waited {self._timing.connect:g} s).", call=call)
        return TimedOut(
            f"{self._host()} took longer than {self._timing.read:g} s to answer.", call=call, uncertain=True
        )

    def _unreachable(self, error: Exception, call: str) -> Unreachable:
        import httpx

        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return BadCertificate(
                    f"The certificate of {self._host()} is not trusted: {safe(cause.verify_message)}. "
                    "Name its authority as ca_file in the profile.",
                    call=call,
                )
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.ConnectError):
            return Unreachable(f"{self._host()} cannot be reached: {_short(error)}.", call=call)
        return Unreachable(f"The connection to {self._host()} was cut.", call=call, uncertain=True)

    def _host(self) -> str:
        return urlsplit(self.url).netloc

    def _address(self, path: str) -> str:
        return f"{self.url}{path}" if path.startswith("/") else f"{self.url}/api/{path}"

    async def _client(self) -> "httpx.AsyncClient":
        if self._http is None:
            async with self._opening:
                if self._http is None:
                    self._http = await asyncio.to_thread(self._open)
        return self._http

    def _open(self) -> "httpx.AsyncClient":
        # The command line of httpx would be imported along with it and costs as much as the rest; None in its place
        # makes that import fail, which httpx allows for.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        secure = self.url.startswith("https:")
        return httpx.AsyncClient(
            verify=_trust(self._ca_file) if secure else False,
            transport=self._transport,
            # Neither a proxy named by the environment nor ~/.netrc belongs between us and this machine.
            trust_env=not is_loopback(urlsplit(self.url).hostname or ""),
            follow_redirects=False,
            # With a session cookie the server would ask for more than the token (CSRF).
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._timing.read, connect=self._timing.connect, pool=self._timing.read),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60),
            headers={"Accept": "application/json", "User-Agent": f"bincard/{VERSION}"},
        )


def _worth_repeating(error: ApiError, repeatable: bool) -> bool:
    if isinstance(error, BadCertificate):
        return False
    if isinstance(error, ServerFault):
        return repeatable and error.status in _GATEWAY_FAULTS
    if isinstance(error, TimedOut) and error.uncertain:
        # Only a write is worth asking about again: it must be known what became of it.
        return repeatable and not error.call.startswith(("GET", "OPTIONS"))
    return repeatable or not error.uncertain


def _trust(ca_file: str) -> ssl.SSLContext:
    """The authorities to believe: those of `ca_file`, else the system's, else the ones that come with httpx."""
    if ca_file:
        try:
            return ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise BadCertificate(f"{ca_file} (ca_file of the profile) cannot be used: {_short(error)}.") from error
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath or sys.platform == "win32":
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _short(error: Exception) -> str:
    """The system's words for why a connection was not made, without its numbers."""
    cause = error.__cause__ or error.__context__ or error
    while not isinstance(cause, OSError) and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__ or cause
    text = getattr(cause, "strerror", None) or str(cause) or "no connection"
    return safe(text).rstrip(".")
