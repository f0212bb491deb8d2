"""Sending to a webhook: signed, to the address that was checked, once followed nowhere else.

The body is JSON. `X-Bincard-Timestamp` is when it was signed (Unix seconds), `X-Bincard-Signature` is "v1=" and the
HMAC-SHA256, in hex, of timestamp, a dot and the body. `Idempotency-Key` is the same for each try.

A webhook is a door to the server's own network: unless the settings allow it, addresses that are not public are refused
and only https is spoken. The name is resolved once and the connection made to what was checked, so that a name that
answers differently the second time gains nothing; redirections are not followed.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["SendFailed", "Webhook", "check_target", "post", "signature"]

TIMEOUT_SECONDS = 10
MOST_READ = 4096


class SendFailed(Exception):
    """A message could not be handed over; the text says why, without secrets."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to send and what to sign with."""

    url: str
    secret: str
    private_allowed: bool = False


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What `X-Bincard-Signature` holds."""
    signed = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check_target(url: str, *, private_allowed: bool) -> str | None:
    """Why a webhook cannot have this address, as far as it can be seen without asking the network; None: it can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "Enter a valid URL."
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return "Enter a valid URL."
    if parts.username or parts.password:
        return "An address with a user name or password in it is not taken."
    if private_allowed:
        return None
    if parts.scheme != "https":
        return "Webhooks need https (BINCARD_WEBHOOK_PRIVATE_NETWORKS allows others)."
    return None if _is_public_name(parts.hostname) else "Webhooks to private networks are not allowed."


def _is_public_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


def _address(host: str, port: int, *, private_allowed: bool) -> str:
    """The address to connect to. Raises SendFailed where there is none, or one of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SendFailed(f"{host} cannot be resolved: {error.strerror}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not private_allowed and not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise SendFailed(f"{host} is in a private network; that is not allowed")
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name stands for meanwhile; with TLS for the name."""

    def __init__(self, host: str, port: int, address: str, *, tls: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address = address
        self._tls = tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def post(to: Webhook, body: bytes, timestamp: int, key: str) -> None:
    """Send a body; `key` is its Idempotency-Key. Raises SendFailed unless the answer is a 2xx."""
    if (refusal := check_target(to.url, private_allowed=to.private_allowed)) is not None:
        raise SendFailed(refusal)
    parts = urlsplit(to.url)
    host, tls = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    connection = _Pinned(host, port, _address(host, port, private_allowed=to.private_allowed), tls=tls)
    headers: Mapping[str, str] = {
        "Content-Type": "application/json", "User-Agent": "Bincard", "Idempotency-Key": key,
        "X-Bincard-Timestamp": str(timestamp), "X-Bincard-Signature": signature(to.secret, timestamp, body),
    }  # fmt: skip
    try:
        connection.request("POST", f"{parts.path or '/'}{parts.query and '?' + parts.query}", body, dict(headers))
        answer = connection.getresponse()
        answer.read(MOST_READ)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SendFailed(f"{host} could not be reached: {type(error).__name__}: {error}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise SendFailed(f"{host} answered {answer.status}")
