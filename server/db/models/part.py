"""Parts, their categories, bills of materials, test templates and relations."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import (
    Base,
    boolean,
    char,
    currency,
    day,
    foreign,
    image,
    integer,
    long_text,
    money,
    positive,
    quantity,
    sparse,
    url,
)
from server.db.models.mixins import Barcode, Keyed, Metadata, NamedTree, Notes, Tree, autoincrement

__all__ = [
    "BomItem",
    "BomItemSubstitute",
    "Part",
    "PartCategory",
    "PartCategoryParameterTemplate",
    "PartCategoryStar",
    "PartRelated",
    "PartStar",
    "PartStocktake",
    "PartTestTemplate",
]


class PartCategory(Keyed, NamedTree, Metadata, Base):
    """A category of parts; categories form a tree."""

    __tablename__ = "part_partcategory"
    __table_args__ = autoincrement(Index(None, "parent_id", "name"))

    name = char(100, "Name", "Name")
    description = char(250, "Description", "Description (optional)", blank=True)
    parent_id = foreign(
        "part_partcategory", "Parent Category", "Parent part category", null=True, on_delete="SET NULL", index=False
    )
    default_location_id = foreign(
        "stock_stocklocation", "Default Location", "Default location for parts in this category",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    default_keywords = char(
        250, "Default keywords", "Default keywords for parts in this category", null=True, blank=True
    )
    structural = boolean(
        "Structural",
        "Parts may not be directly assigned to a structural category, but may be assigned to child categories.",
    )
    icon = char(100, "Icon", "Icon (optional)", null=True, blank=True)


class Part(Keyed, Tree, Barcode, Notes, Metadata, Base):
    """A kind of thing. The tree is that of templates and their variants."""

    __tablename__ = "part_part"
    __table_args__ = autoincrement(
        UniqueConstraint("name", "IPN", "revision"),
        Index(None, "category_id", "name"),
        sparse("part_part", "variant_of_id"),
        sparse("part_part", "revision_of_id"),
        sparse("part_part", "default_location_id"),
    )

    name = char(100, "Name", "Part name")
    IPN = char(100, "IPN", "Internal Part Number", null=True, blank=True, default="", index=True)
    description = char(250, "Description", "Part description (optional)", blank=True)
    keywords = char(250, "Keywords", "Part keywords to improve visibility in search results", null=True, blank=True)
    category_id = foreign(
        "part_partcategory", "Category", "Part category", null=True, on_delete="SET NULL", index=False
    )
    revision = char(100, "Revision", "Part revision or version number", null=True, blank=True, default="")
    revision_of_id = foreign(
        "part_part", "Revision Of", "Is this part a revision of another part?",
        null=True, on_delete="SET NULL", index=False,
    )  # fmt: skip
    is_template = boolean("Is Template", "Is this part a template part?", default=False)
    variant_of_id = foreign(
        "part_part", "Variant Of", "Is this part a variant of another part?",
        null=True, on_delete="SET NULL", index=False, filters={"is_template": True},
    )  # fmt: skip
    link = url("Link", "Link to external URL", null=True)
    image = image()
    default_location_id = foreign(
        "stock_stocklocation", "Default Location", "Where is this item normally stored?",
        null=True, on_delete="SET NULL", index=False,
    )  # fmt: skip
    default_expiry = positive("Default Expiry", "Expiry time (in days) for stock items of this part", default=0)
    minimum_stock = quantity("Minimum Stock", "Minimum allowed stock level", default=0, places=6)
    maximum_stock = quantity("Maximum Stock", "Maximum allowed stock level", default=0, places=6)
    units = char(20, "Units", "Units of measure for this part", null=True, blank=True, default="")
    assembly = boolean("Assembly", "Can this part be built from other parts?", default=False)
    component = boolean("Component", "Can this part be used to build other parts?", default=True)
    trackable = boolean("Trackable", "Does this part have tracking for unique items?", default=False)
    testable = boolean("Testable", "Can this part have test results recorded against it?", default=False)
    purchaseable = boolean("Purchaseable", "Can this part be purchased from external suppliers?", default=True)
    salable = boolean("Salable", "Can this part be sold to customers?", default=False)
    active = boolean("Active", "Is this part active?", default=True)
    locked = boolean("Locked", "Locked parts cannot be edited", default=False)
    virtual = boolean("Virtual", "Is this a virtual part, such as a software product or license?", default=False)
    consumable = boolean("Consumable", "Is this part consumable, such as glue or a fastener?", default=False)
    bom_validated = boolean("BOM Validated", "Is the BOM for this part valid?", default=False)
    bom_checksum = char(128, "BOM checksum", "Stored BOM checksum", blank=True)
    bom_checked_by_id = foreign("auth_user", "BOM checked by", null=True, on_delete="SET NULL")
    bom_checked_date = day("BOM checked date")
    creation_date = day("Creation Date", index=True)
    creation_user_id = foreign("auth_user", "Creation User", null=True, on_delete="SET NULL")
    responsible_owner_id = foreign(
        "users_owner", "Responsible", "Owner responsible for this part", null=True, on_delete="SET NULL"
    )
    base_cost = money("base cost", "Minimum charge (e.g. stocking fee)", null=False, default=0)
    multiple = positive("multiple", "Sell multiple", default=1)


class PartCategoryParameterTemplate(Keyed, Metadata, Base):
    """A parameter that parts of a category usually have, with its usual value."""

    __tablename__ = "part_partcategoryparametertemplate"
    __table_args__ = autoincrement(UniqueConstraint("category_id", "template_id"))

    category_id = foreign("part_partcategory", "Category", "Part Category", on_delete="CASCADE", index=False)
    template_id = foreign("part_partparametertemplate", "Template", on_delete="CASCADE")
    default_value = char(500, "Default Value", "Default Parameter Value", blank=True)


class PartRelated(Keyed, Metadata, Base):
    """That two parts have something to do with each other."""

    __tablename__ = "part_partrelated"
    __table_args__ = autoincrement(UniqueConstraint("part_1_id", "part_2_id"))

    part_1_id = foreign("part_part", "Part 1", on_delete="CASCADE", index=False)
    part_2_id = foreign("part_part", "Part 2", "Select Related Part", on_delete="CASCADE")
    note = char(500, "Note", "Note for this relationship", blank=True)


class PartStar(Keyed, Base):
    """That a user follows a part."""

    __tablename__ = "part_partstar"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "user_id"))

    part_id = foreign("part_part", "Part", on_delete="CASCADE", index=False)
    user_id = foreign("auth_user", "User", on_delete="CASCADE")


class PartCategoryStar(Keyed, Base):
    """That a user follows a category."""

    __tablename__ = "part_partcategorystar"
    __table_args__ = autoincrement(UniqueConstraint("category_id", "user_id"))

    category_id = foreign("part_partcategory", "Category", on_delete="CASCADE", index=False)
    user_id = foreign("auth_user", "User", on_delete="CASCADE")


class PartTestTemplate(Keyed, Metadata, Base):
    """A test that items of a part have to pass."""

    __tablename__ = "part_parttesttemplate"
    __table_args__ = autoincrement(Index(None, "part_id", "key"))

    part_id = foreign("part_part", "Part", on_delete="CASCADE", index=False, filters={"testable": True})
    test_name = char(100, "Test Name", "Enter a name for the test")
    key = char(100, "Test Key", "Simplified key for the test", blank=True)
    description = char(100, "Test Description", "Enter description for this test", null=True)
    enabled = boolean("Enabled", "Is this test enabled?", default=True)
    required = boolean("Required", "Is this test required to pass?", default=True)
    requires_value = boolean(
        "Requires Value", "Does this test require a value when adding a test result?", default=False
    )
    requires_attachment = boolean(
        "Requires Attachment", "Does this test require a file attachment when adding a test result?", default=False
    )
    choices = char(5000, "Choices", "Valid choices for this test (comma-separated)", blank=True)


class BomItem(Keyed, Metadata, Base):
    """One line of a bill of materials: so much of `sub_part` goes into one `part`."""

    __tablename__ = "part_bomitem"
    __table_args__ = autoincrement()

    part_id = foreign(
        "part_part", "Assembly", "Select the parent assembly", on_delete="CASCADE", filters={"assembly": True}
    )
    sub_part_id = foreign(
        "part_part", "Component", "Select the component part", on_delete="CASCADE", filters={"component": True}
    )
    reference = char(5000, "Reference", "BOM item reference", blank=True)
    raw_amount = char(25, "Amount", "Amount required for this item (can include units)", default="1")
    piece_count = integer(
        "Piece Count",
        "Number of pieces required (for cut-to-length items). Total material = quantity x piece_count.",
        default=1,
    )
    allow_variants = boolean(
        "Allow Variants", "Stock items for variant parts can be used for this BOM item", default=False
    )
    inherited = boolean("Gets inherited", "This BOM item is inherited by BOMs for variant parts", default=False)
    optional = boolean("Optional", "This BOM item is optional", default=False)
    consumable = boolean("Consumable", "This BOM item is consumable (it is not tracked in build orders)", default=False)
    setup_quantity = quantity(
        "Setup Quantity", "Extra required quantity for a build, to account for setup losses", default=0
    )
    attrition = quantity(
        "Attrition", "Estimated attrition for a build, expressed as a percentage (0-100)", default=0, places=3
    )
    rounding_multiple = quantity(
        "Rounding Multiple", "Round up required production quantity to nearest multiple of this value", null=True
    )
    note = char(500, "Note", "BOM item notes", blank=True)
    checksum = char(128, "Checksum", "BOM line checksum", blank=True)
    validated = boolean("Validated", "This BOM item has been validated", default=False)
    quantity = quantity("Quantity", "BOM quantity for this BOM item", default=1)


class BomItemSubstitute(Keyed, Metadata, Base):
    """A part that may stand in for that of a BOM line."""

    __tablename__ = "part_bomitemsubstitute"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "bom_item_id"))

    bom_item_id = foreign("part_bomitem", "BOM Item", "Parent BOM item", on_delete="CASCADE")
    part_id = foreign(
        "part_part", "Part", "Substitute part", on_delete="CASCADE", index=False, filters={"component": True}
    )


class PartStocktake(Keyed, Base):
    """How much there was of a part on a day."""

    __tablename__ = "part_partstocktake"
    __table_args__ = autoincrement(Index(None, "part_id", "date"))

    part_id = foreign("part_part", "Part", "Part for stocktake", on_delete="CASCADE", index=False)
    item_count = integer("Item Count", "Number of individual stock entries at time of stocktake", default=1)
    quantity = quantity("Quantity", "Total available stock at time of stocktake", default=0)
    date = day("Date", "Date stocktake was performed", null=False)
    cost_min = money("Minimum Stock Cost", "Estimated minimum cost of stock on hand")
    cost_min_currency = currency("Currency", "Select currency from available options")
    cost_max = money("Maximum Stock Cost", "Estimated maximum cost of stock on hand")
    cost_max_currency = currency("Currency", "Select currency from available options")
    # Older generations kept who counted, and why; shown nowhere, kept all the same.
    user_id = foreign("auth_user", "User", "User who performed this stocktake", null=True, on_delete="SET NULL")
    note = long_text("Notes", "Additional notes", null=False)
