"""The settings of counting: who may see and do what, how far a count may be off, how often stock is counted."""

from server.domain.plugin_settings import PluginSettingKind

__all__ = ["COUNT_SETTINGS"]

_YES_NO = (("yes", "Yes"), ("no", "No"))


def _switch(key: str, default: str, name: str, about: str) -> PluginSettingKind:
    return PluginSettingKind(key, default, name, about, _YES_NO)


COUNT_SETTINGS = (
    _switch(
        "COUNT_OPEN_ALLOWED",
        "no",
        "Open counts",
        "Whether count sessions may show the expected quantity to those who count",
    ),
    _switch(
        "COUNT_AUTO_POST", "no", "Post by itself", "Whether lines within tolerance are posted when a session is closed"
    ),
    _switch(
        "COUNT_OTHER_RECOUNTER",
        "yes",
        "Another one recounts",
        "Whether a line is recounted by somebody who did not count it",
    ),
    _switch(
        "COUNT_OTHER_APPROVER",
        "yes",
        "Another one approves",
        "Whether a variance is approved by somebody who did not count it, superusers too",
    ),
    PluginSettingKind(
        "COUNT_TOLERANCE_PERCENT_A",
        "0",
        "Tolerance of A parts",
        "How many percent of the expected quantity a count may be off (parts that make up most of the usage value)",
    ),
    PluginSettingKind(
        "COUNT_TOLERANCE_PERCENT_B",
        "1",
        "Tolerance of B parts",
        "How many percent of the expected quantity a count may be off",
    ),
    PluginSettingKind(
        "COUNT_TOLERANCE_PERCENT_C",
        "2",
        "Tolerance of C parts",
        "How many percent of the expected quantity a count may be off",
    ),
    PluginSettingKind(
        "COUNT_TOLERANCE_VALUE",
        "",
        "Tolerance in money",
        "What a variance may be worth at most without being counted again; empty: no limit",
    ),
    PluginSettingKind("COUNT_INTERVAL_A", "30", "Interval of A parts", "Every how many days A parts are counted"),
    PluginSettingKind("COUNT_INTERVAL_B", "90", "Interval of B parts", "Every how many days B parts are counted"),
    PluginSettingKind("COUNT_INTERVAL_C", "180", "Interval of C parts", "Every how many days C parts are counted"),
)
