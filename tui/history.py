"""The places visited, for going back and forward as in a browser."""

from dataclasses import dataclass, replace

__all__ = ["History", "Place"]

_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to come back to: a screen, what it shows, and where the cursor was.

    `screen` is "stock" or one of `tui.routes`; `model` says what `pk` is ("stocklocation", "stockitem", "part"), with
    pk None for all stock. `text` is the filter, `cursor_pk` the row under the cursor and `cursor_row` its number (0 the
    first), `wide` whether sub-locations were included.
    """

    screen: str
    model: str
    pk: int | None
    title: str = ""
    text: str = ""
    cursor_pk: int | None = None
    cursor_row: int = 0
    wide: bool = True

    def same_spot(self, other: "Place") -> bool:
        """Whether both show the same thing, wherever the cursor is."""
        return (self.screen, self.model, self.pk) == (other.screen, other.model, other.pk)


class History:
    """A list of places with a position in it; going somewhere new drops what lay ahead."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._position = -1

    @property
    def current(self) -> Place | None:
        return self._places[self._position] if self._places else None

    @property
    def can_go_back(self) -> bool:
        return self._position > 0

    @property
    def can_go_forward(self) -> bool:
        return self._position < len(self._places) - 1

    def visit(self, place: Place) -> None:
        """Enter a place; the same spot again only replaces what was remembered of it."""
        if self.current is not None and self.current.same_spot(place):
            self._places[self._position] = place
            return
        del self._places[self._position + 1 :]
        self._places.append(place)
        del self._places[:-_LIMIT]
        self._position = len(self._places) - 1

    def remember(self, place: Place) -> None:
        """Bring the current place up to date (cursor, filter) before leaving it; ignored for another spot."""
        if self.current is not None and self.current.same_spot(place):
            self._places[self._position] = replace(place, title=place.title or self.current.title)

    def back(self) -> Place | None:
        """Step back; None at the beginning."""
        return self._step(-1) if self.can_go_back else None

    def forward(self) -> Place | None:
        """Step forward; None at the end."""
        return self._step(1) if self.can_go_forward else None

    def _step(self, distance: int) -> Place:
        self._position += distance
        return self._places[self._position]
