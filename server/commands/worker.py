"""`bincard-server worker`: do the jobs that servers queue, until told to stop."""

import argparse
import logging
import signal
import sys
from threading import Event

from server.commands import open_database, settings_from

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    database = open_database(settings)
    from server.alerts.following import Follower
    from server.jobs.runner import Runner

    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    runner = Runner(settings, database, workers=max(settings.workers, 1), alone=False)
    runner.start()
    # What servers commit is looked at here too: those that leave the jobs to a worker do not look themselves.
    follower = Follower(database, settings.event_poll_seconds)
    follower.start()
    print("Bincard works on its queue (stop with Ctrl+C)", flush=True)
    try:
        ended.wait()
    finally:
        follower.close()
        runner.close()
        database.close()
    return 0
