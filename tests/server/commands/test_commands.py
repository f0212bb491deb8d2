"""`bincard-server` as its users run it: a process, its output, its exit status, what is on the disk afterwards."""

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest


def run(data_dir: Path, *arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments], input=text, capture_output=True, text=True, timeout=60,
        env={**os.environ, "BINCARD_DATA_DIR": str(data_dir), **environment}, check=False,
    )  # fmt: skip


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A migrated data directory."""
    target = tmp_path / "data"
    done = run(target, "migrate")
    assert done.returncode == 0, done.stderr
    return target


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The refusal, which is one line on standard error and no traceback."""
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def content(data_dir: Path) -> list[str]:
    """All that the database holds, as text."""
    with sqlite3.connect(data_dir / "bincard.sqlite3") as database:
        lines = list(database.iterdump())
    database.close()
    return lines


def test_migrate_makes_a_private_database_and_says_so_twice(tmp_path: Path) -> None:
    first, second = run(tmp_path / "new", "migrate"), run(tmp_path / "new", "migrate")
    assert first.returncode == second.returncode == 0
    assert "was empty" in first.stdout
    assert "nothing to do" in second.stdout
    assert stat.S_IMODE((tmp_path / "new" / "bincard.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_serving_an_unmigrated_database_says_what_to_run(tmp_path: Path) -> None:
    assert "bincard-server migrate" in one_line(run(tmp_path / "none", "serve", "--port", "0"))


def test_a_taken_port_is_named(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = one_line(run(data_dir, "serve", "--port", str(port)))
    assert str(port) in said
    assert "--port" in said


def test_a_database_that_refuses_is_named_without_its_password(data_dir: Path) -> None:
    said = one_line(run(data_dir, "migrate", BINCARD_DATABASE_URL="postgresql+psycopg://me:secret@127.0.0.1:1/none"))
    assert "refuse" in said
    assert "secret" not in said


def test_a_schema_of_a_newer_version_is_left_alone(data_dir: Path) -> None:
    with sqlite3.connect(data_dir / "bincard.sqlite3") as database:
        database.execute("update alembic_version set version_num = '9999'")
    database.close()
    before = content(data_dir)
    for command in (("serve", "--port", "0"), ("migrate",)):
        assert "newer" in one_line(run(data_dir, *command))
    assert content(data_dir) == before


def test_a_setting_that_cannot_be_used_is_named(data_dir: Path) -> None:
    assert "BINCARD_PORT" in one_line(run(data_dir, "serve", BINCARD_PORT="many"))


def test_a_user_is_added_and_gets_a_new_password_the_second_time(data_dir: Path) -> None:
    for password in ("first-password", "second-password"):
        done = run(data_dir, "user", "add", "boss", "--superuser", "--password-stdin", text=f"{password}\n")
        assert done.returncode == 0, done.stderr
        assert password not in done.stdout + done.stderr
    with serving(data_dir) as url:
        assert httpx.get(f"{url}/api/user/me/", auth=("boss", "first-password")).status_code == 401
        assert httpx.get(f"{url}/api/user/me/", auth=("boss", "second-password")).json()["username"] == "boss"


class serving:
    """The server as a process on a free port; SIGTERM ends it."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "BINCARD_DATA_DIR": str(data_dir)},
        )  # fmt: skip

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split("listens on ")[1].split()[0]

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert time.monotonic() - started < 25  # it ends what it is doing, not what it could still do


def test_two_servers_run_side_by_side(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run(tmp_path / name, "migrate").returncode == 0
        assert run(tmp_path / name, "user", "add", name, "--password-stdin", text="a-good-password").returncode == 0
    with serving(tmp_path / "a") as first, serving(tmp_path / "b") as second:
        assert first != second
        for url, name, other in ((first, "a", "b"), (second, "b", "a")):
            assert httpx.get(f"{url}/api/user/me/", auth=(name, "a-good-password")).status_code == 200
            assert httpx.get(f"{url}/api/user/me/", auth=(other, "a-good-password")).status_code == 401


def test_a_backup_taken_from_a_running_server_restores(data_dir: Path, tmp_path: Path) -> None:
    assert (
        run(data_dir, "user", "add", "boss", "--superuser", "--password-stdin", text="a-good-password").returncode == 0
    )
    archive, target = tmp_path / "backup.tar.gz", tmp_path / "restored"
    with serving(data_dir) as url:
        token = httpx.get(f"{url}/api/user/me/token/", auth=("boss", "a-good-password")).json()["token"]
        headers = {"Authorization": f"Token {token}"}
        made = httpx.post(f"{url}/api/stock/location/", json={"name": "Kept"}, headers=headers)
        assert made.status_code == 201, made.text
        done = run(data_dir, "backup", str(archive))
        assert done.returncode == 0, done.stderr
        httpx.post(f"{url}/api/stock/location/", json={"name": "Lost"}, headers=headers)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert run(target, "restore", str(archive)).returncode == 0
    with serving(target) as url:  # the token still works: the secret is in the backup too
        found = httpx.get(f"{url}/api/stock/location/", headers=headers).json()
    assert [location["name"] for location in found] == ["Kept"]
    assert "--force" in one_line(run(target, "restore", str(archive)))


def test_a_damaged_backup_changes_nothing(data_dir: Path, tmp_path: Path) -> None:
    archive = tmp_path / "broken.tar.gz"
    archive.write_bytes(b"not an archive")
    before = content(data_dir)
    assert "nothing was changed" in one_line(run(data_dir, "restore", str(archive), "--force"))
    assert content(data_dir) == before


@pytest.mark.parametrize(
    "arguments", [["--help"], ["serve", "--help"], ["import", "--help"], ["user", "add", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys\nfrom server.__main__ import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'alembic', 'starlette', 'uvicorn', 'pydantic', 'pint', 'textual', 'httpx'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert "usage: bincard-server" in done.stdout
    assert done.stdout.splitlines()[-1] == "HEAVY []"
