"""The settings of sales."""

from server.domain.plugin_settings import PluginSettingKind

__all__ = ["SALES_SETTINGS"]

SALES_SETTINGS = (
    PluginSettingKind(
        "SALES_NOT_PRODUCTS",
        "POST, D, M, S, B, C2, DOT, CRUK, PADS, AMAZONFEE, BANK CHARGES, ADJUST*, TEST*, gift_*",
        "Codes that are not products",
        "Lines of imported sales with these codes (postage, discounts, fees) are left out; * stands for anything",
    ),
    PluginSettingKind(
        "SALES_SLOW_DAYS", "180", "Slow movers", "A part in stock that was not sold for so long moves slowly",
        units="days", bounds=(1, 3650),
    ),
)  # fmt: skip
