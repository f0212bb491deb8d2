"""`/plugin/bincard/count/session/{pk}/...`: what counters do: enter what they found, take lines, skip, park."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.actions.counting import taking
from server.actions.counting.entries import Given, Place, Result, take_entries
from server.actions.counting.records import Deed
from server.domain.errors import InvalidInput
from server.resources.count_others import STANDING, stand
from server.resources.count_rights import COUNTER, PATH, is_on
from server.resources.stock_bodies import Body, by
from server.rest import fields as f
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["LINES_BODY", "RESOURCES"]

MOST_ENTRIES = 500
ONE_OF = (
    ("line", "A line of the session."), ("stock_item", "Or a stock item; it is added where it is not on the sheet."),
    ("part", "Or a part, with location, batch and serial."), ("location", "Where it lies."),
)  # fmt: skip


def _text(label: str, longest: int, **more: Any) -> f.String:
    return f.String(label=label, max_length=longest, required=False, allow_blank=True, **{"default": "", **more})


ENTRY: Body = {
    "key": f.String(label="Key", help_text="Yours, unique in the session: an entry is taken once by it", max_length=64),
    **{name: f.Integer(label=name.capitalize().replace("_", " "), help_text=about, allow_null=True, required=False)
       for name, about in ONE_OF},
    "batch": _text("Batch", 100, allow_null=True), "serial": _text("Serial", 100, allow_null=True),
    "quantity": f.Decimal_(label="Quantity", max_digits=15, decimal_places=5),
    "mode": f.Choice(
        label="Mode", choices=(("set", "Is my total"), ("add", "Comes to my total; below zero it is taken back")),
        default="set",
    ),
    "counted_at": f.DateTime(label="Counted at", help_text="By your clock", allow_null=True, required=False),
    "note": _text("Note", 500),
    "round": f.Integer(label="Round", help_text="1: first count, 2: recount", allow_null=True, required=False),
}  # fmt: skip
ENTRIES: Body = {
    "entries": f.ListOf(child=f.Nested(fields=ENTRY), label="Entries", allow_empty=False),
    "sent_at": f.DateTime(
        label="Sent at", help_text="Your clock now, so that one that is wrong is put right", allow_null=True,
        required=False,
    ),
    **STANDING,
}  # fmt: skip
LINES_BODY: Body = {"lines": f.ListOf(child=f.Integer(), label="Lines", allow_empty=False)}
PARK: Body = {
    "key": f.String(label="Key", max_length=64), "barcode": f.String(label="Barcode", max_length=2000, markup=True),
    "note": _text("Note", 500),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------- entries


def _given(values: Mapping[str, Any]) -> Given:
    place = None
    if values.get("line") is None and values.get("stock_item") is None:
        if values.get("part") is None:
            raise InvalidInput("Say which line: line, stock_item, or part.")
        place = Place.of(values["part"], values.get("location"), values.get("batch"), values.get("serial"))
    return Given(
        values["key"], values["quantity"], values.get("line"), values.get("stock_item"), place,
        adds=values["mode"] == "add", counted_at=values.get("counted_at"), note=values["note"],
        round=values.get("round"),
    )  # fmt: skip


def _told(error: InvalidInput) -> str:
    """What was wrong with an entry, in one line."""
    errors = error.errors
    if not isinstance(errors, Mapping):
        return str(errors)
    return " ".join(
        f"{text}" if name == "non_field_errors" else f"{name}: {text}"
        for name, texts in errors.items()
        for text in (texts if isinstance(texts, Sequence) and not isinstance(texts, str) else [texts])
    )


def _read(context: Context, sent: Sequence[Any]) -> list[Given | Result]:
    """Each entry, or why it is refused."""
    nested = f.Nested(fields=ENTRY)
    found: list[Given | Result] = []
    for entry in sent:
        try:
            found.append(_given(nested.parse(entry, context)))
        except InvalidInput as error:
            key = entry.get("key") if isinstance(entry, Mapping) else None
            found.append(Result(key if isinstance(key, str) else "", "refused", None, _told(error)))
    return found


def _take_entries(context: Context, pk: int) -> dict[str, Any]:
    body = context.body()
    sent = body.get("entries")
    if not isinstance(sent, list) or not sent:
        raise InvalidInput("A list of entries is required.", field="entries")
    if len(sent) > MOST_ENTRIES:
        raise InvalidInput(f"{len(sent)} entries at once; send at most {MOST_ENTRIES}.", field="entries")
    values = f.read_body({name: field for name, field in ENTRIES.items() if name != "entries"}, body, context)
    read = _read(context, sent)
    results = iter(
        take_entries(
            Deed(context.session, by(context)), pk, [entry for entry in read if isinstance(entry, Given)],
            sent_at=values.get("sent_at"), other_recounter=is_on(context, "COUNT_OTHER_RECOUNTER"),
        )
    )  # fmt: skip
    told = [next(results) if isinstance(entry, Given) else entry for entry in read]
    return {
        "results": [
            {"key": one.key, "line": one.line, "status": one.status, "reason": one.reason or None} for one in told
        ],
        **stand(context, pk, values),
    }


# ------------------------------------------------------------------------------------------------- lines, codes


def _with_lines(name: str, do: Callable[[Deed, int, Sequence[int]], list[int]]) -> Callable[..., Any]:
    def run(context: Context, pk: int) -> dict[str, list[int]]:
        values = f.read_body(LINES_BODY, context.body(), context)
        done = do(Deed(context.session, by(context)), pk, values["lines"])
        return {name: done, "refused": sorted(set(values["lines"]) - set(done))}

    return run


def _park(context: Context, pk: int) -> Answer:
    values = f.read_body(PARK, context.body(), context)
    row, new = taking.park(
        Deed(context.session, by(context)), pk, values["key"], values["barcode"], values["note"]
    )  # fmt: skip
    return Answer({"pk": row.pk, "key": row.key, "barcode": row.barcode, "note": row.note}, 201 if new else 200)


def _action(name: str, run: Callable[..., Any], body: Body, title: str, about: str) -> Endpoint:
    return Endpoint(
        path=f"{PATH}session/{{pk}}/{name}/", access=COUNTER, title=title, description=about, body=body,
        methods={"POST": Route(run, writes=True)},
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _action(
        "entries", _take_entries, ENTRIES, "Count Entries",
        "What was counted. Each entry is taken exactly once by its key, and has a result of its own (kept, known or "
        "refused, with the reason); one that is refused holds up no other. `at` and `seen` as in `at/`.",
    ),
    _action("take", _with_lines("taken", taking.take), LINES_BODY, "Take Lines", "Show others what you count."),
    _action(
        "release", _with_lines("released", taking.release), LINES_BODY, "Release Lines", "Let go of your lines."
    ),
    _action("skip", _with_lines("skipped", taking.skip), LINES_BODY, "Skip Lines", "Leave lines for later."),
    _action("park", _park, PARK, "Park Code", "Keep a code that nobody knows, with a note."),
)  # fmt: skip
