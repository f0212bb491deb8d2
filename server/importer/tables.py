"""Which table each model of an export goes to."""

from sqlalchemy import Column, Table

from server.db import models
from server.db.models import Base

__all__ = ["EXTERNAL", "NATURAL_KEYS", "TABLES", "TREES", "column_of"]

_BY_APP: dict[str, tuple[type[Base], ...]] = {
    "auth": (models.Group, models.User),
    "users": (models.Owner, models.RuleSet, models.UserProfile),
    "common": (
        models.Attachment, models.BarcodeScanResult, models.CustomUnit, models.DataOutput,
        models.InvenTreeCustomUserStateModel, models.InvenTreeSetting, models.InvenTreeUserSetting,
        models.NewsFeedEntry, models.NotesImage, models.NotificationEntry, models.NotificationMessage,
        models.Parameter, models.ParameterTemplate, models.ProjectCode, models.SelectionList,
        models.SelectionListEntry,
    ),
    "taggit": (models.Tag, models.TaggedItem),
    "exchange": (models.ExchangeBackend, models.Rate),
    "plugin": (models.PluginConfig, models.PluginSetting, models.PluginUserSetting),
    "company": (
        models.Address, models.Company, models.Contact, models.ManufacturerPart, models.SupplierPart,
        models.SupplierPriceBreak,
    ),
    "part": (
        models.BomItem, models.BomItemSubstitute, models.Part, models.PartCategory,
        models.PartCategoryParameterTemplate, models.PartCategoryStar, models.PartInternalPriceBreak,
        models.PartPricing, models.PartRelated, models.PartSellPriceBreak, models.PartStar, models.PartStocktake,
        models.PartTestTemplate,
    ),
    "stock": (
        models.StockItem, models.StockItemTestResult, models.StockItemTracking, models.StockLocation,
        models.StockLocationType,
    ),
    "order": (
        models.PurchaseOrder, models.PurchaseOrderExtraLine, models.PurchaseOrderLineItem, models.ReturnOrder,
        models.ReturnOrderExtraLine, models.ReturnOrderLineItem, models.SalesOrder, models.SalesOrderAllocation,
        models.SalesOrderExtraLine, models.SalesOrderLineItem, models.SalesOrderShipment, models.TransferOrder,
        models.TransferOrderAllocation, models.TransferOrderLineItem,
    ),
    "build": (models.Build, models.BuildItem, models.BuildLine),
    "report": (models.LabelTemplate, models.ReportAsset, models.ReportSnippet, models.ReportTemplate),
}  # fmt: skip

TABLES: dict[str, Table] = {
    f"{app}.{model.__name__.lower()}": Base.metadata.tables[model.__tablename__]
    for app, kinds in _BY_APP.items()
    for model in kinds
}
"""By Django's name of the model, "stock.stockitem"."""

TREES: dict[str, str] = {
    "stock_stocklocation": "parent_id",
    "part_partcategory": "parent_id",
    "part_part": "variant_of_id",
    "build_build": "parent_id",
}
"""Tables whose rows form a tree, and the column that names the row above."""

NATURAL_KEYS: dict[str, str] = {"auth_user": "username", "auth_group": "name", "plugin_pluginconfig": "key"}
"""Tables whose rows an export may name by a text instead of a number, and the column that holds it."""

EXTERNAL: frozenset[str] = frozenset({"plugin_pluginconfig"})
"""Tables that InvenTree leaves out of an export when it is asked to leave out plugins: what points there may dangle."""


def column_of(table: Table, field: str) -> Column[object] | None:
    """The column of a Django field: its own name, or with `_id` for a foreign key. None when there is none."""
    column = table.columns.get(field)
    if column is None:
        column = table.columns.get(f"{field}_id")
        if column is not None and not column.foreign_keys:
            column = None
    return column
