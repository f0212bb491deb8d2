"""Where the client keeps its files: settings, state, cache.

Each directory has the place that the system gives it (platformdirs, application name `bincard`) and can be moved by an
environment variable: `BINCARD_CONFIG_DIR`, `BINCARD_STATE_DIR`, `BINCARD_CACHE_DIR`.
"""

import contextlib
import os
from pathlib import Path

__all__ = ["cache_dir", "config_dir", "data_dir", "postings_dir", "private_dir", "state_dir", "write_private"]

_APP = "bincard"


def _directory(variable: str, kind: str) -> Path:
    named = os.environ.get(variable)
    if named:
        return Path(named).expanduser()
    # Imported late: `bincard --help` needs none of it.
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_dir")(_APP, appauthor=False))


def config_dir() -> Path:
    """Settings, key map and tokens."""
    return _directory("BINCARD_CONFIG_DIR", "config")


def state_dir() -> Path:
    """Crash reports and what a session leaves behind for the next one."""
    return _directory("BINCARD_STATE_DIR", "state")


def postings_dir() -> Path:
    """Where postings are noted while they are on their way."""
    return state_dir() / "postings"


def cache_dir() -> Path:
    """What can be thrown away at any time."""
    return _directory("BINCARD_CACHE_DIR", "cache")


def data_dir() -> Path:
    """What the bundled server keeps."""
    return _directory("BINCARD_DATA_DIR", "data")


def private_dir(path: Path) -> Path:
    """Make `path` with all above it, readable by its owner only; one that is there already is left as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all.

    The text goes to a new file beside it, which then takes its place; a reader sees the old text or the new one.
    Raises OSError when the directory cannot be written.
    """
    private_dir(path.parent)
    # A symbolic link to a settings file kept elsewhere stays a link.
    target = path.resolve() if path.is_symlink() else path
    fresh = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        raise
