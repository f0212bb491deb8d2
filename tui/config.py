"""The settings of the client: what they are, where they come from, and how they are kept.

They are read from `config.toml` in the configuration directory (`docs/configuration.md` describes every key). What the
environment says counts more than the file, and what the command line says counts more than both. Nothing is read when
this module is imported.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from tui.paths import config_dir, write_private
from tui.server_url import normal_url

__all__ = ["Config", "ConfigError", "Launch", "Options", "Profile", "config_file", "load_config", "save_value"]


T = TypeVar("T", str, bool, int, float)
Scalar = str | bool | int | float
D = TypeVar("D", "Options", "Profile")


class ConfigError(Exception):
    """The settings cannot be used; the message names the file, the line or key, and what to do."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A server one signs in to, under a name of one's own."""

    name: str
    url: str
    user: str = ""
    """Offered at sign-in."""
    ca_file: str = ""
    """Certificate authorities (PEM) to trust for this server instead of the system's."""
    read_only: bool = False
    """Offer nothing that changes data on this server."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the client behaves, whatever the server."""

    theme: str = ""
    """Name of a theme; "" picks one that suits the terminal."""
    keymap: str = ""
    """Path of a key map file; a relative one is taken from the directory of the settings file."""
    mouse: bool = True
    """Take mouse clicks; off leaves the mouse to the terminal (select and copy)."""
    own_painting: bool = True
    """Send only what changed on the screen; off leaves painting to Textual, at ten times the bytes."""
    read_only: bool = False
    """Offer nothing that changes data."""
    page_size: int = 100
    """Rows asked for at a time, 10 to 1000."""
    connect_timeout: float = 5.0
    """Seconds to wait for a connection."""
    read_timeout: float = 30.0
    """Seconds to wait for an answer."""
    count_interval: int = 90
    """Days after which an item is due to be counted, where the server has no intervals of its own."""
    live: bool = True
    """Follow what happens on the server: alerts come by themselves."""
    live_poll: int = 120
    """Seconds between looks at a server that tells nothing by itself (a plain InvenTree), 15 to 3600."""
    alert_bell: bool = False
    """Ring the bell when there is a new critical alert."""
    scanner: bool = True
    """Tell a scanner's keys from typing where no text field has the focus."""
    scanner_prefix: str = ""
    """The character that begins a scan, if the scanner sends one: then no key has to wait."""
    scanner_suffix: str = ""
    """The character that ends a scan, where it is neither Enter nor Tab nor a line feed."""
    scanner_gap: float = 0.1
    """Seconds: characters that come faster than this are a scanner's; 0.01 to 0.5."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the settings file and the environment say."""

    path: Path
    options: Options = field(default_factory=Options)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str = ""

    def profile(self, name: str = "") -> Profile | None:
        """The profile called `name`; without a name the default one, or the only one. None when there is none.

        Raises ConfigError for a name that is not in the file.
        """
        wanted = name or self.default_profile
        if wanted:
            if wanted not in self.profiles:
                raise ConfigError(f"{self.path}: no profile {wanted!r}{_did_you_mean(wanted, self.profiles)}")
            return self.profiles[wanted]
        return next(iter(self.profiles.values())) if len(self.profiles) == 1 else None


@dataclass(frozen=True, slots=True)
class Launch:
    """What the launcher hands to the app: where to connect, as whom, and how to behave.

    `token` comes from `--token-file` or the environment and is never stored. `password` is set by `bincard demo` alone,
    where it is public; it never comes from a person.
    """

    url: str
    profile: Profile | None = None
    user: str = ""
    token: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    options: Options = field(default_factory=Options)
    config: Config | None = None
    demo: bool = False

    @property
    def read_only(self) -> bool:
        """Whether nothing that changes data may be offered."""
        return self.options.read_only or bool(self.profile and self.profile.read_only)

    @property
    def keymap_file(self) -> Path | None:
        """The key map file, None when none is named."""
        if not self.options.keymap:
            return None
        base = self.config.path.parent if self.config else Path.cwd()
        return base / Path(self.options.keymap).expanduser()


_LIMITS: Final = {
    "page_size": (10, 1000), "count_interval": (1, 3650), "live_poll": (15, 3600),
    "connect_timeout": (0.5, 120.0), "read_timeout": (1.0, 600.0), "scanner_gap": (0.01, 0.5),
}  # fmt: skip
_ENVIRONMENT: Final = {
    "BINCARD_THEME": "theme",
    "BINCARD_KEYMAP": "keymap",
    "BINCARD_MOUSE": "mouse",
    "BINCARD_OWN_PAINTING": "own_painting",
    "BINCARD_READ_ONLY": "read_only",
    "BINCARD_PAGE_SIZE": "page_size",
    "BINCARD_CONNECT_TIMEOUT": "connect_timeout",
    "BINCARD_READ_TIMEOUT": "read_timeout",
    "BINCARD_COUNT_INTERVAL": "count_interval",
    "BINCARD_LIVE": "live",
    "BINCARD_LIVE_POLL": "live_poll",
    "BINCARD_ALERT_BELL": "alert_bell",
    "BINCARD_SCANNER": "scanner",
    "BINCARD_SCANNER_PREFIX": "scanner_prefix",
    "BINCARD_SCANNER_SUFFIX": "scanner_suffix",
    "BINCARD_SCANNER_GAP": "scanner_gap",
}
_WORDS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def config_file() -> Path:
    """Where the settings are read from and written to."""
    return config_dir() / "config.toml"


