"""What the server tells of itself: root, versions, health, and small lists that clients ask for."""

import platform
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import literal, select

from server.db.models.common import NewsFeedEntry
from server.domain.content_types import CONTENT_TYPES, ContentType
from server.domain.errors import InvalidInput, NotFound
from server.domain.identity import API_NOTES, API_VERSION, INVENTREE_VERSION
from server.domain.plugin_catalog import PLUGINS
from server.resources.settings import instance_id
from server.rest.access import Authenticated, Public, Superuser
from server.rest.context import Answer, Context
from server.rest.filters import Set
from server.rest.pages import page_of, positive
from server.rest.resource import Endpoint, Resource, Route, col, shape

__all__ = ["RESOURCES", "bincard_version"]

NO_ITEMS = "List of items must be provided for bulk operation"
NO_MATCH = "No items match the provided criteria"


@cache
def bincard_version() -> str:
    """The version of this server."""
    return version("bincard")


# ------------------------------------------------------------------------------------------------- root


def _root(context: Context) -> dict[str, Any]:
    """What clients ask first. Who is not staff is told nothing of the machine."""
    caller = context.caller
    staff = caller is not None and (caller.is_staff or caller.is_superuser)
    announced = context.setting("INVENTREE_ANNOUNCE_ID")
    return {
        "server": "InvenTree",
        "id": instance_id(context) if announced else None,
        "version": INVENTREE_VERSION,
        "instance": context.setting("INVENTREE_INSTANCE"),
        "apiVersion": API_VERSION,
        "worker_running": False,
        "worker_count": 0,
        "worker_pending_tasks": 0,
        "plugins_enabled": True,
        "plugins_install_disabled": True,
        "email_configured": False,
        "debug_mode": False,
        "docker_mode": False,
        "default_locale": "en-us",
        "customize": {
            "logo": "", "splash": "", "login_message": None, "navbar_message": None, "disable_theme_storage": False,
        },
        "active_plugins": [
            {"name": plugin.name, "slug": plugin.key, "version": plugin.version or bincard_version()}
            for plugin in PLUGINS
        ],
        "system_health": True if staff else None,
        "database": context.planner.dialect.name if staff else None,
        "platform": platform.platform() if staff else None,
        "installer": "PIP" if staff else None,
        "target": None,
        "django_admin": "" if staff else None,
        "settings": {
            "sso_registration": False,
            "registration_enabled": False,
            "password_forgotten_enabled": context.setting("LOGIN_ENABLE_PWD_FORGOT"),
        },
    }  # fmt: skip


def _to_root(context: Context) -> Answer:
    return Answer(None, 302, {"Location": "/api/"})


ROOT = Endpoint(
    path="/api/", access=Public(), title="Info", methods={"GET": Route(_root)},
    description="Simple JSON endpoint for InvenTree information.",
)  # fmt: skip

TO_ROOT = [
    Endpoint(path=path, access=Public(), title="Bincard", methods={"GET": Route(_to_root)}) for path in ("/", "/api")
]


def _health(context: Context) -> dict[str, str]:
    """Whether requests can be answered: the database is asked something."""
    context.ask("health", lambda: select(literal(1)))
    return {"status": "ok"}


