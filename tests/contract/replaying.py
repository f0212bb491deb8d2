"""Plays the recorded exchanges of a real InvenTree against our server, each area from the recorded start.

`python -m tests.contract.replaying 06 07` prints the score of areas and every difference.
"""

import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.auth.passwords import hash_password
from server.db.migrate import migrate
from server.db.models.users import User
from server.db.sequences import set_sequences
from server.db.session import Database
from server.importer import import_file
from tests.serving import running, settings_for
from tests.shared import SHARED, load_tool

__all__ = ["make_fixtures", "replay"]


def make_fixtures(data_dir: Path) -> None:
    """A database as the recordings began with: the fixtures, the next keys, testuser/testpassword."""
    database = Database(settings_for(data_dir).url)
    migrate(database)
    import_file(database, SHARED / "inventree" / "fixtures.json", progress=lambda done, total: None)
    set_sequences(database, json.loads((SHARED / "inventree" / "sequences.json").read_text()))
    with database.write() as session:
        user = session.scalars(select(User).where(User.username == "testuser")).one_or_none()
        if user is None:
            user = User(
                pk=5, username="testuser", is_staff=True, is_superuser=True, is_active=True, email="test@test.com",
                first_name="", last_name="", date_joined=datetime.now(UTC),
            )  # fmt: skip
            session.add(user)
        user.password = hash_password("testpassword")
    database.close()


def replay(area: str, template: Path, scratch: Path) -> tuple[Counter[str], list[dict[str, Any]]]:
    """The outcomes (same, status, body) of an area's exchanges and the differences."""
    tool = load_tool("replay/replay")
    path = next((SHARED / "inventree" / "exchanges").glob(f"{area}*.jsonl"))
    data_dir = scratch / area
    shutil.rmtree(data_dir, ignore_errors=True)
    with running(data_dir, template, sign_in_tries=1000) as server:
        counts, report = tool.replay_area(server.url, _of_today(path, scratch), False)
    return counts, report


def _of_today(path: Path, scratch: Path) -> Path:
    """The recording as if it had been made today: exported files have the day in their names."""
    made = scratch / path.name
    made.write_text(re.sub(r"(InvenTree_\w+?_)\d{4}-\d\d-\d\d", rf"\g<1>{datetime.now(UTC).date()}", path.read_text()))
    return made


def main(areas: list[str]) -> None:
    """Print scores and differences."""
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch) / "template"
        make_fixtures(template)
        for area in areas:
            counts, report = replay(area, template, Path(scratch))
            for line in report:
                print(line["area"], line["seq"], line["method"], line["path"], line["query"] or "", line["outcome"])
                for at, want, got in line["differences"][:6]:
                    print(f"     {at}: want {want[:120]} got {got[:120]}")
            print(f"{area}: {counts['same']} of {sum(counts.values())} the same", dict(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
