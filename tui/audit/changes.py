"""Changes from the server: from the log of a Bincard server, or from the tracking entries of any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tui.api_client import ApiClient
from tui.audit.asked import Asked, BadFilter, Subject
from tui.history import Place
from tui.views.formats import quantity

__all__ = ["AUDIT", "Change", "Figure", "PageOfChanges", "load_changes", "params_of", "place_of"]

AUDIT: Final = "/plugin/bincard/audit/"
PAGE: Final = 100
_ORDERS: Final = ("purchaseorder", "salesorder", "returnorder", "transferorder")
#: What tracking entries can be narrowed by.
_TRACKED: Final[Mapping[str, str]] = {"part": "part", "since": "min_date", "until": "max_date", "username": "user"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a change; None for nothing, `told` false where the values are not known."""

    label: str
    before: str | None
    after: str | None
    told: bool = True

    @property
    def text(self) -> str:
        """In one line."""
        if not self.told:
            return f"{self.label} changed"
        return f"{self.label} {self.before or '-'} → {self.after or '-'}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one object. `parent` is the key of what it is a line of, `notes` what its maker wrote."""

    pk: int
    when: str
    who: str
    title: str
    name: str
    model: str
    object: int
    action: str
    kind: str
    figures: tuple[Figure, ...]
    origin: str = ""
    part: int | None = None
    parent: int | None = None
    notes: str = ""

    @property
    def what(self) -> str:
        """The object in words."""
        return f"{self.title} {self.name}".strip()

    @property
    def changed(self) -> str:
        """What became of it, in one line."""
        told = "; ".join(figure.text for figure in self.figures)
        if self.action == "changed":
            return told or self.notes or "changed"
        return f"{self.action}: {told}" if told else self.action


@dataclass(frozen=True, slots=True)
class PageOfChanges:
    """Newest first; `after` is where the next page begins, None at the end. `count` is None where nobody counted."""

    changes: tuple[Change, ...]
    after: int | None
    count: int | None = None


