"""Runs a plain command: signs in, converses, says how it ended."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Final

from tui.api_client import NotAuthenticated, TimedOut, Unreachable
from tui.config import Launch
from tui.plain.count import can_go_on_alone, count
from tui.plain.desk import Desk, SheetAsked
from tui.plain.find import find_things
from tui.plain.move import move_items
from tui.plain.talk import Talk
from tui.session import Session
from tui.stock_actions import StockActions

__all__ = ["COMMANDS", "NOT_DONE", "run_plain"]

NOT_DONE: Final = 8
"""Exit status when something was not found or refused; the rest was done."""

#: What a plain command is: it works at a desk, beginning with the text from the command line ("" for none).
Command = Callable[[Desk, str], Awaitable[None]]
COMMANDS: Final[Mapping[str, Command]] = {"find": find_things, "count": count, "move": move_items}
_TRIES: Final = 3


def run_plain(
    launch: Launch, command: str, text: str, *, assume_yes: bool = False, sheet: SheetAsked | None = None
) -> int:
    """Converse about `command`, or ask for commands when it is ""; the exit status. Raises ApiError.

    `sheet` is what is to be counted, None to ask for it.
    """
    talk = Talk(assume_yes=assume_yes)
    try:
        return asyncio.run(_until_signalled(_run(launch, command, text, talk, sheet)))
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM


async def _until_signalled(work: Coroutine[None, None, int]) -> int:
    """Do the work; SIGTERM and SIGHUP end it in the normal way, so that the terminal is left as it was."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    return await task


async def _run(launch: Launch, command: str, text: str, talk: Talk, sheet: SheetAsked | None) -> int:
    session = Session(launch)
    desk = Desk(session, talk, StockActions(session), sheet=sheet)
    try:
        try:
            await _sign_in(session, talk)
        except (Unreachable, TimedOut) as error:
            if command != "count" or not can_go_on_alone(desk):
                raise
            talk.say(str(error))
        else:
            for said in [*session.notices, *await desk.actions.look_back()]:
                talk.say(said)
        if command:
            await COMMANDS[command](desk, text)
        else:
            await _ask_for_commands(desk)
        await desk.actions.finish()
    finally:
        await session.close()
    return NOT_DONE if talk.failed else 0


async def _ask_for_commands(desk: Desk) -> None:
    names = ", ".join(COMMANDS)
    while asked := ((await desk.talk.ask(f"Command ({names}; Enter ends)")) or "").strip():
        name, _, text = asked.partition(" ")
        found = [each for each in COMMANDS if each.startswith(name.lower())]
        if len(found) == 1:
            await COMMANDS[found[0]](desk, text.strip())
        else:
            desk.talk.complain(f"{name}: say one of {names}")


async def _sign_in(session: Session, talk: Talk) -> None:
    """With the token at hand, else as the person says. Raises NotAuthenticated when there is nobody to ask."""
    try:
        await session.connect()
    except NotAuthenticated:
        if not talk.person or not session.client.url:
            raise
    else:
        return
    for left in reversed(range(_TRIES)):
        name = session.user_name
        user = await talk.ask(f"User, Enter for {name}" if name else "User")
        password = await talk.secret("Password")
        if user is None or password is None:
            raise NotAuthenticated("Not signed in.")
        try:
            await session.sign_in(user.strip() or name, password)
        except NotAuthenticated as error:
            if not left:
                raise
            talk.say(str(error))
        else:
            return
