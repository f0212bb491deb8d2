"""The ASGI application: from a request to the handler that a declaration names, and back.

Parsing the path is one dictionary look-up. Handlers are plain functions run in threads: reading ones side by side,
writing ones through `Database.run_write`, which queues or retries them as the database needs.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import SEEK_END
from typing import IO, Any, Protocol
from urllib.parse import parse_qsl

import orjson
from sqlalchemy.orm import Session

from server.db.changes import Actor, acting
from server.db.session import Database
from server.domain.errors import NotFound
from server.rest.context import Answer, Caller, Context, Incoming, SessionReader
from server.rest.errors import MethodNotAllowed, NotAcceptable, UnknownRoute, answer_for
from server.rest.exporting import Outputs, wants_file
from server.rest.fields import UploadedFile
from server.rest.query import Planner, Reader
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["Api", "Authenticator", "Replays"]

log = logging.getLogger("bincard.api")

Scope = Mapping[str, Any]
Message = Mapping[str, Any]
MAX_BODY = 64 * 1024 * 1024
PIECE = 256 * 1024


class Authenticator(Protocol):
    """Finds out who is asking. Raises NotAuthenticated where the credentials are wrong; None where there are none."""

    def caller(self, incoming: Incoming, reader: Reader) -> Caller | None: ...


class Replays(Protocol):
    """Remembers the answers to writes that carry an Idempotency-Key."""

    def known(self, context: Context, key: str) -> Answer | None: ...

    def remember(self, context: Context, key: str, answer: Answer) -> None: ...


class Api:
    """All declared routes over one database."""

    PREFIX = "/api/"

    def __init__(
        self, database: Database, declared: Iterable[Endpoint | Resource], authenticator: Authenticator,
        replays: Replays, *, services: Any = None, readers: int = 8,
        outputs: Outputs,
        global_setting: Callable[[Context, str], Any] | None = None, headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.database = database
        self.planner = Planner(database.dialect)
        self.authenticator = authenticator
        self.replays = replays
        self.services = services
        self.outputs = outputs
        self._global_setting = global_setting
        self.headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self.closing: list[Callable[[], None]] = []
        self.on_fault: Callable[[], None] | None = None
        """Is told of each request that failed; never raises."""
        """What else ends with the application."""
        self.exact: dict[str, Endpoint] = {}
        self.patterns: list[tuple[re.Pattern[str], Endpoint]] = []
        self.declared = tuple(declared)
        for declaration in self.declared:
            for path, endpoint in declaration.routes().items():
                self.add(path, endpoint)
        self.pool = ThreadPoolExecutor(readers, thread_name_prefix="bincard-read")
        self.write_pool = ThreadPoolExecutor(
            1 if database.dialect.name == "sqlite" else readers, thread_name_prefix="bincard-write"
        )

    def add(self, path: str, endpoint: Endpoint) -> None:
        """Put an endpoint under its path. Raises ValueError when the path is taken."""
        full = path if path.startswith("/") else self.PREFIX + path
        if full in self.exact:
            raise ValueError(f"{full} is declared twice")
        self.exact[full] = endpoint
        names = re.findall(r"{(\w+)}", full)
        if names and names != ["pk"]:
            kinds = {"pk": "[0-9]+", "rest": ".+"}
            pattern = re.sub(r"{(\w+)}", lambda m: f"(?P<{m[1]}>{kinds.get(m[1], '[^/]+')})", full)
            self.patterns.append((re.compile(pattern), endpoint))

    def global_setting(self, context: Context, key: str) -> Any:
        if self._global_setting is None:
            raise LookupError(f"no settings are declared; {key} was asked for")
        return self._global_setting(context, key)

    # -- finding the handler

    def find(self, path: str) -> tuple[Endpoint, dict[str, Any]] | None:
        """The endpoint of a path and the arguments in it."""
        found = self.exact.get(path)
        if found is not None and "{" not in path:
            return found, {}
        number = re.search(r"/(\d+)/", path)
        if number is not None:
            found = self.exact.get(f"{path[: number.start(1)]}{{pk}}{path[number.end(1) :]}")
            if found is not None:
                return found, {"pk": int(number[1])}
        for pattern, endpoint in self.patterns:
            match = pattern.fullmatch(path)
            if match is not None:
                arguments: dict[str, Any] = dict(match.groupdict())
                return endpoint, {key: int(value) if key == "pk" else value for key, value in arguments.items()}
        return None

    # -- answering

    def handle(self, incoming: Incoming) -> Answer:
        """Answer one request (in a thread of the pool). Never raises."""
        endpoint: Endpoint | None = None
        try:
            found = self.find(incoming.path)
            endpoint, arguments = found or (None, {})
            with self.database.snapshot() as reader:
                caller = self.authenticator.caller(incoming, reader)
                context = Context(self, incoming, reader, caller)
                route = self._route(endpoint, context)
                if route is None:
                    return self._finished(self._options(endpoint, context), endpoint)
                if not route.writes:
                    with acting(_actor(caller, incoming)):
                        return self._finished(_as_answer(route.run(context, **arguments)), endpoint)
            with acting(_actor(caller, incoming)):
                return self._finished(self._write(route, incoming, caller, arguments), endpoint)
        except Exception as error:  # noqa: BLE001 - the edge: refusals become answers, bugs a logged 500
            return self._finished(self._refused(error, incoming), endpoint)

    def _route(self, endpoint: Endpoint | None, context: Context) -> Route | None:
        """The route of the method, after everything that may stand in the way; None for OPTIONS."""
        incoming = context.incoming
        wanted = incoming.query.get("format")
        if endpoint is None:
            _ = context.user
            raise UnknownRoute(f"{incoming.origin}{incoming.path}")
        method = incoming.method
        endpoint.access.check(context, method if method in endpoint.methods or method == "OPTIONS" else "GET")
        if wanted not in (None, "", "json"):
            raise NotFound("Not found.")
        gives_files = endpoint.gives_files or wants_file(incoming.query)
        if not gives_files and not _accepts_json(incoming.headers.get("accept", "*/*")):
            raise NotAcceptable
        if method == "OPTIONS":
            return None
        route = endpoint.methods.get("GET" if method == "HEAD" else method)
        if route is None:
            raise MethodNotAllowed(method)
        return route

    def _write(self, route: Route, incoming: Incoming, caller: Caller | None, arguments: dict[str, Any]) -> Answer:
        """Run a writing route in one transaction, its answer included: with an Idempotency-Key the answer is kept in
        the same transaction, and a repeat gets it again."""
        key = incoming.headers.get("idempotency-key")
        waiting: list[Callable[[], None]] = []
        undoing: list[Callable[[], None]] = []

        def run(session: Session) -> Answer:
            waiting.clear()
            _run_all(undoing)
            context = Context(self, incoming, SessionReader(session), caller, session)
            context.on_failure = undoing
            if key and (known := self.replays.known(context, key)) is not None:
                return known
            answer = _as_answer(route.run(context, **arguments))
            session.flush()
            if key:
                self.replays.remember(context, key, answer)
            waiting.extend(context.after_commit)
            return answer

        try:
            answer = self.database.run_write(run)
        except BaseException:
            _run_all(undoing)
            raise
        _run_all(waiting)
        return answer

    def _options(self, endpoint: Endpoint | None, context: Context) -> Answer:
        if endpoint is None:
            raise UnknownRoute(context.incoming.path)
        about = endpoint.options(context)
        extra = {key: about.pop(key) for key in ("actions", "model") if key in about}
        parses = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
        return Answer({**about, "renders": ["application/json"], "parses": parses, **extra})

    def _refused(self, error: Exception, incoming: Incoming) -> Answer:
        answer = answer_for(error)
        if answer is not None:
            return answer
        reference = f"{time.time_ns():x}"
        log.error("%s %s failed (%s)", incoming.method, incoming.path, reference, exc_info=error)
        if self.on_fault is not None:
            self.on_fault()
        return Answer(
            {"detail": f"The server failed to answer; its log has the details under {reference}."}, 500
        )  # the exception's text may hold data: it stays in the log

    def _finished(self, answer: Answer, endpoint: Endpoint | None) -> Answer:
        if endpoint is None:
            allow = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"
        else:
            allow = ", ".join(allowed_methods(endpoint.methods))
        answer.headers.setdefault("Allow", allow)
        if answer.file is None and answer.content is None and answer.payload is not None:
            answer.content = orjson.dumps(answer.payload, default=_unusual, option=orjson.OPT_NON_STR_KEYS)
        return answer

    # -- ASGI

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        incoming = await read_request(scope, receive)
        writing = incoming.method not in ("GET", "HEAD", "OPTIONS")
        pool = self.write_pool if writing and "authorization" in incoming.headers else self.pool
        answer = await asyncio.get_running_loop().run_in_executor(pool, self.handle, incoming)
        if answer.stream is not None:
            await answer.stream(scope, receive, send)
            return
        content = answer.content if answer.content is not None else b""
        length = len(content) if answer.file is None else answer.file.seek(0, SEEK_END)
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", str(length).encode()),
            (b"vary", b"Accept, Accept-Language, Cookie, origin"),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()),
            *self.headers,
        ]
        if not length:
            headers = headers[1:]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.file is not None:
            await self._send_file(answer.file, send, nothing=incoming.method == "HEAD")
        else:
            await send({"type": "http.response.body", "body": b"" if incoming.method == "HEAD" else content})

    async def _send_file(self, file: IO[bytes], send: Any, *, nothing: bool) -> None:
        """Send a file piece by piece, and close it."""
        read = partial(asyncio.get_running_loop().run_in_executor, self.pool, file.read, PIECE)
        with file:
            file.seek(0)
            while piece := b"" if nothing else await read():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def close(self) -> None:
        """Wait for the requests under way."""
        self.pool.shutdown()
        self.write_pool.shutdown()
        for close in self.closing:
            close()


def allowed_methods(methods: Mapping[str, Any]) -> list[str]:
    """The methods of an endpoint as the Allow header lists them."""
    order = [name for name in ("GET", "POST", "PUT", "PATCH", "DELETE") if name in methods]
    return [*order, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]


def _actor(caller: Caller | None, incoming: Incoming) -> Actor:
    by = f"{incoming.method} {incoming.path}"
    return Actor(origin=by) if caller is None else Actor(caller.pk, caller.username, by)


def _run_all(functions: list[Callable[[], None]]) -> None:
    while functions:
        functions.pop(0)()


def _as_answer(result: Any) -> Answer:
    return result if isinstance(result, Answer) else Answer(result)


def _unusual(value: Any) -> Any:
    """What orjson does not know: decimals go out as numbers, minutes as InvenTree writes them."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _accepts_json(accept: str) -> bool:
    kinds = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    return any(kind in ("*/*", "application/*", "application/json", "") for kind in kinds)


