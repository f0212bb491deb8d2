"""Tokens kept between sessions, one per server profile: in the system's key store where one works, else in a file.

The key store is asked in a child process (`python -m keyring`), never in ours: a D-Bus that does not answer can then
be left behind after `TIME_LIMIT`, whatever a backend raises is just a failure, and its 24 MB and 80 ms are spent only
where there is a store. On Linux without a session bus (the usual case over SSH), or with `BINCARD_KEYRING=off`, it is
not asked at all.

A file is `tokens/<profile>-<hash>.json` in the configuration directory, readable by its owner only and written whole.
A token is bound to the address it was given by: when a profile's address changes, it is not found any more.
"""

import contextlib
import json
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.paths import config_dir, write_private

__all__ = ["Credential", "CredentialError", "CredentialStore"]

TIME_LIMIT: Final = 4.0
_SERVICE: Final = "bincard"


class CredentialError(Exception):
    """A token can be neither kept nor found; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a sign-in left behind."""

    user: str
    token: str


class CredentialStore:
    """The tokens of this machine's user. Everything here may block for seconds: call it in a thread."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or config_dir() / "tokens"

    def load(self, url: str, profile: str = "") -> Credential | None:
        """The token for the server at `url`, None when there is none. Raises CredentialError."""
        found = _parsed(self._ask("get", _name(url, profile))) if _has_key_store() else None
        return found or _parsed(self._read(self._file(url, profile)))

    def save(self, url: str, credential: Credential, profile: str = "") -> str:
        """Keep a token; says where ("the key store" or the file's path). Raises CredentialError."""
        text = json.dumps({"user": credential.user, "token": credential.token, "url": url})
        name, file = _name(url, profile), self._file(url, profile)
        if _has_key_store():
            self._ask("set", name, text)
            # Some stores take everything and keep nothing.
            if self._ask("get", name) == text:
                self._remove(file)
                return "the key store"
        try:
            write_private(file, text)
        except OSError as error:
            raise CredentialError(f"{file}: the token cannot be kept: {error}") from error
        return str(file)

    def forget(self, url: str, profile: str = "") -> None:
        """Remove the token from wherever it is. Raises CredentialError."""
        if _has_key_store():
            self._ask("del", _name(url, profile))
        self._remove(self._file(url, profile))

    def _file(self, url: str, profile: str) -> Path:
        import hashlib

        name = _name(url, profile)
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", profile or url.partition("://")[2]).strip(".-")[:40]
        return self._directory / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.json"

    def _read(self, file: Path) -> str | None:
        try:
            with file.open(encoding="utf-8") as opened:
                self._check_owner(file, os.fstat(opened.fileno()))
                return opened.read(10_000)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialError(f"{file}: cannot be read: {error}") from error

    def _check_owner(self, file: Path, status: os.stat_result) -> None:
        """Refuse a file that somebody else put there; close one that others could read."""
        if sys.platform == "win32":
            return
        if status.st_uid != os.getuid():
            raise CredentialError(f"{file}: belongs to somebody else; remove it and sign in again")
        if stat.S_IMODE(status.st_mode) & 0o077:
            file.chmod(0o600)

    def _remove(self, file: Path) -> None:
        try:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
        except OSError as error:
            raise CredentialError(f"{file}: cannot be removed: {error}") from error

    def _ask(self, verb: str, name: str, secret: str | None = None) -> str | None:
        """Run `keyring`; what it printed, None when it failed or took too long. The secret goes in by its input."""
        # -P: a file called keyring.py in the current directory is none of our business.
        import subprocess

        command = [sys.executable, "-P", "-m", "keyring", verb, _SERVICE, name]
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter, no shell, nothing secret in the arguments
                command, input=secret or "", capture_output=True, text=True, timeout=TIME_LIMIT, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.removesuffix("\n") if done.returncode == 0 else None


def _has_key_store() -> bool:
    if os.environ.get("BINCARD_KEYRING", "").lower() in ("off", "0", "no", "false"):
        return False
    return not sys.platform.startswith("linux") or bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))


def _name(url: str, profile: str) -> str:
    return f"{profile}@{url}" if profile else url


def _parsed(text: str | None) -> Credential | None:
    """What `save` wrote; anything else counts as no token."""
    if text is None:
        return None
    try:
        kept = json.loads(text)
        return Credential(str(kept["user"]), str(kept["token"]))
    except (ValueError, TypeError, KeyError):
        return None
