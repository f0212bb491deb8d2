"""What a setting of a plugin is."""

from dataclasses import dataclass

__all__ = ["PluginSettingKind"]


@dataclass(frozen=True)
class PluginSettingKind:
    """A setting of a plugin."""

    key: str
    default: str
    name: str
    description: str
    choices: tuple[tuple[str, str], ...] = ()
