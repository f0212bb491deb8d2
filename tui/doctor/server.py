"""Whether the server answers, how fast, and with which certificate."""

import asyncio
import ssl
import statistics
import time
from typing import Final
from urllib.parse import urlsplit

from tui.api_client import ApiClient, ApiError, Timing
from tui.api_models import ServerInfo
from tui.config import Launch
from tui.doctor.findings import Finding
from tui.server_url import warns_of_plain_http

__all__ = ["server_findings"]

_QUESTIONS: Final = 3
_DAY: Final = 86400.0
#: Days before its end from which a certificate is worth a word.
_SOON: Final = 21


async def server_findings(launch: Launch) -> tuple[list[Finding], ApiError | None]:
    """Ask the server for its version; nobody signs in and no token is sent. The error is what kept it from answering.

    Takes as long as the connection and read timeouts of the settings at most, a few times over.
    """
    if not launch.url:
        return [Finding("Server", "none named", "give --server URL, or a profile in config.toml")], None
    insecure = warns_of_plain_http(launch.url)
    advice = "password and data travel in the clear: use https" if insecure else ""
    found = [Finding("Server", launch.url, advice)]
    timing = Timing(connect=launch.options.connect_timeout, read=launch.options.read_timeout, pauses=())
    client = ApiClient(launch.url, timing=timing, ca_file=launch.profile.ca_file if launch.profile else "")
    try:
        found += await _version(client)
    except ApiError as error:
        return [*found, Finding("Answer", str(error), _remedy(error))], error
    finally:
        await client.aclose()
    if launch.url.startswith("https:"):
        found.append(await _certificate(launch))
    return found, None


async def _version(client: ApiClient) -> list[Finding]:
    times, answer = [], {}
    for _ in range(_QUESTIONS):
        begun = time.monotonic()
        answer = await client.anonymous("")
        times.append((time.monotonic() - begun) * 1000)
    # The first one also connects.
    latency = f"{statistics.median(times[1:]):.0f} ms; connecting took {times[0]:.0f} ms"
    try:
        server = ServerInfo.of(answer)
    except TypeError:
        return [Finding("Answer", "not that of an InvenTree server", "check the address: it ends before /api/")]
    return [Finding("Answer", f"{server}{f', {server.instance}' if server.instance else ''}"),
            Finding("Latency", latency)]  # fmt: skip


def _remedy(error: ApiError) -> str:
    match type(error).__name__:
        case "BadCertificate":
            return "name the authority that signed it as ca_file in the profile"
        case "Unreachable":
            return "check the address, and that the server runs and the network reaches it"
        case "TimedOut":
            return "check the network and firewall; on a slow link raise connect_timeout and read_timeout"
        case _:
            return "check the address: it ends before /api/"


async def _certificate(launch: Launch) -> Finding:
    """Who signed the server's certificate and how long it is good; it has been trusted already."""
    parts = urlsplit(launch.url)
    timeout = launch.options.connect_timeout
    try:
        context = ssl.create_default_context(cafile=(launch.profile.ca_file if launch.profile else "") or None)
        opening = asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context, ssl_handshake_timeout=timeout)
        _, writer = await asyncio.wait_for(opening, timeout)
    except (OSError, TimeoutError) as error:
        # A proxy may stand between: the requests above went through it.
        return Finding("Certificate", f"trusted; it cannot be looked at from here ({error or 'no answer'})")
    given = writer.get_extra_info("peercert") or {}
    writer.close()
    issuer = {name: value for pairs in given.get("issuer", ()) for name, value in pairs}
    signed = issuer.get("organizationName") or issuer.get("commonName") or "an unnamed authority"
    until = str(given.get("notAfter", ""))
    left = (ssl.cert_time_to_seconds(until) - time.time()) / _DAY if until else 0.0
    value = f"trusted, signed by {signed}, good for {left:.0f} days (until {until})"
    return Finding("Certificate", value, "it ends soon: have it renewed" if left < _SOON else "")
