"""Purchase, sales, return and transfer orders, their lines, shipments and allocations."""

from sqlalchemy import UniqueConstraint

from server.db.columns import (
    Base,
    boolean,
    char,
    currency,
    day,
    foreign,
    integer,
    json_field,
    moment,
    money,
    quantity,
    url,
)
from server.db.models.mixins import Barcode, Keyed, Metadata, Notes, autoincrement
from server.domain.status import (
    PurchaseOrderStatus,
    ReturnOrderLineStatus,
    ReturnOrderStatus,
    SalesOrderStatus,
    TransferOrderStatus,
)

__all__ = [
    "PurchaseOrder",
    "PurchaseOrderExtraLine",
    "PurchaseOrderLineItem",
    "ReturnOrder",
    "ReturnOrderExtraLine",
    "ReturnOrderLineItem",
    "SalesOrder",
    "SalesOrderAllocation",
    "SalesOrderExtraLine",
    "SalesOrderLineItem",
    "SalesOrderShipment",
    "TransferOrder",
    "TransferOrderAllocation",
    "TransferOrderLineItem",
]


class Order(Barcode, Notes, Metadata):
    """What all orders have. `reference_int` is the number in the reference, for sorting."""

    reference_int = integer("Reference int", default=0, index=True)
    description = char(250, "Description", "Order description (optional)", blank=True)
    project_code_id = foreign(
        "common_projectcode", "Project Code", "Select project code for this order", null=True, on_delete="SET NULL"
    )
    link = url("Link", "Link to external page")
    start_date = day("Start date", "Scheduled start date for this order")
    target_date = day(
        "Target Date", "Expected date for order delivery. Order will be overdue after this date.", index=True
    )
    creation_date = day("Creation Date")
    created_by_id = foreign("auth_user", "Created By", null=True, on_delete="SET NULL")
    issue_date = day("Issue Date", "Date order was issued")
    updated_at = moment("Updated At", "Timestamp of last update")
    responsible_id = foreign(
        "users_owner", "Responsible", "User or group responsible for this order", null=True, on_delete="SET NULL"
    )
    contact_id = foreign(
        "company_contact", "Contact", "Point of contact for this order", null=True, on_delete="SET NULL"
    )
    address_id = foreign(
        "company_address", "Address", "Company address for this order", null=True, on_delete="SET NULL"
    )
    status_custom_key = integer(
        "Custom Status Key", "Update order status to a custom value for this logical value", null=True
    )


class Priced:
    """The total of an order and the currency that it is in."""

    total_price = money("Total Price", "Total price for this order")
    total_price_currency = currency("Currency")
    order_currency = currency(
        "Order Currency", "Currency for this order (leave blank to use company default)", null=True, default=None
    )


class OrderLine(Metadata):
    """What all lines have. `line_int` is the number in `line`, for sorting."""

    quantity = quantity("Quantity", "Item quantity", default=1)
    line = char(20, "Line Number", "Line number for this item (optional)", blank=True, default="")
    line_int = integer("Line int", default=0)
    reference = char(100, "Reference", "Line item reference", blank=True)
    notes = char(500, "Notes", "Line item notes", blank=True)
    link = url("Link", "Link to external page")
    target_date = day(
        "Target Date", "Target date for this line item (leave blank to use the target date from the order)"
    )
    project_code_id = foreign(
        "common_projectcode", "Project Code", "Select project code for this order", null=True, on_delete="SET NULL"
    )


class Discounted:
    """What is taken off the price of a line."""

    discount = quantity("Discount", "Discount percentage applied to this line item (0-100)", default=0, places=2)


class ExtraLine(OrderLine, Discounted):
    """A line for what is not a part: freight, a service."""

    description = char(250, "Description", "Line item description (optional)", blank=True)
    context = json_field("Context", "Additional context for this line")
    price = money("Price", "Unit price")
    price_currency = currency("Currency", "Select currency from available options")


class PurchaseOrder(Keyed, Order, Priced, Base):
    """Goods ordered from a supplier."""

    __tablename__ = "order_purchaseorder"
    __table_args__ = autoincrement()

    reference = char(64, "Reference", "Order reference", unique=True)
    status = integer(
        "Order Status", "Purchase order status",
        default=PurchaseOrderStatus.PENDING, minimum=0, choices="PurchaseOrderStatus", index=True,
    )  # fmt: skip
    supplier_id = foreign(
        "company_company", "Supplier", "Company from which the items are being ordered",
        null=True, on_delete="SET NULL", filters={"is_supplier": True},
    )  # fmt: skip
    supplier_reference = char(64, "Supplier Reference", "Supplier order reference code", blank=True)
    received_by_id = foreign("auth_user", "received by", null=True, on_delete="SET NULL")
    complete_date = day("Completion Date", "Date order was completed")
    destination_id = foreign(
        "stock_stocklocation", "Destination", "Destination for received items", null=True, on_delete="SET NULL"
    )


