"""Plain `count`: what is to be counted, as named on the command line or chosen from a numbered list."""

from collections.abc import Sequence
from typing import Final

from tui.api_errors import ApiError
from tui.counting.book import Scope
from tui.counting.count import Count
from tui.counting.desk import CountDesk, Unfinished
from tui.plain.desk import Desk, SheetAsked

__all__ = ["SINGLE", "choose_sheet", "open_sheet"]

_MANY_DUE: Final = 50
SINGLE: Final = "single items"
"""What `choose_sheet` ends with when single items are to be counted, without a sheet."""


async def open_sheet(desk: Desk, counts: CountDesk, asked: SheetAsked) -> Count | None:
    """The sheet that the command line names, made or gone on with; None, with the reason said, when there is none.

    Raises ApiError, JournalError.
    """
    if asked.resume:
        unfinished = counts.unfinished()
        if not unfinished:
            desk.talk.complain("no count of yours is unfinished")
            return None
        return _go_on(desk, counts, unfinished[0])
    scope = await _scope(desk, asked)
    return await _begin(desk, counts, scope, shown=asked.shown) if scope is not None else None


async def _scope(desk: Desk, asked: SheetAsked) -> Scope | None:
    if asked.location:
        return await _of_location(desk, asked.location)
    if asked.category:
        return await _of_category(desk, asked.category)
    if asked.session:
        return Scope(session=asked.session)
    return Scope("due", due=asked.due) if asked.due else Scope("by scanning")


async def _of_location(desk: Desk, text: str) -> Scope | None:
    place = await desk.location(text)
    return Scope(place.path or place.name, location=place.pk) if place is not None else None


async def _of_category(desk: Desk, text: str) -> Scope | None:
    rows = await desk.session.client.list("part/category/", {"search": text})
    wanted = text.casefold()
    named = {row["pk"]: (str(row.get("name") or ""), str(row.get("pathstring") or "")) for row in rows}
    exact = {pk: names for pk, names in named.items() if wanted in (name.casefold() for name in names)}
    scopes = [Scope(path or name, category=pk) for pk, (name, path) in (exact or named).items()]
    scope = await desk.choose(sorted(scopes, key=lambda each: each.title), lambda each: each.title)
    if scope is None:
        desk.talk.complain(f"{text}: {'not chosen' if scopes else 'no category is known by that'}")
    return scope


async def _begin(desk: Desk, counts: CountDesk, scope: Scope, *, shown: bool) -> Count:
    count = await counts.begin(scope, blind=not shown)
    lines = len(count.lines)
    desk.talk.say(f"Count {count.sheet.title}, {lines} {'line' if lines == 1 else 'lines'}.")
    if shown and count.sheet.blind:
        desk.talk.say("It is blind: what is expected is not told.")
    return count


def _go_on(desk: Desk, counts: CountDesk, each: Unfinished) -> Count:
    count = counts.resume(each.sheet.key)
    desk.talk.say(f"Count {each.sheet.title}: {each.figures}.")
    return count


async def _one_of(desk: Desk, choices: Sequence[tuple[str, Unfinished | str]]) -> tuple[Unfinished | str | None, str]:
    """What is chosen by its number; or None and what was typed instead, the code or name of a location."""
    desk.talk.say("What do you count?")
    for number, (said, _) in enumerate(choices, 1):
        desk.talk.say(f"{number}: {said}")
    answer = (await desk.talk.ask("Number, or scan a location") or "").strip()
    if answer.isdecimal() and 1 <= int(answer) <= len(choices):
        return choices[int(answer) - 1][1], ""
    return None, answer


async def _may_show(counts: CountDesk) -> bool:
    """Whether a count may tell what is expected; a server that is away makes no sheet anyway."""
    try:
        return await counts.may_show_expected()
    except ApiError:
        return False


async def choose_sheet(desk: Desk, counts: CountDesk) -> Count | str | None:
    """Ask a person what to count: a sheet, SINGLE, or None for nothing. Raises ApiError, JournalError."""
    shown, may_show = False, await _may_show(counts)
    while True:
        unfinished = counts.unfinished()
        choices: list[tuple[str, Unfinished | str]] = [
            (f"Go on with {each.sheet.title}, {each.figures}", each) for each in unfinished
        ]
        choices += [("A location and below", "location"), ("A category", "category")]
        if desk.session.is_bincard:
            choices.append((f"What is due, {_MANY_DUE} lines at most", "due"))
        choices += [("Just start scanning", "scan"), ("Single items, each posted at once", SINGLE)]
        if may_show:
            choices.append((f"Tell what is expected: {'yes' if shown else 'no'}", "shown"))
        what, text = await _one_of(desk, choices)
        match what:
            case None if not text:
                return None
            case None:
                named: SheetAsked | None = SheetAsked(location=text, shown=shown)
            case Unfinished():
                return _go_on(desk, counts, what)
            case "shown":
                shown = not shown
                continue
            case "location":
                text = (await desk.talk.ask("Which location") or "").strip()
                named = SheetAsked(location=text, shown=shown) if text else None
            case "category":
                text = (await desk.talk.ask("Which category") or "").strip()
                named = SheetAsked(category=text, shown=shown) if text else None
            case "due":
                named = SheetAsked(due=_MANY_DUE, shown=shown)
            case "scan":
                named = SheetAsked(shown=shown)
            case _:
                return what
        try:
            count = await open_sheet(desk, counts, named) if named is not None else None
        except ApiError as error:
            desk.talk.complain(f"no count begun: {error}")
            count = None
        if count is not None:
            return count
