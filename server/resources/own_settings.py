"""The settings that are Bincard's alone: clients find them where plugins have theirs."""

from sqlalchemy import bindparam, select

from server.db.models.plugin import PluginConfig, PluginSetting
from server.domain.plugin_catalog import PLUGINS
from server.rest.context import Context

__all__ = ["own_setting"]

DEFAULTS = {kind.key: kind.default for plugin in PLUGINS if plugin.key == "bincard" for kind in plugin.settings}


def own_setting(context: Context, key: str) -> str:
    """The value of one of Bincard's own settings. Raises KeyError for one that there is not."""
    default = DEFAULTS[key]
    setting, plugin = PluginSetting.__table__, PluginConfig.__table__
    rows = context.ask(
        "own setting",
        lambda: (
            select(setting.c.value)
            .select_from(setting.join(plugin, plugin.c.pk == setting.c.plugin_id))
            .where(plugin.c.key == "bincard", setting.c.key == bindparam("wanted"))
        ),
        wanted=key,
    )
    return str(rows[0][0]) if rows else default