class PurchaseOrderLineItem(Keyed, OrderLine, Discounted, Base):
    """So much of a supplier part, ordered."""

    __tablename__ = "order_purchaseorderlineitem"
    __table_args__ = autoincrement()

    order_id = foreign("order_purchaseorder", "Order", "Purchase Order", on_delete="CASCADE")
    part_id = foreign("part_supplierpart", "Supplier Part", "Supplier part", null=True, on_delete="SET NULL")
    received = quantity("Received", "Number of items received", default=0)
    purchase_price = money("Purchase Price", "Unit purchase price")
    purchase_price_currency = currency("Currency", "Purchase price currency")
    build_order_id = foreign(
        "build_build", "Build Order", "External Build Order to be fulfilled by this line item",
        null=True, on_delete="SET NULL", filters={"external": True},
    )  # fmt: skip
    destination_id = foreign(
        "stock_stocklocation", "Destination", "Destination for received items", null=True, on_delete="SET NULL"
    )
    quantity = quantity("Quantity", "Item quantity", default=1, minimum=0)


class PurchaseOrderExtraLine(Keyed, ExtraLine, Base):
    """A further cost of a purchase order."""

    __tablename__ = "order_purchaseorderextraline"
    __table_args__ = autoincrement()

    order_id = foreign("order_purchaseorder", "Order", "Purchase Order", on_delete="CASCADE")


class SalesOrder(Keyed, Order, Priced, Base):
    """Goods ordered by a customer."""

    __tablename__ = "order_salesorder"
    __table_args__ = autoincrement()

    reference = char(64, "Reference", "Order reference", unique=True)
    status = integer(
        "Order Status", "Sales order status",
        default=SalesOrderStatus.PENDING, minimum=0, choices="SalesOrderStatus", index=True,
    )  # fmt: skip
    customer_id = foreign(
        "company_company", "Customer", "Company to which the items are being sold",
        null=True, on_delete="SET NULL", filters={"is_customer": True},
    )  # fmt: skip
    # The blank at the end of the label is InvenTree's.
    customer_reference = char(64, "Customer Reference ", "Customer order reference code", blank=True)
    shipment_date = day("Shipment Date")
    shipped_by_id = foreign("auth_user", "shipped by", null=True, on_delete="SET NULL")


class SalesOrderLineItem(Keyed, OrderLine, Discounted, Base):
    """So much of a part, sold."""

    __tablename__ = "order_salesorderlineitem"
    __table_args__ = autoincrement()

    order_id = foreign("order_salesorder", "Order", "Sales Order", on_delete="CASCADE")
    part_id = foreign("part_part", "Part", "Part", null=True, on_delete="SET NULL", filters={"salable": True})
    sale_price = money("Sale Price", "Unit sale price")
    sale_price_currency = currency("Currency", "Sale price currency")
    shipped = quantity("Shipped", "Shipped quantity", default=0)


class SalesOrderExtraLine(Keyed, ExtraLine, Base):
    """A further charge of a sales order."""

    __tablename__ = "order_salesorderextraline"
    __table_args__ = autoincrement()

    order_id = foreign("order_salesorder", "Order", "Sales Order", on_delete="CASCADE")


class SalesOrderShipment(Keyed, Barcode, Notes, Metadata, Base):
    """One delivery of a sales order."""

    __tablename__ = "order_salesordershipment"
    __table_args__ = autoincrement(UniqueConstraint("order_id", "reference"))

    order_id = foreign("order_salesorder", "Order", "Sales Order", on_delete="CASCADE", index=False)
    shipment_date = day("Shipment Date", "Date of shipment")
    shipment_address_id = foreign(
        "company_address", "Address", "Shipping address for this shipment", null=True, on_delete="SET NULL"
    )
    delivery_date = day("Delivery Date", "Date of delivery of shipment")
    checked_by_id = foreign(
        "auth_user", "Checked By", "User who checked this shipment", null=True, on_delete="SET NULL"
    )
    reference = char(100, "Shipment", "Shipment number", default="1")
    tracking_number = char(100, "Tracking Number", "Shipment tracking information", blank=True)
    invoice_number = char(100, "Invoice Number", "Reference number for associated invoice", blank=True)
    link = url("Link", "Link to external page")


