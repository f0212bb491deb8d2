"""The live footer: the keys that work now, the most important first, as many as fit, and help."""

from collections.abc import Sequence

from textual import events

from tui.widgets.line import Line, Part, width_of

__all__ = ["KeyFooter"]

KEY_STYLE = "bold $key-foreground"


class KeyFooter(Line):
    """Keys with their labels, `c Count  a Add  ...`. The last one given (help) is kept to the end."""

    DEFAULT_CSS = "KeyFooter { height: 1; padding: 0 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._keys: tuple[tuple[str, str], ...] = ()

    def set_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these (key, label) pairs, most important first, the one to keep in any case last."""
        self._keys = tuple(keys)
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        width = self.content_size.width
        if not self._keys or width <= 0:
            self.show(())
            return
        *others, last = (_key_parts(key, label) for key, label in self._keys)
        if others and width_of(others[0]) + 2 + width_of(last) > width:
            last = last[:1]  # the key alone: the next step matters more than what help is called
        room = width - width_of(last)
        shown: list[Part] = []
        for parts in others:
            room -= width_of(parts) + 2
            if room < 0:
                break
            shown += [*parts, ("  ", "")]
        self.show((*shown, *last))


def _key_parts(key: str, label: str) -> tuple[Part, ...]:
    return (key, KEY_STYLE), (" " + label, "")
