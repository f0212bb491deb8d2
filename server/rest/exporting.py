"""Lists as files: `?export=csv|tsv|xlsx` answers with the file, `?export=true` keeps it and answers where.

All filters, the search and the order of the list apply, a page does not: every row is written. The keys are read first,
then the rows by groups in the same snapshot, each group straight into a file on the disk, so that a list of any length
takes the same memory. Text that a spreadsheet would run is defused (server/domain/spreadsheets.py).
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from server.domain.errors import InvalidInput
from server.domain.spreadsheets import FORMATS, BadTable, write_table
from server.rest import fields as f
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean
from server.rest.many import LARGEST_GROUP, among
from server.rest.query import Const, Detail, Many, Member, Shape, WriteOnly, flags_shown

if TYPE_CHECKING:
    from server.rest.resource import Resource

__all__ = ["PLUGIN", "Export", "Outputs", "export", "export_fields", "is_export", "wants_file"]

PLUGIN = "inventree-exporter"
SPOOLED = 1024 * 1024
"""Up to how many bytes a file stays in memory."""

OPTIONS: Mapping[str, f.Field] = {
    "export_format": f.Choice(
        label="Export Format", help_text="Select export file format", default="csv",
        choices=[(kind.name, kind.label) for kind in FORMATS.values()],
    ),
    "export_plugin": f.Choice(
        label="Export Plugin", help_text="Select export plugin", default=PLUGIN,
        choices=[(PLUGIN, "InvenTree Exporter")],
    ),
}  # fmt: skip

NAMING = ("reference", "name", "IPN", "SKU", "MPN", "description", "revision", "pathstring", "username")
"""Which members of a related object go with the row: those that say to a reader which one it is."""


@dataclass(frozen=True)
class Export:
    """A file that was made. `filename` names the model and the day; `count` is the number of rows."""

    file: IO[bytes]
    filename: str
    kind: str
    count: int


class Outputs(Protocol):
    """Keeps exported files for those who asked for them."""

    def keep(self, context: Context, made: Export) -> Any:
        """Keep the file; what the answer says of it."""


# ------------------------------------------------------------------------------------------------- what was asked


def wants_file(query: Mapping[str, str]) -> bool:
    """Whether the answer is to be the file itself."""
    return query.get("export", "").lower() in FORMATS


def is_export(context: Context) -> bool:
    """Whether a list is to be exported. Raises InvalidInput for a form of export that there is not."""
    wanted = context.query.get("export", "")
    if wants_file(context.query):
        return True
    chosen = read_boolean(wanted)
    if wanted and chosen is None:
        raise InvalidInput(f'"{wanted}" is not a valid choice.', field="export")
    return bool(chosen)


def export_fields() -> dict[str, Any]:
    """What OPTIONS tells of the ways to export."""
    return {name: field.named(name).metadata() for name, field in OPTIONS.items()}


# ------------------------------------------------------------------------------------------------- the file


def export(resource: "Resource", context: Context) -> Answer:
    """The list of a resource as a file. Raises InvalidInput."""
    given = {name: text for name, text in context.query.items() if name in OPTIONS}
    chosen = f.read_body(OPTIONS, given, context)
    if not wants_file(context.query):
        made = _made(resource, context, str(chosen["export_format"]))
        with made.file:
            return Answer(context.api.outputs.keep(context, made))
    made = _made(resource, context, context.query["export"].lower())
    headers = {"Content-Disposition": f'attachment; filename="{made.filename}"', "Cache-Control": "no-store"}
    return Answer(file=made.file, content_type=FORMATS[made.kind].content_type, headers=headers)


def _made(resource: "Resource", context: Context, kind: str) -> Export:
    shown = _shown(resource, context)
    columns = _columns(resource, shown)
    getters = [_getter(path) for path in columns.values()]
    rows = ([get(row) for get in getters] for row in _rows(resource, context, shown))
    file = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - closed by whoever sends or keeps it
    try:
        count = write_table(file, kind, tuple(columns), rows)
    except BadTable as error:
        file.close()
        raise InvalidInput(str(error), field="export_format") from None
    except BaseException:
        file.close()
        raise
    file.seek(0)
    filename = f"InvenTree_{resource.model.__name__}_{context.today.isoformat()}.{kind}"
    return Export(file, filename, kind, count)


def _shown(resource: "Resource", context: Context) -> frozenset[str]:
    """The switched members that are shown: related objects unless they are switched off, the rest as in the list."""

    def given(flag: str) -> bool | None:
        return read_boolean(context.query.get(flag))

    members = resource.shape.members
    related = {m.name for m in members if isinstance(m, Detail) and m.flag is not None and given(m.flag) is not False}
    return flags_shown(members, given, writing=False) | related


def _columns(resource: "Resource", shown: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Header to where the value lies in a row. Two members with one label are told apart by their names."""
    found: dict[str, tuple[str, ...]] = {}
    for label, path in _labelled(resource.shape, shown):
        found[label if label not in found else f"{label} ({'.'.join(path)})"] = path
    return found


def _labelled(shape: Shape, shown: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for member in shape.members:
        hidden = (member.flag is not None and member.name not in shown) or "list" in member.hidden_in
        if hidden or isinstance(member, (WriteOnly, Const)):
            continue
        if isinstance(member, Detail):
            above = _label(member).removesuffix(" detail")
            names = {child.name: child for child in member.shape.members}
            yield from (
                (f"{above}.{_label(names[name])}", (member.name, name)) for name in NAMING if name in names
            )  # fmt: skip
        elif not (isinstance(member, Many) and member.flag is None and member.shape is not None):
            yield _label(member), (member.name,)


def _label(member: Member) -> str:
    field = member.field.named(member.name) if member.field is not None else f.Any_(name=member.name)
    return str(field.metadata().get("label") or member.name)


def _getter(path: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """What takes the value of a column from a row."""
    name, *inner = path

    def of_related(row: Mapping[str, Any]) -> Any:
        related = row.get(name)
        return None if related is None else related.get(inner[0])

    return of_related if inner else lambda row: row.get(name)


def _rows(resource: "Resource", context: Context, shown: frozenset[str]) -> Iterable[Mapping[str, Any]]:
    """All rows of the list, in its order, group by group."""
    tests, order = resource.tests(context), resource.order(context)
    parameters = dict(context.parameters)
    for test in tests:
        parameters |= test.parameters
    shape, planner = resource.shape, context.planner
    if all(member.name != "pk" for member in shape.members):  # settings and the like: some hundred rows at most
        plan = planner.page(shape, shown, tests, order, kind="list", paged=False)
        yield from resource.filled(context, plan.objects(context.reader, parameters), shown, parameters, "list")
        return
    keys = [key for (key,) in planner.keys(shape, tests, order).run(context.reader, parameters)]
    for start in range(0, len(keys), LARGEST_GROUP):
        group = keys[start : start + LARGEST_GROUP]
        chosen = among("pk", group)
        given = {**parameters, **chosen.parameters}
        plan = planner.page(shape, shown, [chosen], (), kind="list", paged=False)
        rows = plan.objects(context.reader, given)
        by_key = {row["pk"]: row for row in resource.filled(context, rows, shown, given, "list")}
        yield from (by_key[key] for key in group if key in by_key)