class SalesOrderAllocation(Keyed, Base):
    """Stock that is promised to a line of a sales order."""

    __tablename__ = "order_salesorderallocation"
    __table_args__ = autoincrement()

    line_id = foreign("order_salesorderlineitem", "Line", on_delete="CASCADE")
    shipment_id = foreign(
        "order_salesordershipment", "Shipment", "Sales order shipment reference", null=True, on_delete="CASCADE"
    )
    item_id = foreign("stock_stockitem", "Item", "Select stock item to allocate", on_delete="CASCADE")
    quantity = quantity("Quantity", "Enter stock allocation quantity", default=1)


class ReturnOrder(Keyed, Order, Priced, Base):
    """Goods that a customer sends back."""

    __tablename__ = "order_returnorder"
    __table_args__ = autoincrement()

    reference = char(64, "Reference", "Return Order reference", unique=True)
    status = integer(
        "Order Status", "Return order status",
        default=ReturnOrderStatus.PENDING, minimum=0, choices="ReturnOrderStatus", index=True,
    )  # fmt: skip
    customer_id = foreign(
        "company_company", "Customer", "Company from which items are being returned",
        null=True, on_delete="SET NULL", filters={"is_customer": True},
    )  # fmt: skip
    customer_reference = char(64, "Customer Reference ", "Customer order reference code", blank=True)
    complete_date = day("Completion Date", "Date order was completed")


class ReturnOrderLineItem(Keyed, OrderLine, Discounted, Base):
    """An item that comes back, and what is done about it."""

    __tablename__ = "order_returnorderlineitem"
    __table_args__ = autoincrement(UniqueConstraint("order_id", "item_id"))

    quantity = quantity("Quantity", "Quantity to return", default=1)
    order_id = foreign("order_returnorder", "Order", "Return Order", on_delete="CASCADE", index=False)
    item_id = foreign("stock_stockitem", "Item", "Select item to return from customer", on_delete="CASCADE")
    received_date = day("Received Date", "The date this return item was received")
    outcome = integer(
        "Outcome", "Outcome for this line item",
        default=ReturnOrderLineStatus.PENDING, minimum=0, choices="ReturnOrderLineStatus",
    )  # fmt: skip
    price = money("Price", "Cost associated with return or repair for this line item")
    price_currency = currency("Currency", "Line price currency")


class ReturnOrderExtraLine(Keyed, ExtraLine, Base):
    """A further charge of a return order."""

    __tablename__ = "order_returnorderextraline"
    __table_args__ = autoincrement()

    order_id = foreign("order_returnorder", "Order", "Return Order", on_delete="CASCADE")


class TransferOrder(Keyed, Order, Base):
    """Goods that are to go from one location to another."""

    __tablename__ = "order_transferorder"
    __table_args__ = autoincrement()

    reference = char(64, "Reference", "Transfer Order Reference", unique=True)
    status = integer(
        "Order Status", "Transfer order status",
        default=TransferOrderStatus.PENDING, minimum=0, choices="TransferOrderStatus", index=True,
    )  # fmt: skip
    take_from_id = foreign(
        "stock_stocklocation", "Source Location", "Source for transferred items", null=True, on_delete="SET NULL"
    )
    destination_id = foreign(
        "stock_stocklocation", "Destination Location", "Destination for transferred items",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    consume = boolean(
        "Consume Stock",
        'Rather than transfer the stock to the destination, "consume" it, by removing transferred quantity from the '
        "allocated stock item",
        default=False,
    )
    complete_date = day("Completion Date", "Date order was completed")


class TransferOrderLineItem(Keyed, OrderLine, Base):
    """So much of a part, to be transferred."""

    __tablename__ = "order_transferorderlineitem"
    __table_args__ = autoincrement()

    order_id = foreign("order_transferorder", "Order", "Transfer Order", on_delete="CASCADE")
    part_id = foreign("part_part", "Part", "Part", null=True, on_delete="SET NULL")
    transferred = quantity("Transferred", "Transferred quantity", default=0)


class TransferOrderAllocation(Keyed, Base):
    """Stock that is promised to a line of a transfer order."""

    __tablename__ = "order_transferorderallocation"
    __table_args__ = autoincrement()

    line_id = foreign("order_transferorderlineitem", "Line", on_delete="CASCADE")
    item_id = foreign("stock_stockitem", "Item", "Select stock item to allocate", on_delete="CASCADE")
    quantity = quantity("Quantity", "Enter stock allocation quantity", default=1)
