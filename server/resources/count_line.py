"""`/plugin/bincard/count/line/`: the lines of a session in walking order, and the codes that were parked.

What was expected, and anything that follows from it, goes out only in open sessions and to supervisors who ask for it
(`?expected=true`): a line that was judged looks to everybody else like one that was counted.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, case, literal, not_, or_

from server.db.models.counting import CountEntry, CountLine, CountParked, CountReason
from server.domain.counting import Expected, LineStatus, Taken, counted_total
from server.resources.count_rights import PATH, READER, supervises
from server.rest import fields as f
from server.rest.access import StaffWrites
from server.rest.context import Context
from server.rest.filters import Compare, Custom, Exact, Flag, read_boolean
from server.rest.many import rows_by_key
from server.rest.query import Column, Computed, Joined, Many, Planner, Reader, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, shape
from server.rest.unique import refuse_taken

__all__ = ["LINE", "RESOURCES", "sees"]

NOT_TOLD = Expected(Decimal(0), 0)
JUDGED = (LineStatus.REVIEW, LineStatus.ACCEPTED, LineStatus.POSTED, LineStatus.REFUSED)


def sees(context: Context) -> Test:
    """Puts into each statement whether the caller is to be told what was expected."""
    asked = read_boolean(context.query.get("expected")) is True
    return Test("sees", lambda row: None, {"_sees": asked and supervises(context)})


def _told(row: Source) -> ColumnElement[bool]:
    return or_(bindparam("_sees", type_=Boolean()), not_(row.via("session").c.blind))


def _status(row: Source) -> ColumnElement[Any]:
    hidden = and_(not_(_told(row)), or_(*(row.c.status == int(state) for state in JUDGED)))
    return case((hidden, literal(int(LineStatus.COUNTED))), else_=row.c.status)


def _expected(row: Source) -> ColumnElement[Any]:
    return case((_told(row), row.c.expected), else_=None)


OWN = shape(
    CountEntry, "pk", "line", "round", "mode", "quantity", "counter",
    Joined(name="line_round", path="line.round"),
)  # fmt: skip


def _own_totals(
    planner: Planner, reader: Reader, keys: Sequence[Any], parameters: Mapping[str, Any]
) -> dict[Any, float | None]:
    """What the caller has counted of each line in its present round."""
    user = parameters["_user"]
    totals: dict[Any, float | None] = {}
    for line, rows in rows_by_key(planner, reader, OWN, "line", keys, {"counter_id": user}).items():
        taken = [
            Taken(user, row["round"], Decimal(repr(row["quantity"])), NOT_TOLD, adds=row["mode"] == "add")
            for row in rows
        ]
        total = counted_total(taken, user, rows[0]["line_round"])
        totals[line] = None if total is None else float(total)
    return totals


def _by_status(text: str, context: Context) -> Test | None:
    """The state as the caller is told it."""
    if not text.isdigit():
        return None
    return Test(("status", "is"), lambda row: _status(row) == bindparam("f_status"), {"f_status": int(text)})


LINE = shape(
    CountLine, "pk", "session", "position", Column(name="stock_item", source="stock_item_key"), "part",
    Joined(name="part_name", path="part.name"), Joined(name="IPN", path="part.IPN"),
    Joined(name="units", path="part.units"), "location", Joined(name="location_path", path="location.pathstring"),
    "batch", "serial", Joined(name="packaging", path="stock_item.packaging"),
    Computed(name="status", sql=_status, field=f.Integer(read_only=True, label="Status")), "round",
    "taken_by", Joined(name="taken_by_name", path="taken_by.username"), "taken_at", "found",
    Many(name="counted", load=_own_totals, empty=lambda: None, field=f.Float(read_only=True, label="Counted")),
    Computed(
        name="expected", sql=_expected, encode=lambda value: None if value is None else int(value) / 100_000,
        field=f.Float(read_only=True, label="Expected"),
    ),
)  # fmt: skip

LINES = Resource(
    path=f"{PATH}line/", access=READER, shape=LINE, title="Count Line",
    list_about="The lines of count sessions, in walking order. `counted` is what you have counted yourself; `expected` "
    "is null in blind sessions (supervisors may ask for it with ?expected=true).",
    detail_about="A line of a count session.", can=("list", "detail"),
    filters=(
        Exact("session", kind="number"), Custom("status", _by_status),
        Compare("position_after", "position", ">"), Exact("stock_item", path="stock_item_key", kind="number"),
        Exact("part", kind="number"), Exact("location", kind="number"), Exact("taken_by", kind="number"),
        Exact("round", kind="number"), Flag("found", lambda row: row.c.found),
    ),
    search=("part.name", "part.IPN", "location.pathstring", "batch", "serial"),
    ordering={"position": "position"}, default_order=("position", "pk"), hooks=Hooks(scope=sees),
)  # fmt: skip

PARKED = Resource(
    path=f"{PATH}parked/", access=READER, title="Parked Code",
    shape=shape(
        CountParked, "pk", "session", "key", "barcode", "note", "user",
        Joined(name="user_name", path="user.username"), "moment",
    ),
    list_about="Codes that nobody knew when they were scanned.", detail_about="A code that nobody knew.",
    can=("list", "detail"), filters=(Exact("session", kind="number"),),
)  # fmt: skip


def _check_reason(context: Context, row: CountReason, values: Mapping[str, Any], created: bool) -> None:
    refuse_taken(context, row, "code", "Count Reason")


REASONS = Resource(
    path=f"{PATH}reason/", access=StaffWrites(), title="Count Reason",
    shape=shape(CountReason, "pk", "code", "label", "active"),
    list_about="Why the record can be wrong; staff adds and changes reasons.",
    detail_about="A reason. One that was used is switched off, not deleted.",
    filters=(Flag("active", lambda row: row.c.active),), search=("code", "label"),
    can=("list", "detail", "create", "update"), hooks=Hooks(before_save=_check_reason),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (LINES, PARKED, REASONS)
