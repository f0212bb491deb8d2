"""Our server seen as a plain InvenTree: it does not say that it is Bincard, and must not be asked for more.

What only Bincard understands (an idempotency key, `expected` in a line, `/plugin/bincard/`) is noted in `strayed` and
kept from the server, which therefore neither repeats answers nor compares quantities.
"""

import json

from tests.faults import FaultServer, Request

__all__ = ["PlainInvenTree"]


class PlainInvenTree(FaultServer):
    """A proxy before the server at `upstream`; faults can be put in as in any `FaultServer`."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.strayed: list[str] = []

    async def forward(self, request: Request, raw: bytes) -> bytes:
        """Pass a request on without what a plain InvenTree does not know, and hide who answers."""
        call = f"{request.method} {request.path}"
        if "idempotency-key" in request.headers:
            self.strayed.append(f"{call}: Idempotency-Key")
        if request.path.startswith("/plugin/bincard/"):
            self.strayed.append(call)
        if b'"expected"' in request.body:
            self.strayed.append(f"{call}: expected")
        answer = await super().forward(request, raw)
        return _without_bincard(answer) if (request.method, request.path) == ("GET", "/api/") else answer


def _without_bincard(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    told = json.loads(body)
    told["active_plugins"] = [plugin for plugin in told["active_plugins"] if plugin["slug"] != "bincard"]
    body = json.dumps(told).encode()
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])
