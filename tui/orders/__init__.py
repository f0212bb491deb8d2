"""What people do to orders, without a screen: which actions are legal, what they would do, and carrying them out."""

from tui.orders.transitions import (
    SCREEN_OF,
    Confirmation,
    Refusal,
    carry_out,
    confirmation,
    legal_for,
    refusal_of,
)

__all__ = ["SCREEN_OF", "Confirmation", "Refusal", "carry_out", "confirmation", "legal_for", "refusal_of"]
