"""`create_app`: the one place where the parts of the server are joined."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from server.auth.attempts import Attempts
from server.auth.callers import Callers
from server.auth.replays import DatabaseReplays
from server.auth.tokens import TokenMaker, load_secret
from server.backends.files import LocalFiles
from server.db.session import Database
from server.domain.identity import API_VERSION, INVENTREE_VERSION
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


def create_app(settings: Settings, database: Database) -> Api:
    """The ASGI application over an open database of the right schema."""
    record_events(database)
    services = Services(
        settings=settings, tokens=TokenMaker(load_secret(settings.data_dir), settings.token_days),
        files=LocalFiles(settings.media_dir),
    )  # fmt: skip
    return Api(
        database, declared(), Callers(database, Attempts(database, settings.sign_in_tries)),
        DatabaseReplays(settings.idempotency_days), services=services, readers=settings.readers,
        outputs=KeptOutputs(), global_setting=read_global, headers=_headers(),
    )  # fmt: skip


def _headers() -> dict[str, Any]:
    return {
        "X-InvenTree-API": str(API_VERSION), "X-InvenTree-Version": INVENTREE_VERSION,
        "X-Bincard-Version": version("bincard"),
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    }  # fmt: skip