def load_config(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Read the settings; a file that is not there means defaults. Raises ConfigError."""
    path = path or config_file()
    environment = os.environ if environment is None else environment
    import tomllib

    text = _read(path)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}; correct it or move the file away") from error
    reader = _Reader(path, text)
    reader.known(tree, ("default_profile", "options", "profiles"), ())
    profiles = reader.profiles(tree.get("profiles", {}))
    options = reader.table(Options(), tree.get("options", {}), ("options",))
    default = environment.get("BINCARD_PROFILE") or reader.typed(
        tree.get("default_profile", ""), "", ("default_profile",)
    )
    if default and default not in profiles:
        where = "BINCARD_PROFILE" if environment.get("BINCARD_PROFILE") else reader.where(("default_profile",))
        raise ConfigError(f"{where}: no profile {default!r}{_did_you_mean(default, profiles)}")
    return Config(path, _from_environment(options, environment), profiles, default)


def save_value(path: Path, table: tuple[str, ...], key: str, value: Scalar) -> None:
    """Set one value in the settings file and leave the rest as it is. Raises ConfigError."""
    import tomllib

    from tui.toml_edit import NotEditable, set_value

    text = _read(path)
    try:
        changed = set_value(text, table, key, value)
        if changed != text:
            write_private(path, changed)
    except (NotEditable, tomllib.TOMLDecodeError, OSError) as error:
        raise ConfigError(f"{path}: cannot set {'.'.join([*table, key])}: {error}; edit the file by hand") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _from_environment(options: Options, environment: Mapping[str, str]) -> Options:
    changes: dict[str, Scalar] = {}
    for variable, name in _ENVIRONMENT.items():
        text = environment.get(variable)
        if text:
            changes[name] = _from_text(variable, text, type(getattr(options, name)))
            _check_limits(variable, name, changes[name])
    return replace(options, **changes) if changes else options  # type: ignore[arg-type]


def _from_text(variable: str, text: str, kind: type) -> Scalar:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in _WORDS:
            raise ConfigError(f"{variable}={text}: say on or off")
        return _WORDS[text.lower()]
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        raise ConfigError(f"{variable}={text}: a number is wanted") from None


def _check_limits(where: str, name: str, value: object) -> None:
    low, high = _LIMITS.get(name, (None, None))
    if low is not None and high is not None and isinstance(value, int | float) and not low <= value <= high:
        raise ConfigError(f"{where}: {value} is outside {low} to {high}")


def _did_you_mean(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}" if known else ""


class _Reader:
    """Turns the parsed file into dataclasses and says where something is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def where(self, key: tuple[str, ...]) -> str:
        from tui.toml_edit import line_of

        line = line_of(self._text, key)
        return f"{self._path}:{line}: {'.'.join(key)}" if line else f"{self._path}: {'.'.join(key)}"

    def known(self, tree: object, names: tuple[str, ...], above: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(tree, dict):
            raise ConfigError(f"{self.where(above)}: a table is wanted, as [{'.'.join(above)}]")
        for name in tree:
            if name not in names:
                raise ConfigError(f"{self.where((*above, name))}: not known{_did_you_mean(name, names)}")
        return tree

    def typed(self, value: T, default: T, key: tuple[str, ...]) -> T:
        """`value` if it has the type of `default`; a whole number will do where a decimal is wanted."""
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)  # type: ignore[assignment]
        if type(value) is not type(default):
            kind = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
            raise ConfigError(f"{self.where(key)}: {kind[type(default)]} is wanted")
        _check_limits(self.where(key), key[-1], value)
        return value

    def table(self, defaults: D, tree: object, above: tuple[str, ...]) -> D:
        names = tuple(each.name for each in fields(defaults) if each.name != "name")
        given = self.known(tree, names, above)
        checked = {name: self.typed(value, getattr(defaults, name), (*above, name)) for name, value in given.items()}
        return replace(defaults, **checked)

    def profiles(self, tree: object) -> dict[str, Profile]:
        if not isinstance(tree, dict):
            raise ConfigError(f"{self.where(('profiles',))}: tables are wanted, as [profiles.main]")
        found = {}
        for name, entry in tree.items():
            profile = self.table(Profile(name, ""), entry, ("profiles", name))
            if not profile.url:
                raise ConfigError(f"{self.where(('profiles', name))}: url is missing; give the server's address")
            try:
                found[name] = replace(profile, url=normal_url(profile.url))
            except ValueError as error:
                raise ConfigError(f"{self.where(('profiles', name, 'url'))}: {error}") from error
        return found
