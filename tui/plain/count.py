"""Plain `count`: a whole sheet, line by line; or single items, each posted at once."""

import asyncio
from typing import Final

from tui.api_client import ApiError
from tui.counting.count import Count
from tui.counting.desk import CountDesk, counts_dir
from tui.counting.journal import Journal, JournalError
from tui.plain.count_items import count_items
from tui.plain.desk import Desk
from tui.plain.sheet import SheetClerk
from tui.plain.sheet_choice import choose_sheet, open_sheet
from tui.plain.sheet_posting import SheetPosting
from tui.plain.sheet_words import plural

__all__ = ["can_go_on_alone", "count"]

#: Seconds between tries to sign in while the server is away.
_AGAIN: Final = 5.0


async def count(desk: Desk, text: str) -> None:
    """Count single items, beginning with `text`; without one the sheet that the command line names, or that a person
    chooses. Raises ApiError."""
    if desk.sheet is None and (text or not desk.talk.person):
        return await count_items(desk, text)
    if desk.session.launch.read_only:
        desk.talk.complain("this session is read-only: nothing is counted")
        return None
    counts = CountDesk(desk.session)
    away = asyncio.create_task(_sign_in_later(desk, counts)) if desk.session.user is None else None
    try:
        await _count_sheet(desk, counts)
    except JournalError as error:
        desk.talk.complain(str(error))
    finally:
        if away is not None:
            away.cancel()
        await counts.aclose()
    return None


def can_go_on_alone(desk: Desk) -> bool:
    """Whether there is a sheet to go on with while the server is away, and it is known whose it is."""
    wanted = desk.sheet is None or desk.sheet.resume
    if not wanted or not desk.session.user_name:
        return False
    journal = Journal(counts_dir())
    try:
        return bool(journal.sheets(desk.session.client.url, desk.session.user_name))
    except JournalError:
        return False
    finally:
        journal.close()


async def _sign_in_later(desk: Desk, counts: CountDesk) -> None:
    """Sign in when the server is back, so that what was counted is posted."""
    while desk.session.user is None:
        await asyncio.sleep(_AGAIN)
        try:
            await desk.session.connect()
        except ApiError:
            continue  # what waits, and why, is said between the questions
    counts.hurry()


async def _count_sheet(desk: Desk, counts: CountDesk) -> None:
    if desk.session.user_name:
        counts.post_left_behind()
    sheet = await (choose_sheet(desk, counts) if desk.sheet is None else open_sheet(desk, counts, desk.sheet))
    if isinstance(sheet, str):
        await count_items(desk, "")
    elif sheet is not None:
        posting = SheetPosting(desk.talk, counts, sheet, lambda: desk.session.user is not None)
        try:
            clerk = SheetClerk(desk, sheet, posting)
            await clerk.work()
            await _end(desk, counts, sheet, posting, finishing=clerk.finishing)
        finally:
            posting.close()


async def _end(desk: Desk, counts: CountDesk, count: Count, posting: SheetPosting, *, finishing: bool) -> None:
    """Post what waits, say what became of the sheet, and forget it when nothing of it is open."""
    waiting = await posting.settle()
    posting.tell()
    talk = desk.talk
    if waiting:
        talk.complain(f"{plural(waiting, 'line')} not posted yet: kept, and posted when you go on with the count")
    elif finishing:
        counts.finish(count.sheet.key)
        talk.say("This count is finished.")
    elif counts.finish_if_done(count):
        talk.say("Every line is counted and posted. This count is finished.")
    else:
        refused = f", {len(count.refused)} refused" if count.refused else ""
        talk.say(f"{plural(count.left, 'line')} left{refused}. Count again to go on.")
