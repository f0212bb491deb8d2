"""Batch codes from a template, as InvenTree's setting STOCK_BATCH_CODE_TEMPLATE holds it."""

import re
from datetime import datetime

__all__ = ["batch_code"]

_VARIABLE = re.compile(r"{{\s*(\w+)(?:\s*\|[^}]*)?\s*}}")


def batch_code(template: str, now: datetime) -> str:
    """The template with the parts of the date in it: "Batch-{{ year }}-{{ week }}" gives "Batch-2026-47". What it does
    not know (other names, filters, tags) is left out."""
    known = {
        "date": now.date().isoformat(), "year": now.year, "month": now.month, "day": now.day, "hour": now.hour,
        "minute": now.minute, "week": now.isocalendar().week,
    }  # fmt: skip
    return _VARIABLE.sub(lambda match: str(known.get(match[1], "")), re.sub(r"{%.*?%}", "", template)).strip()