HEALTH = Endpoint(
    path="system/health/", access=Public(), title="Health", methods={"GET": Route(_health)},
    description="Simple JSON endpoint for InvenTree health check.",
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- versions


def _version(context: Context) -> dict[str, Any]:
    return {
        "dev": "dev" in INVENTREE_VERSION,
        "up_to_date": True,
        "version": {
            "server": INVENTREE_VERSION,
            "api": API_VERSION,
            "commit_hash": f"bincard-{bincard_version()}",
            "commit_date": API_NOTES[-1].date,
            "commit_branch": "main",
            "python": platform.python_version(),
            "django": "",
        },
        "links": {
            "doc": "https://docs.inventree.org",
            "code": "https://github.com/InvenTree/InvenTree/",
            "app": "https://docs.inventree.org/en/latest/app/",
            "bug": "https://github.com/InvenTree/InvenTree/issues",
        },
    }


def _version_text(context: Context) -> list[dict[str, Any]]:
    """The notes on the last versions of the API: `versions` of them (10), from `start_version` on."""
    count = positive(context.query.get("versions")) or 10
    first = positive(context.query.get("start_version")) or API_VERSION - count + 1
    return [
        {
            "version": f"v{note.version}",
            "date": note.date,
            "gh": f"https://github.com/inventree/InvenTree/pull/{note.change}",
            "text": [f"    - {line}" for line in note.text],
            "latest": note.version == API_VERSION,
        }
        for note in API_NOTES
        if first <= note.version < first + count
    ]


VERSIONS = [
    Endpoint(
        path="version/", access=Superuser(staff=True), title="Version", methods={"GET": Route(_version)},
        description="Simple JSON endpoint for InvenTree version information.",
    ),
    Endpoint(
        path="version-text", access=Superuser(staff=True), title="Version Text",
        methods={"GET": Route(_version_text)}, description="Simple JSON endpoint for InvenTree version text.",
    ),
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- small lists

FLAGS: list[dict[str, Any]] = [
    {
        "key": "EXPERIMENTAL", "state": False,
        "conditions": [
            {"condition": "boolean", "value": False}, {"condition": "parameter", "value": "experimental="},
        ],
    },
    {"key": "NEXT_GEN", "state": False, "conditions": [{"condition": "parameter", "value": "ngen="}]},
    {"key": "OIDC", "state": False, "conditions": [{"condition": "parameter", "value": "oidc="}]},
]  # fmt: skip


def _flag(context: Context, key: str) -> dict[str, Any]:
    for flag in FLAGS:
        if flag["key"] == key:
            return flag
    raise NotFound("Not found.")


def _content_type(kind: ContentType) -> dict[str, Any]:
    return {
        "pk": kind.pk, "app_label": kind.app_label, "model": kind.model, "app_labeled_name": kind.app_labeled_name,
        "is_plugin": False,
    }  # fmt: skip


def _content_types(context: Context) -> Answer:
    words = context.query.get("search", "").lower().split()
    found = [kind for kind in CONTENT_TYPES if all(word in kind.label for word in words)]
    return page_of(context, [_content_type(kind) for kind in found])


def _one_content_type(context: Context, **wanted: Any) -> dict[str, Any]:
    for kind in CONTENT_TYPES:
        if all(getattr(kind, name) == value for name, value in wanted.items()):
            return _content_type(kind)
    raise NotFound("No ContentType matches the given query.")


SMALL = [
    Endpoint(path="flags/", access=Public(), title="Flag List", methods={"GET": Route(lambda context: FLAGS)}),
    Endpoint(path="flags/{key}/", access=Public(), title="Flag Detail", methods={"GET": Route(_flag)}),
    Endpoint(
        path="icons/", access=Public(), title="Icon List", description="List view for available icon packages.",
        methods={"GET": Route(lambda context: page_of(context, []))},
    ),
    Endpoint(
        path="license/", access=Authenticated(), title="License",
        methods={"GET": Route(lambda context: {"backend": [], "frontend": []})},
    ),
    Endpoint(
        path="contenttype/", access=Authenticated(), title="Content Type List",
        description="List view for ContentTypes.", methods={"GET": Route(_content_types)},
    ),
    Endpoint(
        path="contenttype/{pk}/", access=Authenticated(), title="Content Type Detail",
        description="Detail view for a ContentType model.", methods={"GET": Route(_one_content_type)},
    ),
    Endpoint(
        path="contenttype/model/{model}/", access=Authenticated(), title="Content Type Model Detail",
        description="Detail view for a ContentType model.", methods={"GET": Route(_one_content_type)},
    ),
]  # fmt: skip

NEWS = Resource(
    path="news/", access=Superuser(staff=True), title="News Feed Entry",
    shape=shape(
        NewsFeedEntry, "pk", col("feed_id", read_only=True), col("title", read_only=True),
        col("link", read_only=True), col("published", read_only=True), col("author", read_only=True),
        col("summary", read_only=True), "read",
    ),
    can=("list", "detail", "update", "delete", "bulk_delete"),
    list_about="Newsfeed from the official inventree.org website.",
    filters=(Set("read"),), ordering={name: name for name in ("published", "author", "read")},
)  # fmt: skip


# Errors go to the server's log, where their data is not for everybody's eyes: the list is always empty.


def _no_errors(context: Context) -> Answer:
    items = context.body().get("items")
    raise InvalidInput({"non_field_errors": NO_MATCH if items else NO_ITEMS})


def _no_error(context: Context, pk: int) -> Answer:
    raise NotFound("No Error matches the given query.")


ERRORS = [
    Endpoint(
        path="error-report/", access=Superuser(staff=True), title="Error Message List",
        description="List view for server error messages.",
        methods={"GET": Route(lambda context: page_of(context, [])), "DELETE": Route(_no_errors)},
    ),
    Endpoint(
        path="error-report/{pk}/", access=Superuser(staff=True), title="Error Message Detail",
        description="List view for server error messages.",
        methods={method: Route(_no_error) for method in ("GET", "PUT", "PATCH", "DELETE")},
    ),
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- browser sessions

_CONFIG = {
    "status": 200,
    "data": {
        "account": {
            "login_methods": ["username"],
            "is_open_for_signup": False,
            "email_verification_by_code_enabled": False,
            "login_by_code_enabled": False,
            "password_reset_by_code_enabled": False,
            "authentication_method": "username",
        },
        "socialaccount": {"providers": []},
        "mfa": {"supported_types": ["totp", "recovery_codes", "webauthn"], "passkey_login_enabled": True},
        "usersessions": {"track_activity": True},
    },
}
_SIGNED_OUT = {
    "status": 401,
    "data": {"flows": [{"id": "login"}, {"id": "mfa_login_webauthn"}]},
    "meta": {"is_authenticated": False},
}
_NO_SESSIONS = {"detail": "Sessions of browsers are not offered; sign in with a token (GET /api/user/token/)."}

SESSIONS = [
    Endpoint(
        path="auth/v1/config", access=Public(), title="Config", methods={"GET": Route(lambda context: _CONFIG)}
    ),
    Endpoint(
        path="auth/v1/auth/session", access=Public(), title="Session",
        methods={"GET": Route(lambda context: Answer(_SIGNED_OUT, 401))},
    ),
    Endpoint(
        path="auth/v1/auth/login", access=Public(), title="Login",
        methods={"POST": Route(lambda context: Answer(_NO_SESSIONS, 403))},
    ),
]  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (
    ROOT, *TO_ROOT, HEALTH, *VERSIONS, *SMALL, NEWS, *ERRORS, *SESSIONS,
)  # fmt: skip
