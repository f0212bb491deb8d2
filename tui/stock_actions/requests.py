"""How a preview is sent, and how its outcome is recognised: the words of the API for each kind of action."""

from collections.abc import Mapping
from typing import Any, Final

from tui.api_client import Json
from tui.api_models import StockItem
from tui.stock_actions.preview import Kind, Line, Preview
from tui.views.formats import decimal_of

__all__ = ["SPLIT_CHILD", "is_entry_of", "mismatch", "request_of"]

_PATHS: Final = {
    Kind.COUNT: "stock/count/",
    Kind.ADD: "stock/add/",
    Kind.REMOVE: "stock/remove/",
    Kind.MOVE: "stock/transfer/",
    Kind.SPLIT: "stock/transfer/",
    Kind.STATUS: "stock/change_status/",
    Kind.MERGE: "stock/merge/",
}
EDITED, COUNTED, ADDED, REMOVED, MOVED, UPDATED, SPLIT_CHILD, MERGED = 5, 10, 11, 12, 20, 25, 42, 45
#: Codes of the history entry that each action leaves (a status is an edit to some servers and an update to others).
_CODES: Final = {
    Kind.COUNT: (COUNTED,),
    Kind.ADD: (ADDED,),
    Kind.REMOVE: (REMOVED,),
    Kind.MOVE: (MOVED, UPDATED),
    Kind.SPLIT: (SPLIT_CHILD,),
    Kind.STATUS: (EDITED, UPDATED),
    Kind.MERGE: (MERGED,),
}
_DELTAS: Final = {COUNTED: "quantity", ADDED: "added", REMOVED: "removed", SPLIT_CHILD: "removed"}


def request_of(preview: Preview, *, expected: bool) -> tuple[str, Json]:
    """Path and body. With `expected` each line says which quantity was seen, for Bincard to compare."""
    lines = preview.sent_lines
    body: Json = {}
    match preview.kind:
        case Kind.STATUS if preview.status is not None:
            # Here it is `note`; everywhere else it is `notes`.
            body = {"items": [line.item.pk for line in lines], "status": preview.status.key, "note": preview.notes}
            return _PATHS[preview.kind], body
        case Kind.MERGE:
            body["items"] = [{"item": line.item.pk} for line in lines]
            body["allow_mismatched_suppliers"] = preview.mix_suppliers
            body["allow_mismatched_status"] = preview.mix_statuses
        case _:
            body["items"] = [_sent(line, expected=expected) for line in lines]
    if preview.destination is not None:
        body["location"] = preview.destination.pk
    return _PATHS[preview.kind], body | {"notes": preview.notes}


def is_entry_of(entry: Mapping[str, Any], preview: Preview, line: Line, user: int) -> bool:
    """Whether a tracking entry is the trace that this line leaves when `user` posts it."""
    codes = (SPLIT_CHILD,) if line.splits else _CODES[preview.kind]
    if entry.get("tracking_type") not in codes or entry.get("user") != user:
        return False
    name = _DELTAS.get(codes[0])
    deltas = entry.get("deltas")
    if name is None or not isinstance(deltas, Mapping):
        return name is None
    return decimal_of(deltas.get(name)) == line.amount


def mismatch(preview: Preview, line: Line, now: StockItem | None) -> str:
    """What is not as the preview said, "" when all is."""
    item = line.item
    if now is None:
        gone_is_right = line.after == 0 and (item.deletes_itself or preview.kind is Kind.MERGE)
        return "" if gone_is_right else f"{item.label}: the item is gone"
    if preview.kind is Kind.MERGE and line.after == 0:
        return f"{item.label}: the item is still there"
    if now.quantity != line.after:
        return f"{item.label}: {item.amount(line.after)} was expected, there are {item.amount(now.quantity)}"
    moved = preview.kind in (Kind.MOVE, Kind.MERGE) and not line.splits and preview.destination is not None
    if moved and preview.destination is not None and now.location != preview.destination.pk:
        return f"{item.label}: should be in {preview.destination.path}, is in {now.location_path or 'no location'}"
    if preview.status is not None and not line.unchanged and now.status != preview.status.key:
        return f"{item.label}: should be {preview.status.label}, is {now.status_text}"
    return ""


def _sent(line: Line, *, expected: bool) -> Json:
    sent: Json = {"pk": line.item.pk, "quantity": line.amount}
    return sent | {"expected": line.before} if expected else sent
