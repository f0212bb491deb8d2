"""The settings of Bincard that rules and deliveries go by, read at once."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from server.db.models.plugin import PluginConfig, PluginSetting

__all__ = ["is_switched_on", "kept_settings"]


def kept_settings(connection: Connection) -> Mapping[str, str]:
    """Bincard's own settings that are kept, by key; the others are at their default."""
    setting, plugin = PluginSetting.__table__, PluginConfig.__table__
    joined = setting.join(plugin, plugin.c.pk == setting.c.plugin_id)
    wanted = select(setting.c.key, setting.c.value).select_from(joined).where(plugin.c.key == "bincard")
    return {key: str(value) for key, value in connection.execute(wanted)}


def is_switched_on(kept: Mapping[str, str], switch: str) -> bool:
    return kept.get(switch, "yes") == "yes"
