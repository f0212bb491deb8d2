"""Plugins of the InvenTree installation that data came from, and their settings."""

from sqlalchemy import UniqueConstraint

from server.db.columns import Base, boolean, char, foreign
from server.db.models.mixins import Keyed, Metadata, autoincrement

__all__ = ["PluginConfig", "PluginSetting", "PluginUserSetting"]


class PluginConfig(Keyed, Metadata, Base):
    """A plugin, and whether it is switched on."""

    __tablename__ = "plugin_pluginconfig"
    __table_args__ = autoincrement()

    key = char(255, "Key", "Key of plugin", unique=True)
    name = char(255, "Name", "Name of the plugin", null=True, blank=True)
    package_name = char(
        255, "Package Name", "Name of the installed package, if the plugin was installed via PIP", null=True, blank=True
    )
    active = boolean("Active", "Is the plugin active", default=False)


class PluginSetting(Keyed, Base):
    """A setting of a plugin."""

    __tablename__ = "plugin_pluginsetting"
    __table_args__ = autoincrement(UniqueConstraint("plugin_id", "key"))

    key = char(50, "Key", "Settings key")
    value = char(2000, "Value", "Settings value", blank=True)
    plugin_id = foreign("plugin_pluginconfig", "Plugin", "Plugin", on_delete="CASCADE", index=False)


class PluginUserSetting(Keyed, Base):
    """A setting of a plugin for one user."""

    __tablename__ = "plugin_pluginusersetting"
    __table_args__ = autoincrement(UniqueConstraint("plugin_id", "user_id", "key"))

    key = char(50, "Key", "Settings key")
    value = char(2000, "Value", "Settings value", blank=True)
    plugin_id = foreign("plugin_pluginconfig", "Plugin", "Plugin", on_delete="CASCADE", index=False)
    user_id = foreign("auth_user", "User", "The user for which this setting applies", on_delete="CASCADE")
