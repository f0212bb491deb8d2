"""`/plugin/bincard/count/session/{pk}/sheet|variances|report/`: the sheet to count by, and what came of it.

The sheet and the report are CSV, XLSX or a page that prints (`?export=csv|xlsx|html`). What was expected is on the
sheet only where the list of lines would tell it too; variances and the report are for supervisors.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam

from server.actions.counting.classes import classes_of_parts, prices_of
from server.db.models.counting import CountEntry, CountLine
from server.domain.count_pages import POLICY, page
from server.domain.counting import FIRST, LineStatus
from server.domain.errors import InvalidInput
from server.domain.spreadsheets import FORMATS, write_table
from server.resources.count_line import LINE, sees
from server.resources.count_rights import PATH, READER, SUPERVISOR
from server.resources.count_session import SESSIONS
from server.rest import fields as f
from server.rest.access import Access
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean
from server.rest.many import rows_by_key
from server.rest.query import Derived, Joined, Many, Order, Planner, Reader, Shape, Test
from server.rest.resource import Endpoint, Resource, Route, fill, shape

__all__ = ["RESOURCES"]

SPOOLED = 1024 * 1024
ORDER = (Order("position"), Order("pk"))
COUNTERS = shape(
    CountEntry, "pk", "line", "round", "counter", Joined(name="counter_name", path="counter.username"), "note"
)


def _counters(
    planner: Planner, reader: Reader, keys: Sequence[Any], parameters: Mapping[str, Any]
) -> dict[Any, dict[str, list[str]]]:
    """Who counted each line first and who again, in order, and what they noted."""
    found = {}
    for line, rows in rows_by_key(planner, reader, COUNTERS, "line", keys).items():
        first = dict.fromkeys(str(row["counter_name"]) for row in rows if row["round"] == FIRST)
        again = dict.fromkeys(str(row["counter_name"]) for row in rows if row["round"] > FIRST)
        notes = dict.fromkeys(row["note"] for row in rows if row["note"])
        found[line] = {"first": list(first), "again": list(again), "notes": list(notes)}
    return found


def _nobody() -> dict[str, list[str]]:
    return {"first": [], "again": [], "notes": []}


def _state_name(row: Mapping[str, Any]) -> str:
    return LineStatus(row["status"]).name.lower()


def _movements(row: Mapping[str, Any]) -> float | None:
    """What moved between the snapshot and the count."""
    if row["expected_then"] is None:
        return None
    return round(float(row["expected_then"]) - float(row["expected"]), 5)


def _percent(row: Mapping[str, Any]) -> float | None:
    if row["variance"] is None or not row["expected_then"]:
        return None
    return round(100 * float(row["variance"]) / float(row["expected_then"]), 2)


VARIANCE = shape(
    CountLine, "pk", "position", "stock_item", "part", Joined(name="part_name", path="part.name"),
    Joined(name="IPN", path="part.IPN"), Joined(name="units", path="part.units"), "location",
    Joined(name="location_path", path="location.pathstring"), "batch", "serial", "status",
    Derived(name="status_text", needs=("status",), make=_state_name), "round", "found", "expected", "expected_then",
    Derived(name="movements", needs=("expected", "expected_then"), make=_movements), "counted", "variance",
    Derived(name="percent", needs=("variance", "expected_then"), make=_percent),
    Joined(name="reason", path="reason.code"), "note", Joined(name="approver", path="approver.username"),
    "approved_at", "before", "after", "posted_at", "refused_because",
    Many(name="counters", load=_counters, empty=_nobody, single=True, field=f.Any_(read_only=True)),
)  # fmt: skip


def _rows(context: Context, of: Shape, pk: int, *more: Test) -> list[dict[str, Any]]:
    """All lines of a session in walking order; by a fixed number of statements."""
    here = Test("session", lambda row: row.c.session_id == bindparam("f_session"), {"f_session": pk})
    tests = [here, *more]
    parameters = dict(context.parameters)
    for test in tests:
        parameters |= test.parameters
    plan = context.planner.page(of, frozenset(), tests, ORDER, kind="list", paged=False)
    return list(fill(context, of, plan.objects(context.reader, parameters), frozenset(), parameters, "list"))


def _with_worth(context: Context, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the class of the part and, where its price is known, what the variance is worth. The value is in
    the currency of the parts' prices."""
    parts = {row["part"] for row in rows if row["part"] is not None}
    with context.api.database.read() as connection:
        classes, prices = classes_of_parts(connection, context.now), prices_of(connection, parts)
    for row in rows:
        price, variance = prices.get(row["part"]), row["variance"]
        row["abc"] = classes.get(row["part"], "C")
        row["value"] = None if price is None or variance is None else round(float(price) * variance, 2)
    return rows


