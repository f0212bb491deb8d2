"""Serial numbers: reading the ways in which people give many at once, counting on from the last, sorting by number."""

import re
from collections.abc import Iterator

from server.domain.errors import InvalidInput

__all__ = ["MOST_AT_ONCE", "next_serial_number", "read_serial_numbers", "serial_number_as_int"]

MOST_AT_ONCE = 1000
LONGEST = 100
_LARGEST = 0x7FFFFFFF


def next_serial_number(serial: str) -> str:
    """The serial number after `serial`: the number at its end plus one, in the same width ("A009" to "A010"). What ends
    in no number stays as it is; the first of all is "1"."""
    text = serial.strip()
    if not text:
        return "1"
    found = re.search(r"\d+$", text)
    if found is None:
        return text
    return text[: found.start()] + str(int(found[0]) + 1).zfill(len(found[0]))


def serial_number_as_int(serial: str | None) -> int:
    """The number that a serial number is sorted by: that at its start, else that at its end, else 0."""
    text = (serial or "").strip()
    found = re.match(r"\d+", text) or re.search(r"\d+$", text)
    return min(int(found[0]), _LARGEST) if found else 0


def read_serial_numbers(text: str, quantity: int, latest: str | None) -> list[str]:
    """The `quantity` serial numbers that `text` stands for.

    They are separated by commas or blanks; "10-20" is a range, "5+" goes on from 5 until there are enough, "5+3" is 5
    and three more, and each "~" is the next one after `latest`. Raises InvalidInput (a list of texts) where they are
    not as many different ones as wanted.
    """
    text = text.strip()
    if not text:
        raise InvalidInput(["Empty serial number string"])
    if quantity > MOST_AT_ONCE or len(text) > MOST_AT_ONCE * (LONGEST + 2):
        raise InvalidInput([f"Cannot serialize more than {MOST_AT_ONCE} items at once"])
    following = next_serial_number(latest or "")
    while "~" in text:
        text = text.replace("~", following, 1)
        following = next_serial_number(following)
    groups = [group for group in re.split(r"[\s,]+", text) if group]
    if any(len(group) > 2 * LONGEST + 1 for group in groups):
        raise InvalidInput([f"Ensure this field has no more than {LONGEST} characters."])
    reading = _Reading(quantity)
    for group in groups:
        # As many as wanted: then a hyphen or a plus is just a part of the number.
        reading.take([group] if len(groups) == quantity else reading.expand(group))
    return reading.result()


class _Reading:
    """Collects serial numbers and what is wrong with them."""

    def __init__(self, quantity: int) -> None:
        self.quantity = quantity
        self.serials: list[str] = []
        self.errors: list[str] = []

    @property
    def missing(self) -> int:
        return max(0, self.quantity - len(self.serials))

    def result(self) -> list[str]:
        if self.errors:
            raise InvalidInput(list(dict.fromkeys(self.errors)))
        if not self.serials:
            raise InvalidInput(["No serial numbers found"])
        if len(self.serials) != self.quantity:
            raise InvalidInput(
                [f"Number of unique serial numbers ({len(self.serials)}) must match quantity ({self.quantity})"]
            )
        return self.serials

    def take(self, serials: list[str]) -> None:
        for serial in serials:
            if len(serial) > LONGEST:
                self.errors.append(f"Ensure this field has no more than {LONGEST} characters.")
            elif serial in self.serials:
                self.errors.append(f"Duplicate serial: {serial}")
            else:
                self.serials.append(serial)

    def expand(self, group: str) -> list[str]:
        """The serial numbers of one group; what is wrong with it goes to `errors`."""
        if group.count("-") == 1:
            return self._range(group, *group.split("-"))
        if "+" in group:
            return self._sequence(group)
        return [group]

    def _range(self, group: str, first: str, last: str) -> list[str]:
        if first == last or not first or not last:
            self.errors.append(f"Invalid group range: {group}")
            return []
        found: list[str] = []
        for serial in _counting_from(first):
            found.append(serial)
            if len(found) > self.missing:
                self.errors.append(f"Group range {group} exceeds allowed quantity ({self.quantity})")
                return []
            if serial == last:
                return found
        self.errors.append(f"Invalid group range: {group}")
        return []

    def _sequence(self, group: str) -> list[str]:
        first, _, more = group.partition("+")
        if not first or (more and not (more.isdecimal() and len(more) < 10)):
            self.errors.append(f"Invalid group sequence: {group}")
            return []
        wanted = int(more) + 1 if more else self.missing
        if wanted > max(self.missing, 1):
            self.errors.append(f"Group range {group} exceeds allowed quantity ({self.quantity})")
            return []
        found = [serial for _, serial in zip(range(wanted), _counting_from(first), strict=False)]
        if len(found) != wanted:
            self.errors.append(f"Invalid group sequence: {group}")
            return []
        return found


def _counting_from(first: str) -> Iterator[str]:
    """Serial numbers from `first` on, as long as they go on."""
    serial = first
    while True:
        yield serial
        following = next_serial_number(serial)
        if following == serial:
            return
        serial = following
