"""`/plugin/bincard/count/session/{pk}/find/` and `.../bring/`: what a code is that is not on the sheet, and moving a
misplaced item to where it was found. How much there should be is in neither, unless the count is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from server.actions.counting import finding
from server.actions.counting.finding import Named
from server.actions.counting.records import SESSIONS, Deed, check_open, locked_session
from server.actions.stock.ledger import ITEMS
from server.actions.targets import may
from server.domain.barcodes import LONGEST
from server.domain.errors import NotFound
from server.resources.barcode_find import find, keep
from server.resources.count_rights import COUNTER, PATH, READER
from server.resources.stock_bodies import Body, by, item_field, location_field
from server.rest import fields as f
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

QUERY: Body = {
    "code": f.String(label="Code", max_length=LONGEST, markup=True),
    "here": f.Integer(label="Here", required=False, allow_null=True, min_value=0, max_value=2**63 - 1),
}
BRING: Body = {
    "stock_item": item_field("Stock Item"),
    "location": location_field("Where it was found"),
}
NOTES = "Found while counting."


@dataclass(frozen=True)
class _Asked:
    """Who asks for a code in which count, and where they stand."""

    context: Context
    connection: Connection
    count: int
    blind: bool
    here: int | None

    def told(self, known: Named) -> dict[str, Any]:
        """What it is, for the answer; empty for what is of no use to a count, or is not for whoever asks."""
        match known.kind:
            case "stockitem":
                return self._item(known.pk)
            case "stocklocation" if may(self.context.user, "stock.stocklocation", "view"):
                row = finding.location_there(self.connection, known.pk)
                return {"location": row} if row is not None else {}
            case "part":
                return self._part(known.pk)
        return {}

    def _part(self, pk: int) -> dict[str, Any]:
        item = finding.item_of_part(self.connection, pk, self.here)
        if item is not None:
            return self._item(item)
        if not may(self.context.user, "part.part", "view"):
            return {}
        return {"part": {"pk": pk, "name": finding.part_named(self.connection, pk)}}

    def _item(self, pk: int) -> dict[str, Any]:
        row = finding.item_there(self.connection, self.count, pk)
        if row is None:
            return {}
        misplaced = None if self.here is None else row["location"] != self.here
        expected = None if self.blind else float(self._recorded(pk))
        return {"item": {**row, "misplaced": misplaced, "expected": expected}}

    def _recorded(self, pk: int) -> Any:
        return self.connection.scalar(select(ITEMS.c.quantity).where(ITEMS.c.pk == pk)) or 0


def _find(context: Context, pk: int) -> dict[str, Any]:
    values = f.read_body(QUERY, {name: text for name, text in context.query.items() if name in QUERY}, context)
    code = values["code"]
    with context.api.database.read() as connection:
        blind = connection.scalar(select(SESSIONS.c.blind).where(SESSIONS.c.pk == pk))
        if blind is None:
            raise NotFound("No CountSession matches the given query.")
        asked = _Asked(context, connection, pk, blind, values.get("here"))
        known = _known(context, connection, code, asked.here)
        told = asked.told(known) if known is not None else {}
    answer = {"code": code, "item": None, "location": None, "part": None, **told}
    keep(context, code, answer, matched=bool(told))
    return answer


def _known(context: Context, connection: Connection, code: str, here: int | None) -> Named | None:
    """By its barcode, else by its number or name."""
    hit = find(context, code)
    if hit is None:
        return finding.named(connection, " ".join(code.split()), here)
    part = finding.part_behind(connection, hit.target.name, hit.pk)
    return Named(hit.target.name, hit.pk) if part is None else Named("part", part)


def _bring(context: Context, pk: int) -> Mapping[str, Any]:
    values = f.read_body(BRING, context.body(), context)
    check_open(locked_session(context.session, pk))
    finding.bring(Deed(context.session, by(context)), values["stock_item"], values["location"], NOTES)
    return values


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}session/{{pk}}/find/", access=READER, title="Find", methods={"GET": Route(_find)},
        description="What `?code=` is, where the sheet does not tell: an `item` (with its `line` on this sheet, and "
        "whether it is misplaced for who stands at location `?here=`), a `location`, or a `part` of which no single "
        "item lies here. `expected` is null in blind sessions.",
    ),
    Endpoint(
        path=f"{PATH}session/{{pk}}/bring/", access=COUNTER, title="Bring", body=BRING,
        methods={"POST": Route(_bring, writes=True)},
        description="All of a misplaced item goes to where it was found; without anybody being told how much that is.",
    ),
)  # fmt: skip
