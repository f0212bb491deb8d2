"""`bincard-server user` and `token`, run as processes: no secret in arguments, one line for each refusal."""

import sqlite3
from pathlib import Path

import pytest

from server.auth.passwords import verify_password
from tests.server.commands.test_commands import content, one_line, run

STRONG = "Str0ng-enough-pw"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A migrated data directory with the user sam."""
    target = tmp_path / "data"
    for arguments in (("migrate",), ("user", "add", "sam", "--password-stdin")):
        done = run(target, *arguments, text=f"{STRONG}\n")
        assert done.returncode == 0, done.stderr
    return target


def kept(data_dir: Path, statement: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(data_dir / "bincard.sqlite3")
    rows = database.execute(statement).fetchall()
    database.close()
    return rows


def test_a_new_user_has_a_profile_and_an_owner_and_the_password_as_a_hash(data_dir: Path) -> None:
    ((pk, password, staff, superuser),) = kept(
        data_dir, "select pk, password, is_staff, is_superuser from auth_user where username = 'sam'"
    )
    assert verify_password(STRONG, str(password))[0] and not staff and not superuser
    assert kept(data_dir, f"select owner_type from users_owner where owner_id = {pk}") == [("user",)]
    assert kept(data_dir, f"select type from users_userprofile where user_id = {pk}") == [("internal",)]
    assert not any(STRONG in line for line in content(data_dir))


def test_rights_are_added_and_never_taken(data_dir: Path) -> None:
    run(data_dir, "user", "add", "sam", "--superuser", "--email", "s@example.com", "--password-stdin", text=STRONG)
    run(data_dir, "user", "add", "sam", "--password-stdin", text="An0ther-good-pw")
    ((password, *rest),) = kept(data_dir, "select password, is_staff, is_superuser, email from auth_user")
    assert rest == [1, 1, "s@example.com"]
    assert verify_password("An0ther-good-pw", str(password))[0]


def test_a_user_joins_the_groups_that_are_named(data_dir: Path) -> None:
    with sqlite3.connect(data_dir / "bincard.sqlite3") as database:
        database.execute("insert into auth_group (name) values ('Pickers')")
    database.close()
    for _ in range(2):
        done = run(data_dir, "user", "add", "sam", "--group", "Pickers", "--password-stdin", text=STRONG)
        assert done.returncode == 0, done.stderr
    assert len(kept(data_dir, "select * from auth_user_groups")) == 1
    assert kept(data_dir, "select count(*) from users_ruleset") == [(11,)]


@pytest.mark.parametrize(
    ("arguments", "text", "says"),
    [
        (("user", "add", "two words", "--password-stdin"), STRONG, "cannot be a user name"),
        (("user", "add", "\x1b[31m", "--password-stdin"), STRONG, "cannot be a user name"),
        (("user", "add", "eve", "--password-stdin"), "", "the password is empty"),
        (("user", "add", "eve"), STRONG, "--password-stdin"),
        (("user", "add", "eve", "--group", "None", "--password-stdin"), STRONG, "there is no group 'None'"),
        (("token", "add", "eve"), "", "there is no user 'eve'"),
        (("token", "revoke", "99"), "", "there is no token 99"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(
    data_dir: Path, arguments: tuple[str, ...], text: str, says: str
) -> None:
    before = content(data_dir)
    line = one_line(run(data_dir, *arguments, text=text))
    assert says in line and line.isprintable()
    assert content(data_dir) == before


def test_a_weak_password_is_taken_from_a_program_with_a_warning(data_dir: Path) -> None:
    done = run(data_dir, "user", "add", "bot", "--password-stdin", text="test")
    assert done.returncode == 0 and "too short" in done.stderr and "test" not in done.stdout


def test_a_token_is_printed_once_listed_redacted_and_revoked(data_dir: Path) -> None:
    made = run(data_dir, "token", "add", "sam", "--name", "label printer")
    token = made.stdout.strip()
    assert made.stdout == f"{token}\n" and token.startswith("inv-")
    listed = run(data_dir, "token", "list", "--user", "sam").stdout
    assert "label-printer" in listed and "never used" in listed and token not in listed
    assert not any(token in line for line in content(data_dir))
    assert run(data_dir, "token", "revoke", "1").stdout == "revoked token 1\n"
    assert "revoked" in run(data_dir, "token", "list").stdout
    assert run(data_dir, "token", "list", "--user", "eve").stdout == ""
