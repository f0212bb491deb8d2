"""Runs the measurements: `python -m benchmarks SUBJECT [options]`; without a subject, all of them."""

from __future__ import annotations

import importlib
import sys

SUBJECTS = (
    "client", "thin", "counting", "server", "orders", "million", "counters", "events", "board", "sales", "forecast",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run one measurement with its options, or all; 1 when any misses a limit."""
    if arguments and arguments[0] in SUBJECTS:
        result: int = importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
        return result
    if arguments:
        print(f"usage: python -m benchmarks [{'|'.join(SUBJECTS)}] [options]", file=sys.stderr)
        return 2
    return max(main([subject]) for subject in SUBJECTS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
