"""Of which kind a demand is: how often there is some, how much its size varies, and whether the year shows."""

from enum import StrEnum

import numpy as np

from server.analytics.series import Array, History

__all__ = ["FEWEST_WITH_DEMAND", "SHORTEST", "Kind", "classify", "harmonics", "seasonal_strength", "too_short"]

# Syntetos, Boylan and Croston (2005): where Croston's method begins to do better than smoothing.
LONG_INTERVAL, LARGE_VARIATION = 1.32, 0.49
SHORTEST, FEWEST_WITH_DEMAND = 8, 4
SEASONAL_STRENGTH = 0.2
TOO_SPARSE_FOR_SEASONS = 2.0
HARMONICS = 3


class Kind(StrEnum):
    """What a series is like."""

    SMOOTH = "smooth"
    SEASONAL = "seasonal"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"
    SHORT = "too short"


def too_short(known: Array) -> str:
    """Why there is too little history for a forecast, "" when there is enough. `known`: from the first demand on."""
    some = int(np.count_nonzero(known > 0))
    if not some:
        return "There has been no demand."
    if known.size < SHORTEST:
        return f"Its history is {known.size} buckets long; {SHORTEST} are needed."
    if some < FEWEST_WITH_DEMAND:
        return f"Only {some} of {known.size} buckets have demand; {FEWEST_WITH_DEMAND} are needed."
    return ""


def classify(history: History) -> Kind:
    """The kind of a demand. Average interval between demands and squared variation of their sizes divide it as
    Syntetos, Boylan and Croston (2005) do; their "erratic" demand is smooth here: the same models serve it. Seasonal is
    what a yearly wave explains over two years or more."""
    known = history.known
    if too_short(known):
        return Kind.SHORT
    sizes = known[known > 0]
    interval = known.size / sizes.size
    if interval < TOO_SPARSE_FOR_SEASONS and seasonal_strength(history) > SEASONAL_STRENGTH:
        return Kind.SEASONAL
    if interval < LONG_INTERVAL:
        return Kind.SMOOTH
    variation = (float(sizes.std()) / float(sizes.mean())) ** 2
    return Kind.LUMPY if variation >= LARGE_VARIATION else Kind.INTERMITTENT


def harmonics(start: int, length: int, season: int) -> Array:
    """Sine and cosine waves of a year and its parts: length x 2 HARMONICS (fewer for a short season)."""
    angle = 2 * np.pi * np.arange(start, start + length)[:, None] * np.arange(1, min(HARMONICS, season // 2) + 1)
    waves: Array = np.hstack([np.sin(angle / season), np.cos(angle / season)])
    return waves


def seasonal_strength(history: History) -> float:
    """How much of what a line leaves unexplained the yearly waves explain, corrected for their number; 0 to 1, and 0
    for less than two years."""
    filled = history.filled
    length = filled.size
    if length < 2 * history.season:
        return 0.0
    line: Array = np.column_stack([np.ones(length), np.arange(length, dtype=float)])
    waves: Array = np.hstack([line, harmonics(0, length, history.season)])
    plain, waved = _left_over(line, filled), _left_over(waves, filled)
    if plain <= 0 or length <= waves.shape[1]:
        return 0.0
    return max(0.0, float(1.0 - waved / (length - waves.shape[1]) * (length - line.shape[1]) / plain))


def _left_over(columns: Array, values: Array) -> float:
    answer = np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(np.sum((values - columns @ answer) ** 2))