async def load_changes(
    client: ApiClient, asked: Asked, subject: Subject | None, after: int | None, *, tracked: bool
) -> PageOfChanges:
    """One page; `tracked`: from the tracking entries of a server that keeps no log. Raises ApiError, BadFilter."""
    params = params_of(asked, subject, tracked=tracked)
    if tracked:
        return await _tracked(client, params, after or 0)
    more = {"before": after} if after is not None else {}
    answer = await client.get(AUDIT, {**params, **more, "limit": PAGE})
    rows = answer.get("results")
    changes = tuple(_change(row) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    before = answer.get("before")
    return PageOfChanges(changes, before if isinstance(before, int) else None)


def params_of(asked: Asked, subject: Subject | None, *, tracked: bool) -> dict[str, Any]:
    """What the server is asked with. Raises BadFilter for what tracking entries do not tell."""
    params: dict[str, Any] = dict(asked.params)
    if subject is not None:
        params |= {"part": subject.pk} if subject.model == "part" else {"of": f"{subject.model}:{subject.pk}"}
    if not tracked:
        return params | ({"search": asked.words} if asked.words else {})
    made: dict[str, Any] = {"search": asked.words} if asked.words else {}
    for name, value in params.items():
        if name == "of" and str(value).startswith("stockitem:"):
            made["item"] = str(value).partition(":")[2]
        elif name in _TRACKED:
            made[_TRACKED[name]] = _day_after(value) if name == "until" else value
        else:
            typed = "this" if subject is not None and name == "of" else f"{value}"
            raise BadFilter(f"Only the history of stock is kept here, nothing of {typed}.")
    return made


def _day_after(day: str) -> str:
    """Tracking entries are asked for before a day, not up to it."""
    given = date.fromisoformat(day)
    return (given if given == date.max else given + timedelta(days=1)).isoformat()


async def _whose(client: ApiClient, params: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the key of the user instead of the name, as tracking entries are asked. Raises ApiError,
    BadFilter."""
    if "user" not in params:
        return dict(params)
    name = str(params["user"])
    found = await client.list("user/", {"search": name})
    keys = [row.get("pk") for row in found if str(row.get("username", "")).lower() == name.lower()]
    if not keys:
        raise BadFilter(f"Nobody is called {name}.")
    return {**params, "user": keys[0]}


async def _tracked(client: ApiClient, params: Mapping[str, Any], offset: int) -> PageOfChanges:
    wanted = {
        **await _whose(client, params),
        "user_detail": True,
        "item_detail": True,
        "part_detail": True,
        "ordering": "-date",
    }
    page = await client.page("stock/track/", offset, PAGE, wanted)
    after = offset + len(page.results)
    return PageOfChanges(
        tuple(_entry(row) for row in page.results), after if page.results and after < page.count else None, page.count
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _moment(value: Any) -> str:
    """The time on the clock here, to the second; texts that are no time stay."""
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment.astimezone() if moment.tzinfo is not None else moment).strftime("%Y-%m-%d %H:%M:%S")


def _figures(rows: Any) -> tuple[Figure, ...]:
    listed: Sequence[Any] = rows if isinstance(rows, list) else ()
    return tuple(
        Figure(_text(row.get("label")), row.get("before"), row.get("after"), bool(row.get("told", True)))
        for row in listed if isinstance(row, dict)
    )  # fmt: skip


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        pk=_whole(row.get("pk")) or 0,
        when=_moment(row.get("time")),
        who=_text(row.get("username")) or "server",
        title=_text(row.get("title")),
        name=_text(row.get("object_name")),
        model=_text(row.get("model")),
        object=_whole(row.get("object")) or 0,
        action=_text(row.get("action")),
        kind=_text(row.get("kind")),
        figures=_figures(row.get("figures")),
        origin=_text(row.get("origin")),
        part=_whole(row.get("part_key")),
        parent=_whole(row.get("parent_key")),
    )


def _detail(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    detail = row.get(name)
    return detail if isinstance(detail, dict) else {}


def _entry(row: Mapping[str, Any]) -> Change:
    """A tracking entry: it says what is so after it, and by how much a quantity changed."""
    deltas = _detail(row, "deltas")
    part = _detail(row, "part_detail") or _detail(_detail(row, "item_detail"), "part_detail")
    item = _whole(row.get("item"))
    name = _text(part.get("full_name") or part.get("name"))
    return Change(
        pk=_whole(row.get("pk")) or 0,
        when=_moment(row.get("date")),
        who=_text(_detail(row, "user_detail").get("username")) or "?",
        title="Stock item",
        name=f"{name} #{item}" if item is not None else name or "(gone)",
        model="stockitem",
        object=item or 0,
        action="changed",
        kind="stock",
        figures=tuple(_delta(deltas)),
        origin=_text(row.get("label")),
        part=_whole(row.get("part")),
        notes=_text(row.get("notes")),
    )


def _delta(deltas: Mapping[str, Any]) -> list[Figure]:
    found = []
    for name, value in deltas.items():
        if name.endswith("_detail") or name in ("added", "removed"):
            continue
        detail = _detail(deltas, f"{name}_detail")
        named = detail.get("pathstring") or detail.get("reference") or detail.get("name") or detail.get("username")
        before = _before(deltas, value) if name == "quantity" else None
        after = quantity(value) if name == "quantity" else _text(named or value)
        found.append(Figure(name.replace("_", " ").capitalize(), before, after))
    return found


def _before(deltas: Mapping[str, Any], after: Any) -> str | None:
    """What the quantity was, where the entry says by how much it changed."""
    try:
        change = float(deltas.get("added") or 0) - float(deltas.get("removed") or 0)
        return f"{float(after) - change:g}" if change else None
    except (TypeError, ValueError):
        return None


def place_of(change: Change) -> Place | None:
    """Where the object is shown; None where no screen shows it."""
    model, key = change.model, change.object
    order = next((each for each in _ORDERS if model.startswith(each)), None)
    if change.action == "deleted" and model in (order, "stockitem", "part", "countsession"):
        return None
    if model in ("stockitem", "part") and key:
        return Place("card", model, key, title=change.name)
    if order is not None:
        pk = key if model == order else change.parent if "allocation" not in model else None
        return Place("order", order, pk) if pk is not None else None
    if model in ("countsession", "countline", "countparked"):
        session = key if model == "countsession" else change.parent
        return Place("review", "countsession", session) if session is not None else None
    if model == "stocklocation":
        return Place("stock", "stocklocation", key) if change.action != "deleted" else None
    if model in ("company", "supplierpart"):
        return Place("suppliers", model, key, title=change.name) if change.action != "deleted" else None
    return Place("card", "part", change.part) if change.part is not None else None
