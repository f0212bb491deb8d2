"""Save the sheet or the variance report of a count session as a file."""

from tui.api_client import ApiClient
from tui.counting.papers import Paper, default_path, fetch
from tui.counting.review import CountSession
from tui.screens.save_file import SaveFile

__all__ = ["save_paper"]


def save_paper(client: ApiClient, session: CountSession, paper: Paper) -> SaveFile:
    """The dialog that asks for a file name and writes the paper there."""
    title = f"{paper.title} of {session.reference}"
    return SaveFile(title, default_path(session, paper), lambda: fetch(client, session, paper))
