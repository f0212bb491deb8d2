"""`bincard demo`: data prepared once, a server that ends with the client, and nothing of anybody else's touched."""

import asyncio
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest

from tui import demo
from tui.config import Launch
from tui.demo import PASSWORD, USER, DemoError, DemoServer, demo_dir
from tui.session import Session

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with demo data in it."""
    directory = tmp_path_factory.mktemp("demo") / "data"
    with DemoServer(directory):
        pass
    return directory


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/system/health/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def wait_until_gone(url: str, seconds: float = 6) -> float:
    begun = time.monotonic()
    while answers(url):
        assert time.monotonic() - begun < seconds, "the server is still there"
        time.sleep(0.05)
    return time.monotonic() - begun


async def look(url: str) -> int:
    """Sign in as the launcher does, add a location, and count them."""
    session = Session(Launch(url, user=USER, password=PASSWORD, demo=True))
    await session.connect()
    await session.client.post("stock/location/", {"name": f"Shelf {time.time_ns()}"})
    number = await session.client.count("stock/location/")
    await session.close()
    return number


def test_it_signs_in_keeps_changes_and_begins_anew(
    prepared: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    monkeypatch.setenv("BINCARD_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("BINCARD_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3")
    with DemoServer(prepared) as url:
        first = asyncio.run(look(url))
        assert answers(url)
    assert not answers(url)
    assert capfd.readouterr().err == ""
    with DemoServer(prepared) as url:
        assert asyncio.run(look(url)) == first + 1
    with DemoServer(prepared, fresh=True) as url:
        assert asyncio.run(look(url)) == first
    assert "Preparing the demo data" in capfd.readouterr().err


def test_the_server_ends_when_the_client_is_killed(prepared: Path) -> None:
    code = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from tui.demo import DemoServer\n"
        "with DemoServer(Path(sys.argv[1])) as url:\n"
        "    print(url, flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(prepared)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as client:
        assert client.stdout is not None
        url = client.stdout.readline().strip()
        assert answers(url)
        client.send_signal(signal.SIGKILL)
    wait_until_gone(url)


def test_the_token_of_the_last_time_is_kept_private(tmp_path: Path) -> None:
    server = DemoServer(tmp_path)
    assert server.token is None
    server.keep_token(None)
    assert server.token is None
    server.keep_token("inv-1")
    assert DemoServer(tmp_path).token == "inv-1"
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_demos_run_side_by_side(prepared: Path, tmp_path: Path) -> None:
    with DemoServer(prepared) as one, DemoServer(tmp_path / "other") as two:
        assert one != two
        assert answers(one)
        assert answers(two)


def test_a_port_that_is_taken_is_said_to_be(prepared: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=rf"port {port} is taken; choose another with --port"):
            DemoServer(prepared, port=port).__enter__()
    with pytest.raises(DemoError, match="port 70000 is outside"):
        DemoServer(prepared, port=70000).__enter__()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_directory_with_other_data_is_left_alone(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "bincard.sqlite3").write_text("the real warehouse")
    with pytest.raises(DemoError, match="holds other data; name another directory with --data-dir"):
        DemoServer(tmp_path, fresh=fresh).__enter__()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("bincard.sqlite3", "the real warehouse")]


def test_a_preparation_that_was_cut_off_is_taken_up_again(tmp_path: Path) -> None:
    (tmp_path / "bincard-demo.json").write_text('{"prep')
    with DemoServer(tmp_path) as url:
        assert answers(url)


def test_a_server_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bincard-demo.json").write_text('{"prepared": ""}')
    (tmp_path / "bincard.sqlite3").write_text("not a database" * 100)
    with pytest.raises(DemoError, match="migrate failed: ") as caught:
        DemoServer(tmp_path).__enter__()
    assert "\n" not in str(caught.value)


def test_without_the_server_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: None if name == "sqlalchemy" else find_spec(name))
    with pytest.raises(DemoError, match=r"the demo needs the server: pip install 'bincard\[server\]'"):
        DemoServer(tmp_path).__enter__()


def test_its_data_has_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_DATA_DIR", str(tmp_path))
    assert demo_dir() == tmp_path
    assert demo_dir(tmp_path / "x") == tmp_path / "x"
    monkeypatch.delenv("BINCARD_DATA_DIR")
    assert demo_dir().name == "demo"
