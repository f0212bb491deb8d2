"""`bincard-server serve`: answer requests until told to stop."""

import argparse
import logging
import signal
import socket
import sys
from typing import TYPE_CHECKING

from server.commands import CommandRefused, open_database, settings_from

if TYPE_CHECKING:
    from server.db.session import Database
    from server.rest.api import Api

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    listener = listen(settings.host, settings.port)
    database = open_database(settings)
    import uvicorn

    from server.app import create_app

    app = create_app(settings, database)
    if settings.workers:
        from server.jobs.runner import Runner

        runner = Runner(
            settings, database, workers=settings.workers, alone=not (settings.database_url or settings.valkey_url)
        )
        app.closing.append(runner.close)
        runner.start()
        _watch_for_alerts(app, database)
    config = uvicorn.Config(
        app, log_level=settings.log_level, access_log=False, lifespan="off", server_header=False, date_header=False,
        timeout_keep_alive=75, backlog=512, timeout_graceful_shutdown=10, proxy_headers=False,
    )  # fmt: skip
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    # uvicorn ends well on SIGTERM and then raises it again: what comes after it here is to run all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"Bincard listens on http://{shown}:{port} (stop with Ctrl+C)", flush=True)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        app.close()
        database.close()
    return 0


def _watch_for_alerts(app: "Api", database: "Database") -> None:
    """Look at what each transaction changed, soon after its commit."""
    from server.alerts.following import Follower
    from server.events.recorder import record_events

    follower = Follower(database)
    record_events(database).listeners.append(follower.wake)
    app.closing.append(follower.close)
    follower.start()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CommandRefused when the address is taken or not this machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(found[0], found[1])
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(found[4])
        listener.listen(512)
    except OSError as error:
        raise CommandRefused(
            f"cannot listen on {host} port {port}: {error.strerror or error}. Stop what uses it or name another one: "
            "--port N (0 takes a free one)."
        ) from None
    return listener
