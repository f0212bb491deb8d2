"""The settings of the reorder desk."""

from server.domain.plugin_settings import PluginSettingKind

__all__ = ["REORDER_SETTINGS"]

REORDER_SETTINGS = (
    PluginSettingKind(
        "REORDER_SERVICE_LEVEL", "95", "Service level",
        "In how many percent of the times between two orders nothing is to run out; it makes the safety stock",
        units="%", bounds=(50, 99.99),
    ),
    PluginSettingKind(
        "REORDER_REVIEW_DAYS", "7", "Review period", "Every how many days orders are thought about", units="days",
        bounds=(0, 365),
    ),
    PluginSettingKind(
        "REORDER_LEAD_DAYS", "14", "Usual lead time",
        "Days from order to receipt, for suppliers that nothing was received from yet", units="days", bounds=(0, 730),
    ),
)  # fmt: skip
