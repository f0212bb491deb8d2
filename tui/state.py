"""What the client remembers from one run to the next: the columns chosen, the order, whether sub-locations count.

Kept as JSON in the state directory. It is only a convenience: a file that cannot be read or written is no error.
"""

import json
import logging
from pathlib import Path
from typing import Any

from tui.paths import state_dir, write_private

__all__ = ["ClientState"]

_log = logging.getLogger(__name__)
_FILE = "screens.json"


class ClientState:
    """Values by screen and name."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_dir() / _FILE
        self._values = _read(self._path)

    def get(self, screen: str, name: str, default: Any) -> Any:
        """What was remembered; `default` when nothing was, or something of another type."""
        value = self._values.get(screen, {}).get(name, default)
        return value if isinstance(value, type(default)) else default

    def set(self, screen: str, name: str, value: Any) -> None:
        """Remember a value (text, number, list of such)."""
        self._values.setdefault(screen, {})[name] = value
        try:
            write_private(self._path, json.dumps(self._values, indent=1))
        except OSError as error:
            _log.warning("cannot remember %s: %s", name, error)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read: %s", path, error)
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: entry for name, entry in values.items() if isinstance(entry, dict)}
