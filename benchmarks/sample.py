"""The rows that the client's yardstick and its own table show."""

from __future__ import annotations

__all__ = ["TITLES", "sample_row"]

TITLES = ("SKU", "Description", "Bin", "On hand", "Reserved", "State")
WORDS = ("bolt", "nut", "washer", "gasket", "bearing", "seal", "valve", "hose")
NOUNS = ("clamp", "filter", "pump", "motor", "relay", "fuse", "cable", "lamp")
STATES = ("ok", "low", "hold", "count")


def sample_row(number: int) -> tuple[str, str, str, str, str, str]:
    """The row with this number, always the same one; a million of them need no memory."""
    draw = number * 2_654_435_761 % 2**32  # Knuth's multiplicative hash: spread, and cheap
    return (
        f"SKU-{number:05d}",
        f"{WORDS[draw % 8]} {NOUNS[draw // 16 % 8]} M{3 + draw // 256 % 22}",
        f"{'ABCDEF'[draw % 6]}{1 + draw // 7 % 40:02d}-{1 + draw // 11 % 9}",
        str(draw // 13 % 5001),
        str(draw // 17 % 501),
        STATES[draw // 19 % 4],
    )
