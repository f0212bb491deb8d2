"""Companies: suppliers, manufacturers and customers, and what they supply and make."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import (
    Base,
    boolean,
    char,
    currency,
    email,
    foreign,
    image,
    moment,
    money,
    positive,
    quantity,
    sparse,
    url,
)
from server.db.models.mixins import Barcode, Keyed, Metadata, Notes, autoincrement
from server.db.models.part_pricing import PriceBreak

__all__ = ["Address", "Company", "Contact", "ManufacturerPart", "SupplierPart", "SupplierPriceBreak"]


class Company(Keyed, Notes, Metadata, Base):
    """A company that we buy from, sell to, or whose products we use."""

    __tablename__ = "company_company"
    __table_args__ = autoincrement(UniqueConstraint("name", "email"))

    name = char(100, "Company name", "Company name")
    description = char(500, "Company description", "Description of the company", blank=True)
    website = url("Website", "Company website URL")
    phone = char(50, "Phone number", "Contact phone number", blank=True)
    email = char(254, "Email", "Contact email address", null=True, blank=True, default="", kind="email")
    currency = currency("Currency", "Default currency used for this supplier")
    contact = char(100, "Contact", "Point of contact", blank=True)
    link = url("Link", "Link to external company information")
    image = image()
    active = boolean("Active", "Is this company active?", default=True)
    is_customer = boolean("Is customer", "Do you sell items to this company?", default=False)
    is_manufacturer = boolean("Is manufacturer", "Does this company manufacture parts?", default=False)
    is_supplier = boolean("Is supplier", "Do you purchase items from this company?", default=True)
    tax_id = char(50, "Tax ID", "Company Tax ID", blank=True)


class Contact(Keyed, Metadata, Base):
    """A person at a company."""

    __tablename__ = "company_contact"
    __table_args__ = autoincrement()

    company_id = foreign("company_company", "Company", on_delete="CASCADE")
    name = char(100, "Name")
    phone = char(100, "Phone", blank=True)
    email = email("Email", null=False)
    role = char(100, "Role", blank=True)


class Address(Keyed, Metadata, Base):
    """An address of a company."""

    __tablename__ = "company_address"
    __table_args__ = autoincrement()

    company_id = foreign("company_company", "Company", "Select company", on_delete="CASCADE")
    title = char(100, "Address title", "Title describing the address entry")
    primary = boolean("Primary address", "Set as primary address", default=False)
    line1 = char(50, "Line 1", "Address line 1", blank=True)
    line2 = char(50, "Line 2", "Address line 2", blank=True)
    postal_code = char(10, "Postal code", "Postal code", blank=True)
    postal_city = char(50, "City/Region", "Postal code city/region", blank=True)
    province = char(50, "State/Province", "State or province", blank=True)
    country = char(50, "Country", "Address country", blank=True)
    shipping_notes = char(100, "Courier shipping notes", "Notes for shipping courier", blank=True)
    internal_shipping_notes = char(100, "Internal shipping notes", "Shipping notes for internal use", blank=True)
    link = url("Link", "Link to address information (external)")


class ManufacturerPart(Keyed, Barcode, Notes, Metadata, Base):
    """A manufacturer's product that is one of our parts."""

    __tablename__ = "company_manufacturerpart"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "manufacturer_id", "MPN"))

    part_id = foreign(
        "part_part", "Base Part", "Select part", on_delete="CASCADE", index=False, filters={"purchaseable": True}
    )
    manufacturer_id = foreign(
        "company_company", "Manufacturer", "Select manufacturer",
        null=True, on_delete="CASCADE", filters={"is_manufacturer": True},
    )  # fmt: skip
    MPN = char(100, "MPN", "Manufacturer Part Number", null=True, index=True)
    link = url("Link", "URL for external manufacturer part link", null=True)
    description = char(250, "Description", "Manufacturer part description", null=True, blank=True)


class SupplierPart(Keyed, Barcode, Notes, Metadata, Base):
    """A supplier's product (SKU) for one of our parts."""

    __tablename__ = "part_supplierpart"
    __table_args__ = autoincrement(
        UniqueConstraint("part_id", "supplier_id", "SKU"),
        Index(None, "supplier_id", "SKU"),
        sparse("part_supplierpart", "manufacturer_part_id"),
    )

    updated = moment("Updated", "Timestamp of last update")
    part_id = foreign(
        "part_part", "Base Part", "Select part", on_delete="CASCADE", index=False, filters={"purchaseable": True}
    )
    supplier_id = foreign(
        "company_company", "Supplier", "Select supplier",
        on_delete="CASCADE", index=False, filters={"is_supplier": True},
    )  # fmt: skip
    SKU = char(100, "SKU", "Supplier stock keeping unit", index=True)
    active = boolean("Active", "Is this supplier part active?", default=True)
    primary = boolean("Primary", "Is this the primary supplier part for the linked Part?", default=False)
    manufacturer_part_id = foreign(
        "company_manufacturerpart", "Manufacturer Part", "Select manufacturer part",
        null=True, on_delete="CASCADE", index=False,
    )  # fmt: skip
    link = url("Link", "URL for external supplier part link", null=True)
    description = char(250, "Description", "Supplier part description", null=True, blank=True)
    note = char(100, "Note", "Notes", null=True, blank=True)
    base_cost = money("base cost", "Minimum charge (e.g. stocking fee)", null=False, default=0)
    packaging = char(50, "Packaging", "Part packaging", null=True, blank=True)
    pack_quantity = char(
        25, "Pack Quantity", "Total quantity supplied in a single pack. Leave empty for single items.", blank=True
    )
    pack_quantity_native = quantity("Pack quantity native", default=1, places=10)
    multiple = positive("multiple", "Order multiple", default=1)
    available = quantity("Available", "Quantity available from supplier", default=0)
    availability_updated = moment("Availability Updated", "Date of last update of availability data")


class SupplierPriceBreak(Keyed, PriceBreak, Base):
    """What a supplier asks for a part."""

    __tablename__ = "part_supplierpricebreak"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "quantity"))

    part_id = foreign("part_supplierpart", "Part", on_delete="CASCADE", index=False)
