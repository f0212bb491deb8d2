"""Plugins, as far as clients ask for them: the list, their settings, and answers for what nothing here does."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from server.db.models.plugin import PluginConfig, PluginSetting
from server.domain.errors import Forbidden, InvalidInput, NotFound
from server.domain.plugin_catalog import PLUGINS, Plugin, PluginSettingKind
from server.resources.meta import bincard_version
from server.rest import fields as f
from server.rest.access import Authenticated, StaffWrites, Superuser
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean
from server.rest.pages import page_of
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

BY_KEY = {plugin.key: plugin for plugin in PLUGINS}
BY_NAME = sorted(PLUGINS, key=lambda plugin: (plugin.key == "bincard", plugin.name))  # InvenTree's own first


# ------------------------------------------------------------------------------------------------- the list


def _shown(plugin: Plugin) -> dict[str, Any]:
    return {
        "pk": plugin.pk,
        "key": plugin.key,
        "name": plugin.name,
        "package_name": None,
        "active": True,
        "meta": {
            "slug": plugin.key,
            "human_name": plugin.human_name,
            "description": plugin.description,
            "author": plugin.author,
            "pub_date": "",
            "version": plugin.version or bincard_version(),
            "website": None,
            "license": None,
            "package_path": plugin.package_path,
            "settings_url": f"/web/settings/admin/plugin/{plugin.pk}/",
        },
        "mixins": {key: {"key": key, "human_name": name} for key, name in plugin.mixin_names().items()},
        "is_builtin": True,
        "is_sample": False,
        "is_installed": True,
        "is_package": False,
        "is_mandatory": True,
    }


_QUESTIONS = {"active": True, "builtin": True, "installed": True, "mandatory": True, "sample": False}
"""What all plugins have in common, by the query parameter that asks for it."""

_ORDERS = {"key": "key", "name": "name", "active": "pk"}


def _listing(context: Context) -> Answer:
    query = context.query
    found = list(BY_NAME)
    for question, common in _QUESTIONS.items():
        wanted = read_boolean(query.get(question))
        if wanted is not None and wanted is not common:
            found = []
    if query.get("mixin"):
        found = [plugin for plugin in found if query["mixin"] in plugin.mixins]
    words = query.get("search", "").lower().split()
    found = [plugin for plugin in found if all(word in f"{plugin.key} {plugin.name}".lower() for word in words)]
    for term in reversed(query.get("ordering", "").replace("+", "").split(",")):
        attribute = _ORDERS.get(term.strip().lstrip("-"))
        if attribute is not None:
            found.sort(key=lambda plugin: str(getattr(plugin, attribute)), reverse=term.strip().startswith("-"))
    return page_of(context, [_shown(plugin) for plugin in found])


def _plugin(key: str) -> Plugin:
    if key not in BY_KEY:
        raise NotFound("No PluginConfig matches the given query.")
    return BY_KEY[key]


def _delete(context: Context, plugin: str) -> Answer:
    if not context.user.is_superuser:
        raise Forbidden
    _plugin(plugin)
    raise InvalidInput({"detail": ["Plugin cannot be deleted as it is currently active"]})


def _activate(context: Context, plugin: str) -> dict[str, bool]:
    _plugin(plugin)
    if f.read_body({"active": f.Boolean(default=True)}, context.body(), context)["active"] is False:
        raise InvalidInput("INVE-E10: Mandatory plugin cannot be deactivated")
    return {"active": True}


def _no_features(context: Context, **_: str) -> list[Any]:
    return []


def _status(context: Context) -> dict[str, Any]:
    return {"active_plugins": len(PLUGINS), "registry_errors": []}


def _admin(context: Context, plugin: str) -> dict[str, None]:
    _plugin(plugin)
    return {"source": None, "context": None}


# ------------------------------------------------------------------------------------------------- settings


def _kept(context: Context) -> dict[tuple[str, str], tuple[int, str]]:
    """The kept values by plugin and key, each with its own number."""
    setting, config = PluginSetting.__table__.c, PluginConfig.__table__.c
    rows = context.ask(
        "plugin settings",
        lambda: select(config.key, setting.key, setting.pk, setting.value).join_from(
            PluginSetting.__table__, PluginConfig.__table__, config.pk == setting.plugin_id
        ),
    )
    return {(plugin, key): (pk, value) for plugin, key, pk, value in rows}


def _setting(
    plugin: Plugin, kind: PluginSettingKind, kept: Mapping[tuple[str, str], tuple[int, str]]
) -> dict[str, Any]:
    pk, value = kept.get((plugin.key, kind.key), (None, kind.default))
    return {
        "pk": pk, "key": kind.key, "value": value, "name": kind.name, "description": kind.description, "type": "string",
        "choices": [{"value": choice, "display_name": text} for choice, text in kind.choices], "model_name": None,
        "model_filters": None, "api_url": None, "typ": "plugin", "units": kind.units, "required": False,
        "confirm": False, "confirm_text": "", "plugin": plugin.key, "read_only": False,
    }  # fmt: skip


def _settings(context: Context, plugin: str) -> list[dict[str, Any]]:
    kept = _kept(context)
    return [_setting(_plugin(plugin), kind, kept) for kind in _plugin(plugin).settings]


def _all_settings(context: Context) -> Answer:
    """The settings of all plugins of which a value is kept."""
    kept, wanted = _kept(context), context.query.get("plugin__key")
    found = [
        _setting(plugin, kind, kept)
        for plugin in PLUGINS
        for kind in plugin.settings
        if (plugin.key, kind.key) in kept and wanted in (None, "", plugin.key)
    ]
    return page_of(context, [] if read_boolean(context.query.get("plugin__active")) is False else found)


def _kind(plugin: str, key: str) -> PluginSettingKind:
    for kind in _plugin(plugin).settings:
        if kind.key == key.upper():
            return kind
    raise NotFound(f"Plugin '{plugin}' has no setting matching '{key}'")


def _one_setting(context: Context, plugin: str, key: str) -> dict[str, Any]:
    return _setting(_plugin(plugin), _kind(plugin, key), _kept(context))


def _change_setting(context: Context, plugin: str, key: str) -> dict[str, Any]:
    kind = _kind(plugin, key)
    fields = {"value": f.String(allow_blank=True, max_length=2000, required=True)}
    body = f.read_body(fields, context.body(), context, partial=context.incoming.method == "PATCH")
    if "value" in body:
        if refusal := kind.refusal(body["value"]):
            raise InvalidInput(refusal)
        row = _kept_row(context, _plugin(plugin), kind)
        row.value = body["value"]
        context.session.flush()
    return _one_setting(context, plugin, key)


def _kept_row(context: Context, plugin: Plugin, kind: PluginSettingKind) -> PluginSetting:
    session = context.session
    config = session.scalars(select(PluginConfig).where(PluginConfig.key == plugin.key)).one_or_none()
    if config is None:
        config = PluginConfig(key=plugin.key, name=plugin.name, active=True)
        session.add(config)
        session.flush()
    kept = select(PluginSetting).where(PluginSetting.plugin_id == config.pk, PluginSetting.key == kind.key)
    row = session.scalars(kept).one_or_none() or PluginSetting(plugin_id=config.pk, key=kind.key, value=kind.default)
    session.add(row)
    return row


# ------------------------------------------------------------------------------------------------- declarations


def _refuse_install(context: Context) -> Answer:
    fields = {"confirm": f.Boolean(label="Confirm plugin installation")}
    if not f.read_body(fields, context.body(), context)["confirm"]:
        raise InvalidInput("Installation not confirmed", field="confirm")
    raise InvalidInput("Plugin installation is disabled")


LOCATE_BODY = {
    "plugin": f.String(label="Plugin", help_text="Plugin to use for location identification"),
    "item": f.Integer(label="Item", help_text="StockItem to identify", required=False),
    "location": f.Integer(label="Location", help_text="StockLocation to identify", required=False),
}


def _locate(context: Context) -> Answer:
    plugin = context.body().get("plugin")
    if not plugin:
        raise InvalidInput({"detail": "'plugin' field must be supplied"})
    raise InvalidInput({"detail": f"Plugin '{plugin}' is not installed, or does not support the location mixin"})


def _action(context: Context) -> Answer:
    action = context.body().get("action")
    if not action:
        return Answer({"error": "No action specified"}, 400)
    return Answer({"error": "No matching action found", "action": action}, 404)


_CHANGE = Route(_change_setting, writes=True)

RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="plugins/", access=Authenticated(), title="Plugin List", methods={"GET": Route(_listing)},
        description="API endpoint for list of PluginConfig objects.\n\n"
        "- GET: Return a list of all PluginConfig objects",
    ),
    Endpoint(
        path="plugins/status/", access=Superuser(), title="Registry Status View", methods={"GET": Route(_status)},
        description="Show plugin registry status information.",
    ),
    Endpoint(
        path="plugins/settings/", access=Authenticated(), title="Plugin All Settings List",
        methods={"GET": Route(_all_settings)},
        description="List endpoint for all plugin related settings.\n\n- read only\n- only accessible by staff users",
    ),
    Endpoint(
        path="plugins/install/", access=Superuser(), title="Plugin Install", methods={"POST": Route(_refuse_install)},
        description="Endpoint for installing a new plugin.",
    ),
    Endpoint(
        path="plugins/ui/features/{feature}/", access=Authenticated(), title="Plugin UI Feature List",
        methods={"GET": Route(_no_features)}, description="Show available plugin ui features.",
    ),
    Endpoint(
        path="plugins/{plugin}/", access=Authenticated(), title="Plugin Detail",
        methods={"GET": Route(lambda context, plugin: _shown(_plugin(plugin))), "DELETE": Route(_delete)},
        description="API detail endpoint for PluginConfig object.",
    ),
    Endpoint(
        path="plugins/{plugin}/activate/", access=Superuser(), title="Plugin Activate",
        methods={"PUT": Route(_activate), "PATCH": Route(_activate)},
        description="Endpoint for activating a plugin.",
    ),
    Endpoint(
        path="plugins/{plugin}/admin/", access=Superuser(staff=True), title="Plugin Admin Detail",
        methods={"GET": Route(_admin)}, description="Endpoint for viewing admin integration plugin details.",
    ),
    Endpoint(
        path="plugins/{plugin}/settings/", access=Authenticated(), title="Plugin Settings List",
        methods={"GET": Route(_settings)}, description="Get all settings for a plugin config.",
    ),
    Endpoint(
        path="plugins/{plugin}/settings/{key}/", access=StaffWrites(), title="Plugin Settings Detail",
        methods={"GET": Route(_one_setting), "PUT": _CHANGE, "PATCH": _CHANGE},
        description="Detail endpoint for a plugin-specific setting.",
    ),
    Endpoint(
        path="locate/", access=Authenticated(), title="Locate Plugin View", methods={"POST": Route(_locate)},
        body=LOCATE_BODY,
        description="Endpoint for using a plugin to identify or 'locate' a stock item or location.",
    ),
    Endpoint(
        path="action/", access=Authenticated(), title="Action Plugin", methods={"POST": Route(_action)},
        description="Endpoint for running custom action plugins.",
    ),
    Endpoint(
        path="machine/", access=Authenticated(), title="Machine List",
        methods={"GET": Route(lambda context: page_of(context, []))}, description="API endpoint for list of machines.",
    ),
    Endpoint(
        path="supplier/list/", access=Authenticated(), title="List Suppliers",
        methods={"GET": Route(lambda context: [])}, description="List all available supplier plugins.",
    ),
)  # fmt: skip
