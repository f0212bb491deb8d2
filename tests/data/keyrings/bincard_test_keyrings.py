"""Key stores for the tests, loaded by `keyring` itself in its own process (PYTHON_KEYRING_BACKEND)."""

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Working(KeyringBackend):
    """Keeps everything in the file named by TEST_KEYRING_FILE."""

    priority = 1

    def _all(self) -> dict[str, str]:
        file = Path(os.environ["TEST_KEYRING_FILE"])
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def _keep(self, everything: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING_FILE"]).write_text(json.dumps(everything))

    def get_password(self, service: str, username: str) -> str | None:
        """What was kept, None for nothing."""
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self._keep(self._all() | {f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        everything = self._all()
        if everything.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError("not there")
        self._keep(everything)


class Silent(Working):
    """Never answers, as a locked key store over SSH."""

    def get_password(self, service: str, username: str) -> str | None:
        """Waits for ever."""
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Waits for ever."""
        threading.Event().wait()


class Forgetful(Working):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Throw it away."""


class Broken(Working):
    """Raises what no one expects."""

    def get_password(self, service: str, username: str) -> str | None:
        """Breaks."""
        raise ZeroDivisionError

    set_password = delete_password = get_password  # type: ignore[assignment]
