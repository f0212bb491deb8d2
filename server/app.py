"""`create_app`: the one place where the parts of the server are joined."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from server.alerts.faults import ERROR, RETRY, Faults
from server.auth.attempts import Attempts
from server.auth.callers import Callers
from server.auth.replays import DatabaseReplays
from server.auth.tokens import TokenMaker, load_secret
from server.backends.files import LocalFiles
from server.db.session import Database
from server.domain.identity import API_VERSION, INVENTREE_VERSION
from server.events.hub import Hub, Limits
from server.events.recorder import record_events
from server.resources import declared
from server.resources.data_output import KeptOutputs
from server.resources.settings import read_global
from server.rest.api import Api
from server.settings import Settings

__all__ = ["Services", "create_app"]


@dataclass(frozen=True)
class Services:
    """What handlers need beside the database; `context.api.services` holds it."""

    settings: Settings
    tokens: TokenMaker
    files: LocalFiles
    events: Hub


def create_app(settings: Settings, database: Database) -> Api:
    """The ASGI application over an open database of the right schema."""
    hub = _hub(settings, database)
    services = Services(
        settings=settings, tokens=TokenMaker(load_secret(settings.data_dir), settings.token_days),
        files=LocalFiles(settings.media_dir), events=hub,
    )  # fmt: skip
    api = Api(
        database, declared(), Callers(database, Attempts(database, settings.sign_in_tries)),
        DatabaseReplays(settings.idempotency_days), services=services, readers=settings.readers,
        outputs=KeptOutputs(), global_setting=read_global, headers=_headers(),
    )  # fmt: skip
    api.closing.append(hub.close)
    _join(settings, database, hub, api)
    faults = Faults(database)
    api.on_fault = lambda: faults.note(ERROR)
    database.on_struggle = lambda: faults.note(RETRY)
    return api


def _hub(settings: Settings, database: Database) -> Hub:
    return Hub(
        database,
        Limits(
            streams=settings.event_streams, per_user=settings.event_streams_per_user, poll=settings.event_poll_seconds,
            heartbeat=settings.event_heartbeat_seconds,
        ),
    )  # fmt: skip


def _join(settings: Settings, database: Database, hub: Hub, api: Api) -> None:
    """Wake the streams when something was committed, here or (through Valkey) in another process."""
    listeners = record_events(database).listeners
    listeners.append(hub.wake)
    api.closing.append(lambda: listeners.remove(hub.wake))
    if settings.valkey_url:
        from server.events.valkey import ValkeyBell

        bell = ValkeyBell(settings.valkey_url, hub.wake)
        hub.poll_seconds = lambda: bell.poll_seconds(settings.event_poll_seconds)
        listeners.append(bell.ring)
        api.closing.append(bell.close)
        bell.start()


def _headers() -> dict[str, Any]:
    return {
        "X-InvenTree-API": str(API_VERSION), "X-InvenTree-Version": INVENTREE_VERSION,
        "X-Bincard-Version": version("bincard"),
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    }  # fmt: skip
