"""The papers of a count session as files: the sheet to count by, and the report of what came of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.api_client import ApiClient
from tui.counting.review import CountSession, Rights

__all__ = ["FORMATS", "Paper", "default_path", "fetch", "papers_for", "save", "target"]

FORMATS: Final = {"csv": "CSV", "xlsx": "XLSX (spreadsheet)", "html": "page that prints"}


@dataclass(frozen=True, slots=True)
class Paper:
    """`kind` is "sheet" or "report", `form` one of FORMATS."""

    kind: str
    form: str

    @property
    def title(self) -> str:
        name = "Sheet to count by" if self.kind == "sheet" else "Variance report"
        return f"{name}, {FORMATS[self.form]}"


def papers_for(rights: Rights) -> list[Paper]:
    """What may be had: the report, first, where variances may be seen."""
    kinds = ("report", "sheet") if rights.sees else ("sheet",)
    return [Paper(kind, form) for kind in kinds for form in FORMATS]


def default_path(session: CountSession, paper: Paper) -> Path:
    """Where to put it unless somebody says otherwise: in the working directory. A reference is no path."""
    name = "".join(char if char.isalnum() or char in "-_." else "_" for char in session.reference).strip(".")
    return Path.cwd() / f"{name or session.pk}-{paper.kind}.{paper.form}"


async def fetch(client: ApiClient, session: CountSession, paper: Paper) -> bytes:
    """The paper. What was expected is not on the sheet, whoever asks. Raises ApiError."""
    path = f"/plugin/bincard/count/session/{session.pk}/{paper.kind}/"
    return await client.file(path, {"export": paper.form})


def target(text: str, *, overwrite: bool) -> Path:
    """The file of a name as typed, before anything is fetched for it.

    Raises FileExistsError when there is one already and it is not to be overwritten, RuntimeError for no such home.
    """
    path = Path(text).expanduser().absolute()
    if path.exists() and not overwrite:
        raise FileExistsError(path)
    return path


def save(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file that only its owner may read: a report says what counters are not to know.

    Raises FileExistsError when there is one already and it is not to be overwritten; other OSErrors.
    """
    how = os.O_TRUNC if overwrite else os.O_EXCL
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
        file.write(content)
