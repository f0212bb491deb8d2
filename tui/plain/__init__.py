"""The client as questions and answers, a line at a time, without drawing: for screen readers, braille displays, very
small devices and scripts.

`bincard --plain find`, `count`, `move`. Knows nothing of Textual.
"""

from tui.plain.desk import SheetAsked
from tui.plain.run import COMMANDS, run_plain

__all__ = ["COMMANDS", "SheetAsked", "run_plain"]