def _open_question(row: Mapping[str, Any]) -> bool:
    return bool(row["variance"]) or row["status"] in (LineStatus.RECOUNT, LineStatus.REVIEW, LineStatus.REFUSED)


def _variances(context: Context, pk: int) -> list[dict[str, Any]]:
    SESSIONS.one(context, pk, kind="detail")
    everything = read_boolean(context.query.get("all")) is True
    rows = [row for row in _rows(context, VARIANCE, pk) if everything or _open_question(row)]
    return _with_worth(context, rows)


# ------------------------------------------------------------------------------------------------- papers

SHEET: Mapping[str, str] = {
    "Line": "position", "Location": "location_path", "Part": "part_name", "IPN": "IPN", "Batch": "batch",
    "Serial": "serial", "Packaging": "packaging", "Units": "units", "Expected": "expected", "Counted": "",
}  # fmt: skip
REPORT: Mapping[str, str] = {
    "Line": "position", "Location": "location_path", "Part": "part_name", "IPN": "IPN", "Batch": "batch",
    "Serial": "serial", "Units": "units", "Snapshot": "expected", "Moved": "movements",
    "Expected": "expected_then", "Counted": "counted", "Variance": "variance", "Variance %": "percent",
    "Value": "value", "Class": "abc", "Status": "status_text", "Counted by": "first",
    "Recounted by": "again", "Approved by": "approver", "Reason": "reason", "Note": "note", "Counters' notes": "notes",
    "Before": "before", "After": "after", "Refused because": "refused_because",
}  # fmt: skip


def _sheet(context: Context, pk: int) -> Answer:
    session = SESSIONS.one(context, pk, kind="detail")
    told = sees(context)
    shown = told.parameters["_sees"] or not session["blind"]
    columns = {label: name for label, name in SHEET.items() if shown or name != "expected"}
    return _paper(context, f"Count sheet {session['reference']}", session, columns, _rows(context, LINE, pk, told))


def _report(context: Context, pk: int) -> Answer:
    session = SESSIONS.one(context, pk, kind="detail")
    rows = [{**row, **row["counters"]} for row in _with_worth(context, _rows(context, VARIANCE, pk))]
    return _paper(context, f"Variances {session['reference']}", session, REPORT, rows)


def _paper(
    context: Context, title: str, session: Mapping[str, Any], columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> Answer:  # fmt: skip
    kind = context.query.get("export", "html").lower()
    cells = [[row.get(name) for name in columns.values()] for row in rows]
    filename = f"{title.replace(' ', '_')}_{context.today.isoformat()}.{kind}"
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if kind == "html":
        about = [session["description"], f"{session['created']} UTC, {len(cells)} lines"]
        content = page(title, [text for text in about if text], tuple(columns), cells).encode()
        headers |= {"Content-Security-Policy": POLICY, "Content-Disposition": f'inline; filename="{filename}"'}
        return Answer(content=content, content_type="text/html; charset=utf-8", headers=headers)
    if kind not in ("csv", "xlsx"):
        raise InvalidInput(f'"{kind}" is not a valid choice: csv, xlsx or html.', field="export")
    file = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - closed by whoever sends it
    write_table(file, kind, tuple(columns), cells)
    headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return Answer(file=file, content_type=FORMATS[kind].content_type, headers=headers)


def _question(name: str, run: Callable[..., Any], access: Access, about: str, *, files: bool = True) -> Endpoint:
    return Endpoint(
        path=f"{PATH}session/{{pk}}/{name}/", access=access, title=f"Count {name.capitalize()}", description=about,
        methods={"GET": Route(run)}, gives_files=files,
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _question("sheet", _sheet, READER, "The sheet to count by: ?export=csv, xlsx or html (a page that prints)."),
    _question(
        "variances", _variances, SUPERVISOR,
        "Lines that differ from the record or wait for somebody; all of them with ?all=true.", files=False,
    ),
    _question("report", _report, SUPERVISOR, "All lines and what came of them: ?export=csv, xlsx or html."),
)  # fmt: skip
