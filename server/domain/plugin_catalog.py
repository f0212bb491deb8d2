"""What InvenTree calls plugins: its own mandatory ones whose work this server does, and Bincard itself."""

from dataclasses import dataclass

from server.domain.alert_kinds import ALERT_SETTINGS
from server.domain.count_settings import COUNT_SETTINGS
from server.domain.plugin_settings import PluginSettingKind
from server.domain.reorder_settings import REORDER_SETTINGS
from server.domain.sales_settings import SALES_SETTINGS
from server.domain.status import StockStatus

__all__ = ["PLUGINS", "Plugin", "PluginSettingKind"]

_MIXINS = {
    "api_call": "API calls",
    "barcode": "Barcode",
    "base": "base",
    "currencyexchange": "CurrentExchange",
    "exporter": "DataExport",
    "labels": "Label printing",
    "machine": "MachineDriver",
    "notification": "notification",
    "settings": "Settings",
    "urls": "URLs",
}


@dataclass(frozen=True)
class Plugin:
    """A plugin as clients see it. `mixins` are the things it can do."""

    pk: int
    key: str
    name: str
    human_name: str
    description: str
    version: str
    package_path: str
    mixins: tuple[str, ...]
    author: str = "InvenTree contributors"
    settings: tuple[PluginSettingKind, ...] = ()

    def mixin_names(self) -> dict[str, str]:
        """Each mixin with what people call it."""
        return {mixin: _MIXINS[mixin] for mixin in self.mixins}


_BARCODE_SETTINGS = (
    PluginSettingKind(
        "INTERNAL_BARCODE_FORMAT", "short", "Internal Barcode Format", "Select an internal barcode format",
        (("json", "JSON barcodes (human readable)"), ("short", "Short barcodes (space optimized)")),
    ),
    PluginSettingKind(
        "SHORT_BARCODE_PREFIX", "INV-", "Short Barcode Prefix",
        "Customize the prefix used for short barcodes, may be useful for environments with multiple InvenTree "
        "instances",
    ),
)  # fmt: skip

_OWN_SETTINGS = (
    PluginSettingKind(
        "PURCHASE_OVER_RECEIPT", "accept", "Over-receipt of purchase orders",
        "What happens when more comes than a line of a purchase order asks for",
        (("accept", "Accept it, as InvenTree does"), ("refuse", "Refuse it and say how much is too many")),
    ),
    PluginSettingKind(
        "RETURN_RECEIVED_STATUS", "75", "Status of returned items",
        "The status of items that come back from customers, where nobody says another",
        tuple((str(int(status)), status.label) for status in StockStatus),
    ),
    *COUNT_SETTINGS,
    *ALERT_SETTINGS,
    *SALES_SETTINGS,
    *REORDER_SETTINGS,
)  # fmt: skip

PLUGINS = (
    Plugin(
        1,
        "inventreebarcode",
        "InvenTreeBarcode",
        "InvenTree Barcodes",
        "Provides native support for barcodes",
        "2.2.0",
        "plugin/builtin/barcodes/inventree_barcode.py",
        ("base", "barcode", "settings"),
        settings=_BARCODE_SETTINGS,
    ),
    Plugin(
        4,
        "bom-exporter",
        "BOM Exporter",
        "Multi-Level BOM Exporter",
        "Provides support for exporting multi-level BOMs",
        "1.1.0",
        "plugin/builtin/exporter/bom_exporter.py",
        ("base", "exporter"),
    ),
    Plugin(
        5,
        "inventree-exporter",
        "InvenTree Exporter",
        "InvenTree Generic Exporter",
        "Provides support for exporting data from InvenTree",
        "1.0.0",
        "plugin/builtin/exporter/inventree_exporter.py",
        ("base", "exporter"),
    ),
    Plugin(
        6,
        "parameter-exporter",
        "Parameter Exporter",
        "Parameter Exporter",
        "Exporter for model parameter data",
        "2.0.0",
        "plugin/builtin/exporter/parameter_exporter.py",
        ("base", "exporter"),
    ),
    Plugin(
        8,
        "inventree-email-notification",
        "InvenTreeEmailNotifications",
        "InvenTree Email Notifications",
        "Integrated email notification methods",
        "1.0.0",
        "plugin/builtin/integration/core_notifications.py",
        ("base", "settings", "notification"),
    ),
    Plugin(
        10,
        "inventree-ui-notification",
        "InvenTreeUINotifications",
        "InvenTree UI Notifications",
        "Integrated UI notification methods",
        "1.0.0",
        "plugin/builtin/integration/core_notifications.py",
        ("base", "notification"),
    ),
    Plugin(
        11,
        "inventreecurrencyexchange",
        "InvenTreeCurrencyExchange",
        "InvenTree Currency Exchange",
        "Default currency exchange integration",
        "1.0.0",
        "plugin/builtin/integration/currency_exchange.py",
        ("base", "currencyexchange", "api_call"),
    ),
    Plugin(
        12,
        "inventree-machines",
        "InvenTreeMachines",
        "InvenTree Machines",
        "Built-in machine types for InvenTree",
        "1.0.0",
        "plugin/builtin/integration/machine_types.py",
        ("base", "machine"),
    ),
    Plugin(
        14,
        "inventreelabel",
        "InvenTreeLabel",
        "InvenTree PDF label printer",
        "Provides native support for printing PDF labels",
        "1.1.0",
        "plugin/builtin/labels/inventree_label.py",
        ("base", "settings", "labels"),
    ),
    Plugin(
        15,
        "inventreelabelmachine",
        "InvenTreeLabelMachine",
        "InvenTree machine label printer",
        "Provides support for printing using a machine",
        "1.0.0",
        "plugin/builtin/labels/inventree_machine.py",
        ("base", "labels"),
    ),
    Plugin(
        1000,
        "bincard",
        "Bincard",
        "Bincard",
        "What Bincard has beyond InvenTree, under /plugin/bincard/",
        "",
        "",
        ("base", "settings", "urls"),
        author="Bincard",
        settings=_OWN_SETTINGS,
    ),
)
"""In the order in which `GET /api/` lists them. Bincard itself has the version of this server."""
