"""Real PostgreSQL, MariaDB and Valkey (or Redis) servers for tests: from the system's packages, in a directory of their
own, on a free port, without the care for power cuts that makes them slow. Where the programs are not installed the
tests are skipped, unless BINCARD_REQUIRE_DATABASES is set (CI sets it): then their absence is a failure."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Server", "mariadb", "postgresql", "valkey"]

PATIENCE_SECONDS = 60


class Server:
    """A running database server; `fresh()` makes an empty database and gives its address. `copy` makes a database of
    another one that nobody is connected to, by their names."""

    def __init__(
        self,
        address: Callable[[str], str],
        create: Callable[[str], None],
        copy: Callable[[str, str], None] | None = None,
    ) -> None:
        self._address = address
        self._create = create
        self._copy = copy
        self._made = 0

    @property
    def can_copy(self) -> bool:
        """Whether databases can be copied whole."""
        return self._copy is not None

    def fresh(self) -> str:
        name = self._name()
        self._create(name)
        return self._address(name)

    def copy_of(self, address: str) -> str:
        """A database with all that another one holds."""
        assert self._copy is not None
        name = self._name()
        self._copy(name, address.rsplit("/", 1)[1])
        return self._address(name)

    def _name(self) -> str:
        self._made += 1
        return f"bincard_{self._made}"


def _program(name: str, *places: str) -> Path:
    """Where the program is; the test is skipped (or fails) where it is not."""
    found = [Path(path) for path in (shutil.which(name),) if path]
    found += [path for place in places for path in sorted(Path("/").glob(f"{place}/{name}"), reverse=True)]
    if found:
        return found[0]
    message = f"{name} is not installed"
    if os.environ.get("BINCARD_REQUIRE_DATABASES"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def _home(owner: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A directory for the server, and how to start it as the user it wants to be: neither program runs as root."""
    path = Path(tempfile.mkdtemp(prefix=f"bincard-{owner}-"))
    who: dict[str, str] = {}
    if os.getuid() == 0:
        account = pwd.getpwnam(owner)
        os.chown(path, account.pw_uid, account.pw_gid)
        who = {"user": owner, "group": str(account.pw_gid)}
    try:
        yield path, who
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _run(command: Sequence[str | Path], who: dict[str, str], **more: object) -> None:
    done = subprocess.run(command, **_as(who), capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command[0]} failed: {done.stdout}{done.stderr}"


def _as(who: dict[str, str]) -> dict[str, object]:
    return {"user": who["user"], "group": int(who["group"]), "extra_groups": []} if who else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[str | Path], who: dict[str, str], log: Path, ready: Callable[[], None]
) -> Iterator[None]:
    """The server's process, from when `ready()` no longer raises until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **_as(who))  # type: ignore[call-overload]
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                ready()
                break
            except Exception as error:  # noqa: BLE001 - each driver has its own; the last one is told
                ended = process.poll() is not None
                assert not ended and time.monotonic() < until, f"{command[0]}: {error}\n{log.read_text()}"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for as long as the block runs."""
    initdb = _program("initdb", "usr/lib/postgresql/*/bin")
    import psycopg

    password = secrets.token_hex(16)
    with _home("postgres") as (home, who):
        secret = home / "password"
        secret.write_text(password)
        secret.chmod(0o644)
        data, port = home / "data", _free_port()
        _run(
            [initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"], who,
        )  # fmt: skip
        options = (
            f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB",
        )  # fmt: skip
        command: list[str | Path] = [initdb.with_name("postgres"), "-D", data]
        for option in options:
            command += ["-c", option]

        def address(name: str) -> str:
            return f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/{name}"

        def execute(statement: str) -> None:
            where = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            with psycopg.connect(where, autocommit=True, connect_timeout=5) as connection:
                connection.execute(statement.encode())

        with _running(command, who, home / "log", lambda: execute("SELECT 1")):
            yield Server(
                address,
                lambda name: execute(f"CREATE DATABASE {name}"),
                lambda name, other: execute(f"CREATE DATABASE {name} TEMPLATE {other}"),
            )


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server for as long as the block runs."""
    program = _program("mariadbd", "usr/sbin", "usr/libexec")
    install = _program("mariadb-install-db", "usr/bin")
    import pymysql

    password = secrets.token_hex(16)
    with _home("mysql") as (home, who):
        data, port = home / "data", _free_port()
        _run(
            [install, "--no-defaults", f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=socket"], who,
        )  # fmt: skip
        start = home / "start.sql"
        start.write_text(
            f"CREATE USER 'bincard'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
            "GRANT ALL ON *.* TO 'bincard'@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        command: list[str | Path] = [
            program, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
            f"--socket={home}/socket", f"--pid-file={home}/pid", f"--init-file={start}", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--innodb-doublewrite=0",
            "--skip-log-bin",
        ]  # fmt: skip

        def address(name: str) -> str:
            return f"mysql+pymysql://bincard:{password}@127.0.0.1:{port}/{name}"

        def execute(statement: str) -> None:
            with pymysql.connect(
                host="127.0.0.1", port=port, user="bincard", password=password, connect_timeout=5
            ) as connection, connection.cursor() as cursor:  # fmt: skip
                cursor.execute(statement)

        with _running(command, who, home / "log", lambda: execute("SELECT 1")):
            # The server's own default character set, as an administrator would leave it.
            yield Server(address, lambda name: execute(f"CREATE DATABASE {name}"))


@contextmanager
def valkey(home: Path, port: int | None = None) -> Iterator[int]:
    """A Valkey or Redis server for as long as the block runs; its port. It keeps nothing."""
    found = shutil.which("valkey-server")
    program = Path(found) if found else _program("redis-server", "usr/bin")
    chosen = port or _free_port()
    command: list[str | Path] = [
        program, "--port", str(chosen), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home,
    ]  # fmt: skip
    with _running(command, {}, home / "valkey.log", lambda: socket.create_connection(("127.0.0.1", chosen), 1).close()):
        yield chosen