# ---------------------------------------------------------------------------------------------------------- reading


async def read_request(scope: Scope, receive: Any) -> Incoming:
    """The request, its body parsed by its content type."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    method = scope["method"]
    raw = b"" if method in ("GET", "HEAD", "OPTIONS") else await _read_body(receive)
    scheme = headers.get("x-forwarded-proto", scope["scheme"])
    host = headers.get("x-forwarded-host") or headers.get("host", "localhost")
    body, is_form, body_error, unsupported = None, False, None, None
    kind = headers.get("content-type", "")
    if raw is None:
        body_error = f"The body is larger than {MAX_BODY // 1024**2} MiB; send it in parts."
    elif raw:
        media = kind.split(";")[0].strip().lower()
        if media == "application/json":
            body, body_error = parse_json(raw)
        elif media == "application/x-www-form-urlencoded":
            body, is_form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)), True
        elif media == "multipart/form-data":
            (body, body_error), is_form = await _parse_multipart(raw, kind), True
        else:
            unsupported = kind
    return Incoming(
        method=method, path=scope["path"], origin=f"{scheme}://{host}", query=query, headers=headers,
        address=(scope.get("client") or ("", 0))[0], body=body, is_form=is_form, body_error=body_error,
        unsupported_type=unsupported, raw=raw or b"",
    )  # fmt: skip


async def _read_body(receive: Any) -> bytes | None:
    """The whole body; None when it is larger than MAX_BODY."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
        if not message.get("more_body"):
            break
    return None if size > MAX_BODY else b"".join(parts)


def parse_json(raw: bytes) -> tuple[Any, str | None]:
    """The value and None, or None and what is wrong with it, in InvenTree's words."""
    try:
        return orjson.loads(raw), None
    except ValueError:
        pass
    try:
        text = raw.decode("utf-8")
        return json.loads(text, parse_constant=_no_constant), None
    except (ValueError, RecursionError) as error:
        return None, f"JSON parse error - {error}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"Out of range float values are not JSON compliant: '{name}'")


async def _parse_multipart(raw: bytes, content_type: str) -> tuple[Any, str | None]:
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    if "boundary=" not in content_type:
        return None, "Multipart form parse error - Invalid boundary in multipart: None"

    async def stream() -> Any:
        yield raw

    try:
        form = await MultiPartParser(Headers({"content-type": content_type}), stream(), max_part_size=MAX_BODY).parse()
    except (MultiPartException, KeyError) as error:
        return None, f"Multipart form parse error - {error}"
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            fields[name] = UploadedFile(
                filename=value.filename or "file", content_type=value.content_type or "", content=content
            )
        else:
            fields[name] = value
    await form.close()
    return fields, None
