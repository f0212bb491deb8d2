"""The command line: quick, clear about what is wrong, careful with secrets."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import FaultServer, Reply, html_page
from tui.__main__ import _parser
from tui.config import ConfigError, Options
from tui.launcher import launch_from
from tui.version import VERSION

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "data" / "inventree_exchanges.jsonl"
CERTIFICATE = RECORDED.with_name("localhost.pem")
MODULES = "'asyncio', 'dataclasses', 'httpx', 'keyring', 'platformdirs', 'rich', 'server', 'sqlalchemy', 'textual'"


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment of its own for the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BINCARD_")}
    return kept | {
        "BINCARD_KEYRING": "off",
        "BINCARD_CONFIG_DIR": str(tmp_path / "config"),
        "BINCARD_STATE_DIR": str(tmp_path / "state"),
        "BINCARD_CACHE_DIR": str(tmp_path / "cache"),
    }


def bincard(surroundings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        env=surroundings,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        running.play(RECORDED)
        yield running


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    code = (
        "import sys\n"
        "from tui.__main__ import main\n"
        "try:\n"
        f"    main([{option!r}])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        f"print([name for name in ({MODULES}) if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == "[]\n"
    assert ("usage: bincard" if option == "--help" else f"bincard {VERSION}") in done.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_secrets_are_no_arguments() -> None:
    names = {name for action in _parser()._actions for name in action.option_strings}
    assert not {name for name in names if "password" in name or name in ("--token", "--user", "-p")}


# What is launched


@pytest.fixture
def config_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BINCARD_CONFIG_DIR", str(tmp_path))
    (tmp_path / "config.toml").write_text(
        'default_profile = "hall"\n[options]\ntheme = "mono"\n'
        '[profiles.hall]\nurl = "https://hall.example"\nuser = "anna"\n'
        '[profiles.yard]\nurl = "https://yard.example"\nread_only = true\n',
        encoding="utf-8",
    )
    return tmp_path


def options(*arguments: str) -> argparse.Namespace:
    return _parser().parse_args(arguments)


def test_the_default_profile_is_used(config_dir: Path) -> None:
    found = launch_from(options(), {})
    assert (found.url, found.options) == ("https://hall.example", Options(theme="mono"))
    assert found.profile is not None
    assert found.profile.user == "anna"


def test_a_profile_or_a_server_can_be_named(config_dir: Path) -> None:
    assert launch_from(options("--profile", "yard"), {}).read_only
    assert launch_from(options("--server", "other.example"), {}).url == "https://other.example"
    assert launch_from(options("--server", "other.example"), {}).profile is None
    assert launch_from(options(), {"BINCARD_SERVER": "http://127.0.0.1:8000"}).url == "http://127.0.0.1:8000"
    # A profile named on the command line counts more than a server in the environment.
    assert launch_from(options("--profile", "yard"), {"BINCARD_SERVER": "x"}).url == "https://yard.example"
    # An address that has a profile takes its user along.
    by_address = launch_from(options("--server", "yard.example"), {}).profile
    assert by_address is not None
    assert by_address.name == "yard"


def test_what_the_command_line_says_counts_most(config_dir: Path) -> None:
    found = launch_from(options("--theme", "dark", "--no-mouse", "--read-only", "--keymap", "k.toml"), {})
    assert found.options == Options(theme="dark", mouse=False, read_only=True, keymap=str(Path("k.toml").absolute()))
    assert launch_from(options(), {"BINCARD_THEME": "light"}).options.theme == "light"


@pytest.mark.parametrize(
    ("arguments", "theme", "mouse"),
    [
        (("--theme", "dark", "demo"), "dark", True),
        (("demo", "--theme", "dark", "--no-mouse"), "dark", False),
        (("--no-mouse", "demo"), None, False),
    ],
)
def test_display_options_stand_before_or_after_the_command(
    arguments: tuple[str, ...], theme: str | None, mouse: bool
) -> None:
    found = options(*arguments)
    assert (found.theme, not found.no_mouse, found.command) == (theme, mouse, "demo")


def test_without_any_server_the_screen_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_CONFIG_DIR", str(tmp_path))
    assert launch_from(options(), {}).url == ""


def test_the_token_is_taken_out_of_the_environment(config_dir: Path) -> None:
    environment = {"BINCARD_TOKEN": " inv-1 "}
    assert launch_from(options(), environment).token == "inv-1"
    assert environment == {}


def test_a_token_file_counts_more(config_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("inv-2\n")
    assert launch_from(options("--token-file", str(file)), {"BINCARD_TOKEN": "inv-1"}).token == "inv-2"


@pytest.mark.parametrize("content", ["", "two words", None])
def test_a_token_file_must_hold_one_token(config_dir: Path, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="token"):
        launch_from(options("--token-file", str(file)), {})


def test_server_and_profile_exclude_each_other(config_dir: Path) -> None:
    with pytest.raises(ConfigError, match="not both"):
        launch_from(options("--server", "x", "--profile", "hall"), {})


# Exit status and one line


def test_check_says_what_was_found(server: FaultServer, surroundings: dict[str, str]) -> None:
    done = bincard(surroundings | {"BINCARD_TOKEN": "inv-1"}, "--server", server.url, "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (f"{server.url}: InvenTree 1.6.0 dev (API 532), signed in as testuser, may everything\n")
    assert server.calls("GET", "/api/user/me/")[0].headers["authorization"] == "Token inv-1"


def test_no_server_answers(surroundings: dict[str, str]) -> None:
    done = bincard(surroundings, "--server", "http://127.0.0.1:1", "check")
    assert done.returncode == 3
    assert done.stderr.startswith("bincard: 127.0.0.1:1 cannot be reached: ")
    assert len(done.stderr.splitlines()) == 1


def test_something_else_answers(server: FaultServer, surroundings: dict[str, str]) -> None:
    server.fail("GET", "/api/", html_page("Router"))
    done = bincard(surroundings, "--server", server.url, "check")
    assert done.returncode == 4
    assert "is not the address of an InvenTree server" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_certificate_is_not_trusted(surroundings: dict[str, str]) -> None:
    with FaultServer(certificate=CERTIFICATE) as stranger:
        done = bincard(surroundings, "--server", stranger.url, "check")
    assert done.returncode == 5
    assert "is not trusted" in done.stderr


def test_a_token_is_refused_or_missing(server: FaultServer, surroundings: dict[str, str]) -> None:
    done = bincard(surroundings, "--server", server.url, "check")
    assert (done.returncode, done.stderr) == (6, "bincard: Sign in to go on.\n")
    server.fail("GET", "/api/user/me/", Reply(401, {"detail": "Token has expired"}))
    done = bincard(surroundings | {"BINCARD_TOKEN": "inv-1"}, "--server", server.url, "check")
    assert (done.returncode, done.stderr) == (6, "bincard: Token has expired\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--server", "ftp://x"), "ftp:// is not http:// or https://"),
        (("--profile", "nobody", "check"), "no profile 'nobody'"),
        (("check",), "no server: give --server URL or a profile"),
        (("--server", "http://127.0.0.1:1"), "the client needs a terminal"),
    ],
)
def test_wrong_usage_is_one_line(surroundings: dict[str, str], arguments: tuple[str, ...], message: str) -> None:
    done = bincard(surroundings, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_wrong_settings_are_one_line(surroundings: dict[str, str]) -> None:
    directory = Path(surroundings["BINCARD_CONFIG_DIR"])
    directory.mkdir()
    assert "does not exist; defaults are used" in bincard(surroundings, "config").stdout
    (directory / "config.toml").write_text('[profiles.a]\nurl = "https://a"\n')
    assert bincard(surroundings, "config").stdout.splitlines()[1] == "  a: https://a"
    (directory / "config.toml").write_text("[options]\nmouze = 1\n")
    done = bincard(surroundings, "config")
    assert done.returncode == 2
    assert "config.toml:2: options.mouze: not known; did you mean 'mouse'?" in done.stderr


def test_signing_out_forgets_the_token(server: FaultServer, surroundings: dict[str, str], tmp_path: Path) -> None:
    tokens = tmp_path / "config" / "tokens"
    store = "from tui.credentials import *; CredentialStore().save({!r}, Credential('testuser', 'inv-1'))"
    subprocess.run([sys.executable, "-c", store.format(server.url)], env=surroundings, cwd=ROOT, check=True, timeout=30)
    assert len(list(tokens.iterdir())) == 1
    assert bincard(surroundings, "--server", server.url, "check").returncode == 0
    assert bincard(surroundings, "--server", server.url, "sign-out").returncode == 0
    assert list(tokens.iterdir()) == []
