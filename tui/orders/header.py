"""The head of an order: what is typed into it, by kind, and what the pickers of its form look through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tui.api_client import ApiClient, ApiError
from tui.views.locations import search_locations
from tui.views.orders import Order
from workflow.orders import OrderKind

__all__ = ["Record", "RecordKind", "own_name", "picks_of", "proposed_reference", "record_in", "search_records"]

_FOUND_AT_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Record:
    """Something that a field can refer to."""

    pk: int
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A field that refers to a record: its member, its label, and what it refers to (company, location or owner)."""

    member: str
    label: str
    model: str
    required: bool = False


_SUPPLIER = RecordKind("supplier", "Supplier", "supplier", required=True)
_CUSTOMER = RecordKind("customer", "Customer", "customer", required=True)
_FROM = RecordKind("take_from", "From", "location")
_TO = RecordKind("destination", "To", "location")
_PICKS: Final[Mapping[str, tuple[RecordKind, ...]]] = {
    "purchase": (_SUPPLIER,),
    "sales": (_CUSTOMER,),
    "return": (_CUSTOMER,),
    "transfer": (_FROM, _TO),
}


def picks_of(kind: OrderKind, *, editing: bool = False) -> tuple[RecordKind, ...]:
    """With whom an order of the kind is, or from where to where. A partner stays what it is once the order exists."""
    return tuple(each for each in _PICKS[kind.name] if not (editing and each.required))


async def proposed_reference(client: ApiClient, kind: OrderKind) -> str:
    """The reference that the server would give the next order, "" when it does not say. Raises ApiError."""
    told: Any = await client.options(kind.path)
    for name in ("actions", "POST", "reference", "default"):
        told = told.get(name) if isinstance(told, Mapping) else None
    return told if isinstance(told, str) else ""


async def search_records(client: ApiClient, model: str, text: str) -> list[Record]:
    """What matches the text, the best first. Raises ApiError."""
    if model == "location":
        places = await search_locations(client, text)
        return [Record(place.pk, place.path, "structural" if place.structural else "") for place in places]
    if model == "owner":
        page = await client.page("user/owner/", 0, _FOUND_AT_MOST, {"search": text or None, "is_active": True})
        found = [
            Record(int(row["pk"]), str(row.get("name") or ""), str(row.get("label") or "")) for row in page.results
        ]
    else:
        params = {"search": text or None, f"is_{model}": True, "active": True, "ordering": "name"}
        page = await client.page("company/", 0, _FOUND_AT_MOST, params)
        found = [
            Record(int(row["pk"]), str(row.get("name") or ""), str(row.get("description") or ""))
            for row in page.results
        ]
    return _best_first(found, text)


def _best_first(found: list[Record], text: str) -> list[Record]:
    wanted = text.casefold().strip()

    def rank(record: Record) -> int:
        name = record.label.casefold()
        return 0 if name == wanted else 1 if name.startswith(wanted) else 2 if wanted in name else 3

    return sorted(found, key=rank)


async def own_name(client: ApiClient, user: int, username: str) -> Record | None:
    """The user as somebody who can be responsible; None when the server has no such owner."""
    try:
        page = await client.page("user/owner/", 0, 100, {"search": username})
    except ApiError:
        return None  # an order needs nobody responsible
    for row in page.results:
        if row.get("owner_id") == user and row.get("label") == "user":
            return Record(int(row["pk"]), str(row.get("name") or username), "user")
    return None


def record_in(order: Order, pick: RecordKind) -> Record | None:
    """What a field of an order refers to now."""
    pk = order.row.get(pick.member)
    if not isinstance(pk, int):
        return None
    detail = order.row.get(f"{pick.member}_detail")
    named = detail if isinstance(detail, Mapping) else {}
    return Record(pk, str(named.get("pathstring") or named.get("name") or f"{pick.label} {pk}"))
