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
    units: str = ""
    bounds: tuple[float, float] | None = None
    """The least and the most that a number may be; None: it is no number."""

    def refusal(self, value: str) -> str | None:
        """Why a value cannot be taken; None where it can."""
        if self.choices and value not in dict(self.choices):
            return "Chosen value is not a valid option"
        if self.bounds is None:
            return None
        least, most = self.bounds
        try:
            fits = least <= float(value) <= most
        except ValueError:
            fits = False
        return None if fits else f"Enter a number from {least:g} to {most:g}{self.units and f' ({self.units})'}."
