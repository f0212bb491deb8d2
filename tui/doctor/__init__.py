"""`bincard doctor`: what the terminal, the keys and the scanner send, and what to change.

Works without Textual, line by line, so that it says something also where a full screen would not come up.
"""

from tui.doctor.examine import examine

__all__ = ["examine"]
