"""Addresses of servers: how people write them, and which ones a password may travel to in the clear."""

from urllib.parse import urlsplit

__all__ = ["is_loopback", "normal_url", "warns_of_plain_http"]


def normal_url(text: str) -> str:
    """The address in one spelling: scheme, host, port, path without `/api` or a slash at the end.

    Without a scheme it is https, but http for this machine. Raises ValueError saying what is wrong.
    """
    text = text.strip()
    if not text:
        raise ValueError("the server's address is empty")
    if "://" not in text:
        text = f"{'http' if is_loopback(urlsplit('//' + text).hostname or '') else 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{parts.scheme}:// is not http:// or https://")
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{text!r} has no valid port") from None
    host = parts.hostname
    if not host or any(char.isspace() or ord(char) < 32 for char in parts.netloc):
        raise ValueError(f"{text!r} names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave user and password out of the address; they are asked for at sign-in")
    name = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    path = path.removesuffix("/api")
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{path}"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def warns_of_plain_http(url: str) -> bool:
    """Whether talking to `url` sends password and data unencrypted to another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
