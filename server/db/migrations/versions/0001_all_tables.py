"""All tables of InvenTree 532 and Bincard's own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server.db.types import Fixed, UtcDateTime, line, prose

__all__ = ["downgrade", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def key() -> sa.Column[int]:
    return sa.Column("pk", WHOLE, autoincrement=True, nullable=False)


def references(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.pk"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def sparse(table: str, column: str) -> None:
    given: Any = sa.text(f"{column} IS NOT NULL")
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], sqlite_where=given, postgresql_where=given)


def upgrade() -> None:
    op.create_table(
        "auth_group",
        key(),
        sa.Column("name", line(150), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_auth_group"),
        unique("auth_group", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "auth_user",
        key(),
        sa.Column("password", line(255), nullable=False),
        sa.Column("username", line(150), nullable=False),
        sa.Column("first_name", line(150), nullable=False),
        sa.Column("last_name", line(150), nullable=False),
        sa.Column("email", line(254), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_login", UtcDateTime(), nullable=True),
        sa.Column("date_joined", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_auth_user"),
        unique("auth_user", "username"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bincard_signinfailure",
        key(),
        sa.Column("username", line(150), nullable=False),
        sa.Column("address", line(64), nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_bincard_signinfailure"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bincard_signinfailure_address_time"), "bincard_signinfailure", ["address", "time"])
    op.create_index(op.f("ix_bincard_signinfailure_time"), "bincard_signinfailure", ["time"])
    op.create_index(op.f("ix_bincard_signinfailure_username_time"), "bincard_signinfailure", ["username", "time"])
    op.create_table(
        "bincard_stamp",
        key(),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("model_id", WHOLE, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_bincard_stamp"),
        unique("bincard_stamp", "model_type", "model_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "common_customunit",
        key(),
        sa.Column("name", line(50), nullable=False),
        sa.Column("symbol", line(10), nullable=False),
        sa.Column("definition", line(50), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_common_customunit"),
        unique("common_customunit", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "common_inventreecustomuserstatemodel",
        key(),
        sa.Column("key", WHOLE, nullable=False),
        sa.Column("name", line(250), nullable=False),
        sa.Column("label", line(250), nullable=False),
        sa.Column("color", line(10), nullable=False),
        sa.Column("logical_key", WHOLE, nullable=False),
        sa.Column("model", line(100), nullable=True),
        sa.Column("reference_status", line(250), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_common_inventreecustomuserstatemodel"),
        unique("common_inventreecustomuserstatemodel", "reference_status", "key"),
        unique("common_inventreecustomuserstatemodel", "reference_status", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "common_inventreesetting",
        key(),
        sa.Column("key", line(50), nullable=False),
        sa.Column("value", line(2000), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_common_inventreesetting"),
        unique("common_inventreesetting", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "common_newsfeedentry",
        key(),
        sa.Column("feed_id", line(250), nullable=False),
        sa.Column("title", line(250), nullable=False),
        sa.Column("link", line(250), nullable=False),
        sa.Column("published", UtcDateTime(), nullable=False),
        sa.Column("author", line(250), nullable=False),
        sa.Column("summary", line(250), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_common_newsfeedentry"),
        unique("common_newsfeedentry", "feed_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "common_notificationentry",
        key(),
        sa.Column("key", line(250), nullable=False),
        sa.Column("uid", WHOLE, nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_common_notificationentry"),
        unique("common_notificationentry", "key", "uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "company_company",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(500), nullable=False),
        sa.Column("website", line(2000), nullable=False),
        sa.Column("phone", line(50), nullable=False),
        sa.Column("email", line(254), nullable=True),
        sa.Column("currency", line(3), nullable=False),
        sa.Column("contact", line(100), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("image", line(100), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_customer", sa.Boolean(), nullable=False),
        sa.Column("is_manufacturer", sa.Boolean(), nullable=False),
        sa.Column("is_supplier", sa.Boolean(), nullable=False),
        sa.Column("tax_id", line(50), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name="pk_company_company"),
        unique("company_company", "name", "email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "exchange_exchangebackend",
        key(),
        sa.Column("name", line(255), nullable=False),
        sa.Column("last_update", UtcDateTime(), nullable=True),
        sa.Column("base_currency", line(3), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_exchange_exchangebackend"),
        unique("exchange_exchangebackend", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plugin_pluginconfig",
        key(),
        sa.Column("key", line(255), nullable=False),
        sa.Column("name", line(255), nullable=True),
        sa.Column("package_name", line(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name="pk_plugin_pluginconfig"),
        unique("plugin_pluginconfig", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "report_reportasset",
        key(),
        sa.Column("asset", line(100), nullable=True),
        sa.Column("description", line(250), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_report_reportasset"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "report_reportsnippet",
        key(),
        sa.Column("snippet", line(100), nullable=True),
        sa.Column("description", line(250), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_report_reportsnippet"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stock_stocklocationtype",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("icon", line(100), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name="pk_stock_stocklocationtype"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "taggit_tag",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("slug", line(100), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_taggit_tag"),
        unique("taggit_tag", "name"),
        unique("taggit_tag", "slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "users_owner",
        key(),
        sa.Column("owner_type", line(20), nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("pk", name="pk_users_owner"),
        unique("users_owner", "owner_type", "owner_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "auth_user_groups",
        key(),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("group_id", WHOLE, nullable=False),
        references("auth_user_groups", "group_id", "auth_group", "CASCADE"),
        references("auth_user_groups", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_auth_user_groups"),
        unique("auth_user_groups", "user_id", "group_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_auth_user_groups_group_id"), "auth_user_groups", ["group_id"])
    op.create_table(
        "bincard_idempotencyrecord",
        key(),
        sa.Column("key", line(255), nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("method", line(10), nullable=False),
        sa.Column("path", line(2000), nullable=False),
        sa.Column("body_hash", line(64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("answer", prose(), nullable=True),
        sa.Column("created", UtcDateTime(), nullable=False),
        references("bincard_idempotencyrecord", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_bincard_idempotencyrecord"),
        unique("bincard_idempotencyrecord", "user_id", "key"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bincard_idempotencyrecord_created"), "bincard_idempotencyrecord", ["created"])
    op.create_table(
        "common_attachment",
        key(),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("model_id", WHOLE, nullable=False),
        sa.Column("attachment", line(100), nullable=True),
        sa.Column("thumbnail", line(100), nullable=True),
        sa.Column("link", line(2000), nullable=True),
        sa.Column("comment", line(250), nullable=False),
        sa.Column("is_image", sa.Boolean(), nullable=False),
        sa.Column("upload_date", sa.Date(), nullable=False),
        sa.Column("upload_user_id", WHOLE, nullable=True),
        sa.Column("file_size", WHOLE, nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("common_attachment", "upload_user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_attachment"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_attachment_model_type_model_id"), "common_attachment", ["model_type", "model_id"])
    op.create_index(op.f("ix_common_attachment_upload_user_id"), "common_attachment", ["upload_user_id"])
    op.create_table(
        "common_barcodescanresult",
        key(),
        sa.Column("data", line(4095), nullable=False),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("timestamp", UtcDateTime(), nullable=False),
        sa.Column("endpoint", line(250), nullable=True),
        sa.Column("context", sa.JSON(), nullable=True),
        sa.Column("response", sa.JSON(), nullable=True),
        sa.Column("result", sa.Boolean(), nullable=False),
        references("common_barcodescanresult", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_barcodescanresult"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_barcodescanresult_timestamp"), "common_barcodescanresult", ["timestamp"])
    op.create_index(op.f("ix_common_barcodescanresult_user_id"), "common_barcodescanresult", ["user_id"])
    op.create_table(
        "common_dataoutput",
        key(),
        sa.Column("created", sa.Date(), nullable=False),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("total", WHOLE, nullable=False),
        sa.Column("progress", WHOLE, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("output_type", line(100), nullable=True),
        sa.Column("template_name", line(100), nullable=True),
        sa.Column("plugin", line(100), nullable=True),
        sa.Column("output", line(100), nullable=True),
        sa.Column("errors", sa.JSON(), nullable=True),
        references("common_dataoutput", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_dataoutput"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_dataoutput_user_id"), "common_dataoutput", ["user_id"])
    op.create_table(
        "common_inventreeusersetting",
        key(),
        sa.Column("key", line(50), nullable=False),
        sa.Column("value", line(2000), nullable=False),
        sa.Column("user_id", WHOLE, nullable=True),
        references("common_inventreeusersetting", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_inventreeusersetting"),
        unique("common_inventreeusersetting", "key", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_inventreeusersetting_user_id"), "common_inventreeusersetting", ["user_id"])
    op.create_table(
        "common_notesimage",
        key(),
        sa.Column("image", line(100), nullable=True),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("date", UtcDateTime(), nullable=False),
        sa.Column("model_type", line(100), nullable=True),
        sa.Column("model_id", WHOLE, nullable=True),
        references("common_notesimage", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_notesimage"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_notesimage_user_id"), "common_notesimage", ["user_id"])
    op.create_table(
        "common_notificationmessage",
        key(),
        sa.Column("target_model_type", line(100), nullable=False),
        sa.Column("target_model_id", WHOLE, nullable=True),
        sa.Column("source_model_type", line(100), nullable=True),
        sa.Column("source_model_id", WHOLE, nullable=True),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("category", line(250), nullable=False),
        sa.Column("name", line(250), nullable=False),
        sa.Column("message", line(250), nullable=True),
        sa.Column("creation", UtcDateTime(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        references("common_notificationmessage", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_notificationmessage"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_common_notificationmessage_target_model_type_target_model_id"),
        "common_notificationmessage",
        ["target_model_type", "target_model_id"],
    )
    op.create_index(
        op.f("ix_common_notificationmessage_user_id_read_creation"),
        "common_notificationmessage",
        ["user_id", "read", "creation"],
    )
    op.create_table(
        "common_projectcode",
        key(),
        sa.Column("code", line(50), nullable=False),
        sa.Column("description", line(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("common_projectcode", "responsible_id", "users_owner", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_projectcode"),
        unique("common_projectcode", "code"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_projectcode_responsible_id"), "common_projectcode", ["responsible_id"])
    op.create_table(
        "common_selectionlist",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source_plugin_id", WHOLE, nullable=True),
        sa.Column("source_string", line(1000), nullable=False),
        sa.Column("default_id", WHOLE, nullable=True),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("last_updated", UtcDateTime(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("common_selectionlist", "source_plugin_id", "plugin_pluginconfig", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_selectionlist"),
        unique("common_selectionlist", "name"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_common_selectionlist_source_plugin_id"), "common_selectionlist", ["source_plugin_id"])
    op.create_table(
        "company_address",
        key(),
        sa.Column("company_id", WHOLE, nullable=False),
        sa.Column("title", line(100), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("line1", line(50), nullable=False),
        sa.Column("line2", line(50), nullable=False),
        sa.Column("postal_code", line(10), nullable=False),
        sa.Column("postal_city", line(50), nullable=False),
        sa.Column("province", line(50), nullable=False),
        sa.Column("country", line(50), nullable=False),
        sa.Column("shipping_notes", line(100), nullable=False),
        sa.Column("internal_shipping_notes", line(100), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("company_address", "company_id", "company_company", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_company_address"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_company_address_company_id"), "company_address", ["company_id"])
    op.create_table(
        "company_contact",
        key(),
        sa.Column("company_id", WHOLE, nullable=False),
        sa.Column("name", line(100), nullable=False),
        sa.Column("phone", line(100), nullable=False),
        sa.Column("email", line(254), nullable=False),
        sa.Column("role", line(100), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("company_contact", "company_id", "company_company", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_company_contact"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_company_contact_company_id"), "company_contact", ["company_id"])
    op.create_table(
        "exchange_rate",
        key(),
        sa.Column("currency", line(3), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("backend_id", WHOLE, nullable=False),
        references("exchange_rate", "backend_id", "exchange_exchangebackend", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_exchange_rate"),
        unique("exchange_rate", "currency", "backend_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exchange_rate_backend_id"), "exchange_rate", ["backend_id"])
    op.create_table(
        "plugin_pluginsetting",
        key(),
        sa.Column("key", line(50), nullable=False),
        sa.Column("value", line(2000), nullable=False),
        sa.Column("plugin_id", WHOLE, nullable=False),
        references("plugin_pluginsetting", "plugin_id", "plugin_pluginconfig", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_plugin_pluginsetting"),
        unique("plugin_pluginsetting", "plugin_id", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plugin_pluginusersetting",
        key(),
        sa.Column("key", line(50), nullable=False),
        sa.Column("value", line(2000), nullable=False),
        sa.Column("plugin_id", WHOLE, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        references("plugin_pluginusersetting", "plugin_id", "plugin_pluginconfig", "CASCADE"),
        references("plugin_pluginusersetting", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_plugin_pluginusersetting"),
        unique("plugin_pluginusersetting", "plugin_id", "user_id", "key"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_plugin_pluginusersetting_user_id"), "plugin_pluginusersetting", ["user_id"])
    op.create_table(
        "report_labeltemplate",
        key(),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("template", line(100), nullable=True),
        sa.Column("filters", line(250), nullable=False),
        sa.Column("filename_pattern", line(100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("attach_to_model", sa.Boolean(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("updated_by_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("report_labeltemplate", "updated_by_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_report_labeltemplate"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_labeltemplate_model_type"), "report_labeltemplate", ["model_type"])
    op.create_index(op.f("ix_report_labeltemplate_updated_by_id"), "report_labeltemplate", ["updated_by_id"])
    op.create_table(
        "report_reporttemplate",
        key(),
        sa.Column("page_size", line(20), nullable=False),
        sa.Column("landscape", sa.Boolean(), nullable=False),
        sa.Column("merge", sa.Boolean(), nullable=False),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("template", line(100), nullable=True),
        sa.Column("filters", line(250), nullable=False),
        sa.Column("filename_pattern", line(100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("attach_to_model", sa.Boolean(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("updated_by_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("report_reporttemplate", "updated_by_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_report_reporttemplate"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_reporttemplate_model_type"), "report_reporttemplate", ["model_type"])
    op.create_index(op.f("ix_report_reporttemplate_updated_by_id"), "report_reporttemplate", ["updated_by_id"])
    op.create_table(
        "stock_stocklocation",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("parent_id", WHOLE, nullable=True),
        sa.Column("custom_icon", line(100), nullable=True),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("structural", sa.Boolean(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("location_type_id", WHOLE, nullable=True),
        sa.Column("pathstring", line(250), nullable=False),
        sa.Column("tree_sort", prose(), nullable=False),
        sa.Column("level", WHOLE, nullable=False),
        sa.Column("tree_path", line(700), nullable=False),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("stock_stocklocation", "location_type_id", "stock_stocklocationtype", "SET NULL"),
        references("stock_stocklocation", "owner_id", "users_owner", "SET NULL"),
        references("stock_stocklocation", "parent_id", "stock_stocklocation", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_stock_stocklocation"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stock_stocklocation_barcode_hash"), "stock_stocklocation", ["barcode_hash"])
    op.create_index(op.f("ix_stock_stocklocation_location_type_id"), "stock_stocklocation", ["location_type_id"])
    op.create_index(op.f("ix_stock_stocklocation_name"), "stock_stocklocation", ["name"])
    op.create_index(op.f("ix_stock_stocklocation_owner_id"), "stock_stocklocation", ["owner_id"])
    op.create_index(op.f("ix_stock_stocklocation_parent_id_name"), "stock_stocklocation", ["parent_id", "name"])
    op.create_index(op.f("ix_stock_stocklocation_tree_path"), "stock_stocklocation", ["tree_path"])
    op.create_table(
        "taggit_taggeditem",
        key(),
        sa.Column("tag_id", WHOLE, nullable=False),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("model_id", WHOLE, nullable=False),
        references("taggit_taggeditem", "tag_id", "taggit_tag", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_taggit_taggeditem"),
        unique("taggit_taggeditem", "model_type", "model_id", "tag_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_taggit_taggeditem_tag_id"), "taggit_taggeditem", ["tag_id"])
    op.create_table(
        "users_apitoken",
        key(),
        sa.Column("key_hash", line(64), nullable=False),
        sa.Column("redacted", line(100), nullable=False),
        sa.Column("name", line(100), nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("users_apitoken", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_users_apitoken"),
        unique("users_apitoken", "key_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_users_apitoken_user_id"), "users_apitoken", ["user_id"])
    op.create_table(
        "users_ruleset",
        key(),
        sa.Column("name", line(50), nullable=False),
        sa.Column("group_id", WHOLE, nullable=False),
        sa.Column("can_view", sa.Boolean(), nullable=False),
        sa.Column("can_add", sa.Boolean(), nullable=False),
        sa.Column("can_change", sa.Boolean(), nullable=False),
        sa.Column("can_delete", sa.Boolean(), nullable=False),
        references("users_ruleset", "group_id", "auth_group", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_users_ruleset"),
        unique("users_ruleset", "name", "group_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_users_ruleset_group_id"), "users_ruleset", ["group_id"])
    op.create_table(
        "users_userprofile",
        key(),
        sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("language", line(10), nullable=True),
        sa.Column("theme", sa.JSON(), nullable=True),
        sa.Column("widgets", sa.JSON(), nullable=True),
        sa.Column("displayname", line(255), nullable=True),
        sa.Column("position", line(255), nullable=True),
        sa.Column("status", line(2000), nullable=True),
        sa.Column("location", line(2000), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("contact", line(255), nullable=True),
        sa.Column("type", line(10), nullable=False),
        sa.Column("organisation", line(255), nullable=True),
        sa.Column("primary_group_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("users_userprofile", "primary_group_id", "auth_group", "SET NULL"),
        references("users_userprofile", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_users_userprofile"),
        unique("users_userprofile", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_users_userprofile_primary_group_id"), "users_userprofile", ["primary_group_id"])
    op.create_table(
        "common_selectionlistentry",
        key(),
        sa.Column("list_id", WHOLE, nullable=True),
        sa.Column("value", line(255), nullable=False),
        sa.Column("label", line(255), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        references("common_selectionlistentry", "list_id", "common_selectionlist", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_common_selectionlistentry"),
        unique("common_selectionlistentry", "list_id", "value"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order_purchaseorder",
        key(),
        sa.Column("reference", line(64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("supplier_id", WHOLE, nullable=True),
        sa.Column("supplier_reference", line(64), nullable=False),
        sa.Column("received_by_id", WHOLE, nullable=True),
        sa.Column("complete_date", sa.Date(), nullable=True),
        sa.Column("destination_id", WHOLE, nullable=True),
        sa.Column("reference_int", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=True),
        sa.Column("created_by_id", WHOLE, nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("address_id", WHOLE, nullable=True),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("total_price", Fixed(6), nullable=True),
        sa.Column("total_price_currency", line(3), nullable=False),
        sa.Column("order_currency", line(3), nullable=True),
        references("order_purchaseorder", "address_id", "company_address", "SET NULL"),
        references("order_purchaseorder", "contact_id", "company_contact", "SET NULL"),
        references("order_purchaseorder", "created_by_id", "auth_user", "SET NULL"),
        references("order_purchaseorder", "destination_id", "stock_stocklocation", "SET NULL"),
        references("order_purchaseorder", "project_code_id", "common_projectcode", "SET NULL"),
        references("order_purchaseorder", "received_by_id", "auth_user", "SET NULL"),
        references("order_purchaseorder", "responsible_id", "users_owner", "SET NULL"),
        references("order_purchaseorder", "supplier_id", "company_company", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_purchaseorder"),
        unique("order_purchaseorder", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_purchaseorder_address_id"), "order_purchaseorder", ["address_id"])
    op.create_index(op.f("ix_order_purchaseorder_barcode_hash"), "order_purchaseorder", ["barcode_hash"])
    op.create_index(op.f("ix_order_purchaseorder_contact_id"), "order_purchaseorder", ["contact_id"])
    op.create_index(op.f("ix_order_purchaseorder_created_by_id"), "order_purchaseorder", ["created_by_id"])
    op.create_index(op.f("ix_order_purchaseorder_destination_id"), "order_purchaseorder", ["destination_id"])
    op.create_index(op.f("ix_order_purchaseorder_project_code_id"), "order_purchaseorder", ["project_code_id"])
    op.create_index(op.f("ix_order_purchaseorder_received_by_id"), "order_purchaseorder", ["received_by_id"])
    op.create_index(op.f("ix_order_purchaseorder_reference_int"), "order_purchaseorder", ["reference_int"])
    op.create_index(op.f("ix_order_purchaseorder_responsible_id"), "order_purchaseorder", ["responsible_id"])
    op.create_index(op.f("ix_order_purchaseorder_status"), "order_purchaseorder", ["status"])
    op.create_index(op.f("ix_order_purchaseorder_supplier_id"), "order_purchaseorder", ["supplier_id"])
    op.create_index(op.f("ix_order_purchaseorder_target_date"), "order_purchaseorder", ["target_date"])
    op.create_table(
        "order_returnorder",
        key(),
        sa.Column("reference", line(64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("customer_id", WHOLE, nullable=True),
        sa.Column("customer_reference", line(64), nullable=False),
        sa.Column("complete_date", sa.Date(), nullable=True),
        sa.Column("reference_int", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=True),
        sa.Column("created_by_id", WHOLE, nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("address_id", WHOLE, nullable=True),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("total_price", Fixed(6), nullable=True),
        sa.Column("total_price_currency", line(3), nullable=False),
        sa.Column("order_currency", line(3), nullable=True),
        references("order_returnorder", "address_id", "company_address", "SET NULL"),
        references("order_returnorder", "contact_id", "company_contact", "SET NULL"),
        references("order_returnorder", "created_by_id", "auth_user", "SET NULL"),
        references("order_returnorder", "customer_id", "company_company", "SET NULL"),
        references("order_returnorder", "project_code_id", "common_projectcode", "SET NULL"),
        references("order_returnorder", "responsible_id", "users_owner", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_returnorder"),
        unique("order_returnorder", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_returnorder_address_id"), "order_returnorder", ["address_id"])
    op.create_index(op.f("ix_order_returnorder_barcode_hash"), "order_returnorder", ["barcode_hash"])
    op.create_index(op.f("ix_order_returnorder_contact_id"), "order_returnorder", ["contact_id"])
    op.create_index(op.f("ix_order_returnorder_created_by_id"), "order_returnorder", ["created_by_id"])
    op.create_index(op.f("ix_order_returnorder_customer_id"), "order_returnorder", ["customer_id"])
    op.create_index(op.f("ix_order_returnorder_project_code_id"), "order_returnorder", ["project_code_id"])
    op.create_index(op.f("ix_order_returnorder_reference_int"), "order_returnorder", ["reference_int"])
    op.create_index(op.f("ix_order_returnorder_responsible_id"), "order_returnorder", ["responsible_id"])
    op.create_index(op.f("ix_order_returnorder_status"), "order_returnorder", ["status"])
    op.create_index(op.f("ix_order_returnorder_target_date"), "order_returnorder", ["target_date"])
    op.create_table(
        "order_salesorder",
        key(),
        sa.Column("reference", line(64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("customer_id", WHOLE, nullable=True),
        sa.Column("customer_reference", line(64), nullable=False),
        sa.Column("shipment_date", sa.Date(), nullable=True),
        sa.Column("shipped_by_id", WHOLE, nullable=True),
        sa.Column("reference_int", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=True),
        sa.Column("created_by_id", WHOLE, nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("address_id", WHOLE, nullable=True),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("total_price", Fixed(6), nullable=True),
        sa.Column("total_price_currency", line(3), nullable=False),
        sa.Column("order_currency", line(3), nullable=True),
        references("order_salesorder", "address_id", "company_address", "SET NULL"),
        references("order_salesorder", "contact_id", "company_contact", "SET NULL"),
        references("order_salesorder", "created_by_id", "auth_user", "SET NULL"),
        references("order_salesorder", "customer_id", "company_company", "SET NULL"),
        references("order_salesorder", "project_code_id", "common_projectcode", "SET NULL"),
        references("order_salesorder", "responsible_id", "users_owner", "SET NULL"),
        references("order_salesorder", "shipped_by_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_salesorder"),
        unique("order_salesorder", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_salesorder_address_id"), "order_salesorder", ["address_id"])
    op.create_index(op.f("ix_order_salesorder_barcode_hash"), "order_salesorder", ["barcode_hash"])
    op.create_index(op.f("ix_order_salesorder_contact_id"), "order_salesorder", ["contact_id"])
    op.create_index(op.f("ix_order_salesorder_created_by_id"), "order_salesorder", ["created_by_id"])
    op.create_index(op.f("ix_order_salesorder_customer_id"), "order_salesorder", ["customer_id"])
    op.create_index(op.f("ix_order_salesorder_project_code_id"), "order_salesorder", ["project_code_id"])
    op.create_index(op.f("ix_order_salesorder_reference_int"), "order_salesorder", ["reference_int"])
    op.create_index(op.f("ix_order_salesorder_responsible_id"), "order_salesorder", ["responsible_id"])
    op.create_index(op.f("ix_order_salesorder_shipped_by_id"), "order_salesorder", ["shipped_by_id"])
    op.create_index(op.f("ix_order_salesorder_status"), "order_salesorder", ["status"])
    op.create_index(op.f("ix_order_salesorder_target_date"), "order_salesorder", ["target_date"])
    op.create_table(
        "order_transferorder",
        key(),
        sa.Column("reference", line(64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("take_from_id", WHOLE, nullable=True),
        sa.Column("destination_id", WHOLE, nullable=True),
        sa.Column("consume", sa.Boolean(), nullable=False),
        sa.Column("complete_date", sa.Date(), nullable=True),
        sa.Column("reference_int", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=True),
        sa.Column("created_by_id", WHOLE, nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("contact_id", WHOLE, nullable=True),
        sa.Column("address_id", WHOLE, nullable=True),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("order_transferorder", "address_id", "company_address", "SET NULL"),
        references("order_transferorder", "contact_id", "company_contact", "SET NULL"),
        references("order_transferorder", "created_by_id", "auth_user", "SET NULL"),
        references("order_transferorder", "destination_id", "stock_stocklocation", "SET NULL"),
        references("order_transferorder", "project_code_id", "common_projectcode", "SET NULL"),
        references("order_transferorder", "responsible_id", "users_owner", "SET NULL"),
        references("order_transferorder", "take_from_id", "stock_stocklocation", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_transferorder"),
        unique("order_transferorder", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_transferorder_address_id"), "order_transferorder", ["address_id"])
    op.create_index(op.f("ix_order_transferorder_barcode_hash"), "order_transferorder", ["barcode_hash"])
    op.create_index(op.f("ix_order_transferorder_contact_id"), "order_transferorder", ["contact_id"])
    op.create_index(op.f("ix_order_transferorder_created_by_id"), "order_transferorder", ["created_by_id"])
    op.create_index(op.f("ix_order_transferorder_destination_id"), "order_transferorder", ["destination_id"])
    op.create_index(op.f("ix_order_transferorder_project_code_id"), "order_transferorder", ["project_code_id"])
    op.create_index(op.f("ix_order_transferorder_reference_int"), "order_transferorder", ["reference_int"])
    op.create_index(op.f("ix_order_transferorder_responsible_id"), "order_transferorder", ["responsible_id"])
    op.create_index(op.f("ix_order_transferorder_status"), "order_transferorder", ["status"])
    op.create_index(op.f("ix_order_transferorder_take_from_id"), "order_transferorder", ["take_from_id"])
    op.create_index(op.f("ix_order_transferorder_target_date"), "order_transferorder", ["target_date"])
    op.create_table(
        "part_partcategory",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("parent_id", WHOLE, nullable=True),
        sa.Column("default_location_id", WHOLE, nullable=True),
        sa.Column("default_keywords", line(250), nullable=True),
        sa.Column("structural", sa.Boolean(), nullable=False),
        sa.Column("icon", line(100), nullable=True),
        sa.Column("pathstring", line(250), nullable=False),
        sa.Column("tree_sort", prose(), nullable=False),
        sa.Column("level", WHOLE, nullable=False),
        sa.Column("tree_path", line(700), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_partcategory", "default_location_id", "stock_stocklocation", "SET NULL"),
        references("part_partcategory", "parent_id", "part_partcategory", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partcategory"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partcategory_default_location_id"), "part_partcategory", ["default_location_id"])
    op.create_index(op.f("ix_part_partcategory_parent_id_name"), "part_partcategory", ["parent_id", "name"])
    op.create_index(op.f("ix_part_partcategory_tree_path"), "part_partcategory", ["tree_path"])
    op.create_table(
        "part_partparametertemplate",
        key(),
        sa.Column("model_type", line(100), nullable=True),
        sa.Column("name", line(100), nullable=False),
        sa.Column("units", line(25), nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("checkbox", sa.Boolean(), nullable=False),
        sa.Column("choices", line(5000), nullable=False),
        sa.Column("selectionlist_id", WHOLE, nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("unique", WHOLE, nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_partparametertemplate", "selectionlist_id", "common_selectionlist", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partparametertemplate"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partparametertemplate_name"), "part_partparametertemplate", ["name"])
    op.create_index(
        op.f("ix_part_partparametertemplate_selectionlist_id"), "part_partparametertemplate", ["selectionlist_id"]
    )
    op.create_table(
        "order_purchaseorderextraline",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("context", sa.JSON(), nullable=True),
        sa.Column("price", Fixed(6), nullable=True),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_purchaseorderextraline", "order_id", "order_purchaseorder", "CASCADE"),
        references("order_purchaseorderextraline", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_purchaseorderextraline"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_purchaseorderextraline_order_id"), "order_purchaseorderextraline", ["order_id"])
    op.create_index(
        op.f("ix_order_purchaseorderextraline_project_code_id"), "order_purchaseorderextraline", ["project_code_id"]
    )
    op.create_table(
        "order_returnorderextraline",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("context", sa.JSON(), nullable=True),
        sa.Column("price", Fixed(6), nullable=True),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_returnorderextraline", "order_id", "order_returnorder", "CASCADE"),
        references("order_returnorderextraline", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_returnorderextraline"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_returnorderextraline_order_id"), "order_returnorderextraline", ["order_id"])
    op.create_index(
        op.f("ix_order_returnorderextraline_project_code_id"), "order_returnorderextraline", ["project_code_id"]
    )
    op.create_table(
        "order_salesorderextraline",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("description", line(250), nullable=False),
        sa.Column("context", sa.JSON(), nullable=True),
        sa.Column("price", Fixed(6), nullable=True),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_salesorderextraline", "order_id", "order_salesorder", "CASCADE"),
        references("order_salesorderextraline", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_salesorderextraline"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_salesorderextraline_order_id"), "order_salesorderextraline", ["order_id"])
    op.create_index(
        op.f("ix_order_salesorderextraline_project_code_id"), "order_salesorderextraline", ["project_code_id"]
    )
    op.create_table(
        "order_salesordershipment",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("shipment_date", sa.Date(), nullable=True),
        sa.Column("shipment_address_id", WHOLE, nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("checked_by_id", WHOLE, nullable=True),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("tracking_number", line(100), nullable=False),
        sa.Column("invoice_number", line(100), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("order_salesordershipment", "checked_by_id", "auth_user", "SET NULL"),
        references("order_salesordershipment", "order_id", "order_salesorder", "CASCADE"),
        references("order_salesordershipment", "shipment_address_id", "company_address", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_salesordershipment"),
        unique("order_salesordershipment", "order_id", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_salesordershipment_barcode_hash"), "order_salesordershipment", ["barcode_hash"])
    op.create_index(op.f("ix_order_salesordershipment_checked_by_id"), "order_salesordershipment", ["checked_by_id"])
    op.create_index(
        op.f("ix_order_salesordershipment_shipment_address_id"), "order_salesordershipment", ["shipment_address_id"]
    )
    op.create_table(
        "part_part",
        key(),
        sa.Column("name", line(100), nullable=False),
        sa.Column("IPN", line(100), nullable=True),
        sa.Column("description", line(250), nullable=False),
        sa.Column("keywords", line(250), nullable=True),
        sa.Column("category_id", WHOLE, nullable=True),
        sa.Column("revision", line(100), nullable=True),
        sa.Column("revision_of_id", WHOLE, nullable=True),
        sa.Column("is_template", sa.Boolean(), nullable=False),
        sa.Column("variant_of_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=True),
        sa.Column("image", line(100), nullable=True),
        sa.Column("default_location_id", WHOLE, nullable=True),
        sa.Column("default_expiry", WHOLE, nullable=False),
        sa.Column("minimum_stock", Fixed(6), nullable=False),
        sa.Column("maximum_stock", Fixed(6), nullable=False),
        sa.Column("units", line(20), nullable=True),
        sa.Column("assembly", sa.Boolean(), nullable=False),
        sa.Column("component", sa.Boolean(), nullable=False),
        sa.Column("trackable", sa.Boolean(), nullable=False),
        sa.Column("testable", sa.Boolean(), nullable=False),
        sa.Column("purchaseable", sa.Boolean(), nullable=False),
        sa.Column("salable", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("virtual", sa.Boolean(), nullable=False),
        sa.Column("consumable", sa.Boolean(), nullable=False),
        sa.Column("bom_validated", sa.Boolean(), nullable=False),
        sa.Column("bom_checksum", line(128), nullable=False),
        sa.Column("bom_checked_by_id", WHOLE, nullable=True),
        sa.Column("bom_checked_date", sa.Date(), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=True),
        sa.Column("creation_user_id", WHOLE, nullable=True),
        sa.Column("responsible_owner_id", WHOLE, nullable=True),
        sa.Column("base_cost", Fixed(6), nullable=False),
        sa.Column("multiple", WHOLE, nullable=False),
        sa.Column("level", WHOLE, nullable=False),
        sa.Column("tree_path", line(700), nullable=False),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_part", "bom_checked_by_id", "auth_user", "SET NULL"),
        references("part_part", "category_id", "part_partcategory", "SET NULL"),
        references("part_part", "creation_user_id", "auth_user", "SET NULL"),
        references("part_part", "default_location_id", "stock_stocklocation", "SET NULL"),
        references("part_part", "responsible_owner_id", "users_owner", "SET NULL"),
        references("part_part", "revision_of_id", "part_part", "SET NULL"),
        references("part_part", "variant_of_id", "part_part", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_part"),
        unique("part_part", "name", "IPN", "revision"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_part_IPN"), "part_part", ["IPN"])
    op.create_index(op.f("ix_part_part_barcode_hash"), "part_part", ["barcode_hash"])
    op.create_index(op.f("ix_part_part_bom_checked_by_id"), "part_part", ["bom_checked_by_id"])
    op.create_index(op.f("ix_part_part_category_id_name"), "part_part", ["category_id", "name"])
    op.create_index(op.f("ix_part_part_creation_date"), "part_part", ["creation_date"])
    op.create_index(op.f("ix_part_part_creation_user_id"), "part_part", ["creation_user_id"])
    sparse("part_part", "default_location_id")
    op.create_index(op.f("ix_part_part_responsible_owner_id"), "part_part", ["responsible_owner_id"])
    sparse("part_part", "revision_of_id")
    op.create_index(op.f("ix_part_part_tree_path"), "part_part", ["tree_path"])
    sparse("part_part", "variant_of_id")
    op.create_table(
        "part_partcategoryparametertemplate",
        key(),
        sa.Column("category_id", WHOLE, nullable=False),
        sa.Column("template_id", WHOLE, nullable=False),
        sa.Column("default_value", line(500), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_partcategoryparametertemplate", "category_id", "part_partcategory", "CASCADE"),
        references("part_partcategoryparametertemplate", "template_id", "part_partparametertemplate", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partcategoryparametertemplate"),
        unique("part_partcategoryparametertemplate", "category_id", "template_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_part_partcategoryparametertemplate_template_id"), "part_partcategoryparametertemplate", ["template_id"]
    )
    op.create_table(
        "part_partcategorystar",
        key(),
        sa.Column("category_id", WHOLE, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        references("part_partcategorystar", "category_id", "part_partcategory", "CASCADE"),
        references("part_partcategorystar", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partcategorystar"),
        unique("part_partcategorystar", "category_id", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partcategorystar_user_id"), "part_partcategorystar", ["user_id"])
    op.create_table(
        "part_partparameter",
        key(),
        sa.Column("template_id", WHOLE, nullable=False),
        sa.Column("model_type", line(100), nullable=False),
        sa.Column("model_id", WHOLE, nullable=False),
        sa.Column("data", line(500), nullable=False),
        sa.Column("data_numeric", sa.Double(), nullable=True),
        sa.Column("note", line(500), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("updated_by_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_partparameter", "template_id", "part_partparametertemplate", "CASCADE"),
        references("part_partparameter", "updated_by_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partparameter"),
        unique("part_partparameter", "model_type", "model_id", "template_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partparameter_template_id"), "part_partparameter", ["template_id"])
    op.create_index(op.f("ix_part_partparameter_updated_by_id"), "part_partparameter", ["updated_by_id"])
    op.create_table(
        "build_build",
        key(),
        sa.Column("reference", line(64), nullable=False),
        sa.Column("reference_int", WHOLE, nullable=False),
        sa.Column("title", line(100), nullable=False),
        sa.Column("parent_id", WHOLE, nullable=True),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("sales_order_id", WHOLE, nullable=True),
        sa.Column("take_from_id", WHOLE, nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("destination_id", WHOLE, nullable=True),
        sa.Column("level", WHOLE, nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("completed", WHOLE, nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("batch", line(100), nullable=True),
        sa.Column("creation_date", sa.Date(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("completion_date", sa.Date(), nullable=True),
        sa.Column("completed_by_id", WHOLE, nullable=True),
        sa.Column("issued_by_id", WHOLE, nullable=True),
        sa.Column("responsible_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("priority", WHOLE, nullable=False),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("tree_path", line(700), nullable=False),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("build_build", "completed_by_id", "auth_user", "SET NULL"),
        references("build_build", "destination_id", "stock_stocklocation", "SET NULL"),
        references("build_build", "issued_by_id", "auth_user", "SET NULL"),
        references("build_build", "parent_id", "build_build", "SET NULL"),
        references("build_build", "part_id", "part_part", "CASCADE"),
        references("build_build", "project_code_id", "common_projectcode", "SET NULL"),
        references("build_build", "responsible_id", "users_owner", "SET NULL"),
        references("build_build", "sales_order_id", "order_salesorder", "SET NULL"),
        references("build_build", "take_from_id", "stock_stocklocation", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_build_build"),
        unique("build_build", "reference"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_build_build_barcode_hash"), "build_build", ["barcode_hash"])
    op.create_index(op.f("ix_build_build_completed_by_id"), "build_build", ["completed_by_id"])
    op.create_index(op.f("ix_build_build_destination_id"), "build_build", ["destination_id"])
    op.create_index(op.f("ix_build_build_issued_by_id"), "build_build", ["issued_by_id"])
    sparse("build_build", "parent_id")
    op.create_index(op.f("ix_build_build_part_id"), "build_build", ["part_id"])
    op.create_index(op.f("ix_build_build_project_code_id"), "build_build", ["project_code_id"])
    op.create_index(op.f("ix_build_build_reference_int"), "build_build", ["reference_int"])
    op.create_index(op.f("ix_build_build_responsible_id"), "build_build", ["responsible_id"])
    op.create_index(op.f("ix_build_build_sales_order_id"), "build_build", ["sales_order_id"])
    op.create_index(op.f("ix_build_build_status"), "build_build", ["status"])
    op.create_index(op.f("ix_build_build_take_from_id"), "build_build", ["take_from_id"])
    op.create_index(op.f("ix_build_build_tree_path"), "build_build", ["tree_path"])
    op.create_table(
        "company_manufacturerpart",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("manufacturer_id", WHOLE, nullable=True),
        sa.Column("MPN", line(100), nullable=True),
        sa.Column("link", line(2000), nullable=True),
        sa.Column("description", line(250), nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("company_manufacturerpart", "manufacturer_id", "company_company", "CASCADE"),
        references("company_manufacturerpart", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_company_manufacturerpart"),
        unique("company_manufacturerpart", "part_id", "manufacturer_id", "MPN"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_company_manufacturerpart_MPN"), "company_manufacturerpart", ["MPN"])
    op.create_index(op.f("ix_company_manufacturerpart_barcode_hash"), "company_manufacturerpart", ["barcode_hash"])
    op.create_index(
        op.f("ix_company_manufacturerpart_manufacturer_id"), "company_manufacturerpart", ["manufacturer_id"]
    )
    op.create_table(
        "order_salesorderlineitem",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("part_id", WHOLE, nullable=True),
        sa.Column("sale_price", Fixed(6), nullable=True),
        sa.Column("sale_price_currency", line(3), nullable=False),
        sa.Column("shipped", Fixed(5), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_salesorderlineitem", "order_id", "order_salesorder", "CASCADE"),
        references("order_salesorderlineitem", "part_id", "part_part", "SET NULL"),
        references("order_salesorderlineitem", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_salesorderlineitem"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_salesorderlineitem_order_id"), "order_salesorderlineitem", ["order_id"])
    op.create_index(op.f("ix_order_salesorderlineitem_part_id"), "order_salesorderlineitem", ["part_id"])
    op.create_index(
        op.f("ix_order_salesorderlineitem_project_code_id"), "order_salesorderlineitem", ["project_code_id"]
    )
    op.create_table(
        "order_transferorderlineitem",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("part_id", WHOLE, nullable=True),
        sa.Column("transferred", Fixed(5), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("order_transferorderlineitem", "order_id", "order_transferorder", "CASCADE"),
        references("order_transferorderlineitem", "part_id", "part_part", "SET NULL"),
        references("order_transferorderlineitem", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_transferorderlineitem"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_transferorderlineitem_order_id"), "order_transferorderlineitem", ["order_id"])
    op.create_index(op.f("ix_order_transferorderlineitem_part_id"), "order_transferorderlineitem", ["part_id"])
    op.create_index(
        op.f("ix_order_transferorderlineitem_project_code_id"), "order_transferorderlineitem", ["project_code_id"]
    )
    op.create_table(
        "part_bomitem",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("sub_part_id", WHOLE, nullable=False),
        sa.Column("reference", line(5000), nullable=False),
        sa.Column("raw_amount", line(25), nullable=False),
        sa.Column("piece_count", WHOLE, nullable=False),
        sa.Column("allow_variants", sa.Boolean(), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("consumable", sa.Boolean(), nullable=False),
        sa.Column("setup_quantity", Fixed(5), nullable=False),
        sa.Column("attrition", Fixed(3), nullable=False),
        sa.Column("rounding_multiple", Fixed(5), nullable=True),
        sa.Column("note", line(500), nullable=False),
        sa.Column("checksum", line(128), nullable=False),
        sa.Column("validated", sa.Boolean(), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_bomitem", "part_id", "part_part", "CASCADE"),
        references("part_bomitem", "sub_part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_bomitem"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_bomitem_part_id"), "part_bomitem", ["part_id"])
    op.create_index(op.f("ix_part_bomitem_sub_part_id"), "part_bomitem", ["sub_part_id"])
    op.create_table(
        "part_partinternalpricebreak",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("price", Fixed(6), nullable=True),
        references("part_partinternalpricebreak", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partinternalpricebreak"),
        unique("part_partinternalpricebreak", "part_id", "quantity"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "part_partpricing",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("scheduled_for_update", sa.Boolean(), nullable=False),
        sa.Column("bom_cost_min", Fixed(6), nullable=True),
        sa.Column("bom_cost_min_currency", line(3), nullable=False),
        sa.Column("bom_cost_max", Fixed(6), nullable=True),
        sa.Column("bom_cost_max_currency", line(3), nullable=False),
        sa.Column("purchase_cost_min", Fixed(6), nullable=True),
        sa.Column("purchase_cost_min_currency", line(3), nullable=False),
        sa.Column("purchase_cost_max", Fixed(6), nullable=True),
        sa.Column("purchase_cost_max_currency", line(3), nullable=False),
        sa.Column("internal_cost_min", Fixed(6), nullable=True),
        sa.Column("internal_cost_min_currency", line(3), nullable=False),
        sa.Column("internal_cost_max", Fixed(6), nullable=True),
        sa.Column("internal_cost_max_currency", line(3), nullable=False),
        sa.Column("supplier_price_min", Fixed(6), nullable=True),
        sa.Column("supplier_price_min_currency", line(3), nullable=False),
        sa.Column("supplier_price_max", Fixed(6), nullable=True),
        sa.Column("supplier_price_max_currency", line(3), nullable=False),
        sa.Column("variant_cost_min", Fixed(6), nullable=True),
        sa.Column("variant_cost_min_currency", line(3), nullable=False),
        sa.Column("variant_cost_max", Fixed(6), nullable=True),
        sa.Column("variant_cost_max_currency", line(3), nullable=False),
        sa.Column("override_min", Fixed(6), nullable=True),
        sa.Column("override_min_currency", line(3), nullable=False),
        sa.Column("override_max", Fixed(6), nullable=True),
        sa.Column("override_max_currency", line(3), nullable=False),
        sa.Column("overall_min", Fixed(6), nullable=True),
        sa.Column("overall_min_currency", line(3), nullable=False),
        sa.Column("overall_max", Fixed(6), nullable=True),
        sa.Column("overall_max_currency", line(3), nullable=False),
        sa.Column("sale_price_min", Fixed(6), nullable=True),
        sa.Column("sale_price_min_currency", line(3), nullable=False),
        sa.Column("sale_price_max", Fixed(6), nullable=True),
        sa.Column("sale_price_max_currency", line(3), nullable=False),
        sa.Column("sale_history_min", Fixed(6), nullable=True),
        sa.Column("sale_history_min_currency", line(3), nullable=False),
        sa.Column("sale_history_max", Fixed(6), nullable=True),
        sa.Column("sale_history_max_currency", line(3), nullable=False),
        sa.Column("currency", line(3), nullable=False),
        references("part_partpricing", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partpricing"),
        unique("part_partpricing", "part_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "part_partrelated",
        key(),
        sa.Column("part_1_id", WHOLE, nullable=False),
        sa.Column("part_2_id", WHOLE, nullable=False),
        sa.Column("note", line(500), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_partrelated", "part_1_id", "part_part", "CASCADE"),
        references("part_partrelated", "part_2_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partrelated"),
        unique("part_partrelated", "part_1_id", "part_2_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partrelated_part_2_id"), "part_partrelated", ["part_2_id"])
    op.create_table(
        "part_partsellpricebreak",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("price", Fixed(6), nullable=True),
        references("part_partsellpricebreak", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partsellpricebreak"),
        unique("part_partsellpricebreak", "part_id", "quantity"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "part_partstar",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("user_id", WHOLE, nullable=False),
        references("part_partstar", "part_id", "part_part", "CASCADE"),
        references("part_partstar", "user_id", "auth_user", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partstar"),
        unique("part_partstar", "part_id", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partstar_user_id"), "part_partstar", ["user_id"])
    op.create_table(
        "part_partstocktake",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("item_count", WHOLE, nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("cost_min", Fixed(6), nullable=True),
        sa.Column("cost_min_currency", line(3), nullable=False),
        sa.Column("cost_max", Fixed(6), nullable=True),
        sa.Column("cost_max_currency", line(3), nullable=False),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("note", prose(), nullable=False),
        references("part_partstocktake", "part_id", "part_part", "CASCADE"),
        references("part_partstocktake", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_partstocktake"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_partstocktake_part_id_date"), "part_partstocktake", ["part_id", "date"])
    op.create_index(op.f("ix_part_partstocktake_user_id"), "part_partstocktake", ["user_id"])
    op.create_table(
        "part_parttesttemplate",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("test_name", line(100), nullable=False),
        sa.Column("key", line(100), nullable=False),
        sa.Column("description", line(100), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("requires_value", sa.Boolean(), nullable=False),
        sa.Column("requires_attachment", sa.Boolean(), nullable=False),
        sa.Column("choices", line(5000), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_parttesttemplate", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_parttesttemplate"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_parttesttemplate_part_id_key"), "part_parttesttemplate", ["part_id", "key"])
    op.create_table(
        "build_buildline",
        key(),
        sa.Column("build_id", WHOLE, nullable=False),
        sa.Column("bom_item_id", WHOLE, nullable=False),
        sa.Column("consumed", Fixed(5), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        references("build_buildline", "bom_item_id", "part_bomitem", "CASCADE"),
        references("build_buildline", "build_id", "build_build", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_build_buildline"),
        unique("build_buildline", "build_id", "bom_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_build_buildline_bom_item_id"), "build_buildline", ["bom_item_id"])
    op.create_table(
        "part_bomitemsubstitute",
        key(),
        sa.Column("bom_item_id", WHOLE, nullable=False),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_bomitemsubstitute", "bom_item_id", "part_bomitem", "CASCADE"),
        references("part_bomitemsubstitute", "part_id", "part_part", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_bomitemsubstitute"),
        unique("part_bomitemsubstitute", "part_id", "bom_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_bomitemsubstitute_bom_item_id"), "part_bomitemsubstitute", ["bom_item_id"])
    op.create_table(
        "part_supplierpart",
        key(),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("supplier_id", WHOLE, nullable=False),
        sa.Column("SKU", line(100), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("manufacturer_part_id", WHOLE, nullable=True),
        sa.Column("link", line(2000), nullable=True),
        sa.Column("description", line(250), nullable=True),
        sa.Column("note", line(100), nullable=True),
        sa.Column("base_cost", Fixed(6), nullable=False),
        sa.Column("packaging", line(50), nullable=True),
        sa.Column("pack_quantity", line(25), nullable=False),
        sa.Column("pack_quantity_native", Fixed(10), nullable=False),
        sa.Column("multiple", WHOLE, nullable=False),
        sa.Column("available", Fixed(5), nullable=False),
        sa.Column("availability_updated", UtcDateTime(), nullable=True),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("part_supplierpart", "manufacturer_part_id", "company_manufacturerpart", "CASCADE"),
        references("part_supplierpart", "part_id", "part_part", "CASCADE"),
        references("part_supplierpart", "supplier_id", "company_company", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_supplierpart"),
        unique("part_supplierpart", "part_id", "supplier_id", "SKU"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_part_supplierpart_SKU"), "part_supplierpart", ["SKU"])
    op.create_index(op.f("ix_part_supplierpart_barcode_hash"), "part_supplierpart", ["barcode_hash"])
    sparse("part_supplierpart", "manufacturer_part_id")
    op.create_index(op.f("ix_part_supplierpart_supplier_id_SKU"), "part_supplierpart", ["supplier_id", "SKU"])
    op.create_table(
        "order_purchaseorderlineitem",
        key(),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("part_id", WHOLE, nullable=True),
        sa.Column("received", Fixed(5), nullable=False),
        sa.Column("purchase_price", Fixed(6), nullable=True),
        sa.Column("purchase_price_currency", line(3), nullable=False),
        sa.Column("build_order_id", WHOLE, nullable=True),
        sa.Column("destination_id", WHOLE, nullable=True),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_purchaseorderlineitem", "build_order_id", "build_build", "SET NULL"),
        references("order_purchaseorderlineitem", "destination_id", "stock_stocklocation", "SET NULL"),
        references("order_purchaseorderlineitem", "order_id", "order_purchaseorder", "CASCADE"),
        references("order_purchaseorderlineitem", "part_id", "part_supplierpart", "SET NULL"),
        references("order_purchaseorderlineitem", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_purchaseorderlineitem"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_order_purchaseorderlineitem_build_order_id"), "order_purchaseorderlineitem", ["build_order_id"]
    )
    op.create_index(
        op.f("ix_order_purchaseorderlineitem_destination_id"), "order_purchaseorderlineitem", ["destination_id"]
    )
    op.create_index(op.f("ix_order_purchaseorderlineitem_order_id"), "order_purchaseorderlineitem", ["order_id"])
    op.create_index(op.f("ix_order_purchaseorderlineitem_part_id"), "order_purchaseorderlineitem", ["part_id"])
    op.create_index(
        op.f("ix_order_purchaseorderlineitem_project_code_id"), "order_purchaseorderlineitem", ["project_code_id"]
    )
    op.create_table(
        "part_supplierpricebreak",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("price", Fixed(6), nullable=True),
        sa.Column("price_currency", line(3), nullable=False),
        references("part_supplierpricebreak", "part_id", "part_supplierpart", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_part_supplierpricebreak"),
        unique("part_supplierpricebreak", "part_id", "quantity"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stock_stockitem",
        key(),
        sa.Column("part_id", WHOLE, nullable=False),
        sa.Column("part_name", line(100), nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("serial", line(100), nullable=True),
        sa.Column("serial_int", WHOLE, nullable=False),
        sa.Column("batch", line(100), nullable=True),
        sa.Column("location_id", WHOLE, nullable=True),
        sa.Column("parent_id", WHOLE, nullable=True),
        sa.Column("belongs_to_id", WHOLE, nullable=True),
        sa.Column("build_id", WHOLE, nullable=True),
        sa.Column("consumed_by_id", WHOLE, nullable=True),
        sa.Column("customer_id", WHOLE, nullable=True),
        sa.Column("delete_on_deplete", sa.Boolean(), nullable=False),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("is_building", sa.Boolean(), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("owner_id", WHOLE, nullable=True),
        sa.Column("packaging", line(50), nullable=True),
        sa.Column("purchase_order_id", WHOLE, nullable=True),
        sa.Column("sales_order_id", WHOLE, nullable=True),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("status_custom_key", WHOLE, nullable=True),
        sa.Column("supplier_part_id", WHOLE, nullable=True),
        sa.Column("creation_date", UtcDateTime(), nullable=True),
        sa.Column("stocktake_date", sa.Date(), nullable=True),
        sa.Column("stocktake_user_id", WHOLE, nullable=True),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("purchase_price", Fixed(6), nullable=True),
        sa.Column("purchase_price_currency", line(3), nullable=False),
        sa.Column("barcode_data", line(500), nullable=False),
        sa.Column("barcode_hash", line(128), nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_stockitem_ck_stock_stockitem_quantity_not_negative")),
        references("stock_stockitem", "belongs_to_id", "stock_stockitem", "CASCADE"),
        references("stock_stockitem", "build_id", "build_build", "SET NULL"),
        references("stock_stockitem", "consumed_by_id", "build_build", "CASCADE"),
        references("stock_stockitem", "customer_id", "company_company", "SET NULL"),
        references("stock_stockitem", "location_id", "stock_stocklocation", "RESTRICT"),
        references("stock_stockitem", "owner_id", "users_owner", "SET NULL"),
        references("stock_stockitem", "parent_id", "stock_stockitem", "SET NULL"),
        references("stock_stockitem", "part_id", "part_part", "CASCADE"),
        references("stock_stockitem", "purchase_order_id", "order_purchaseorder", "SET NULL"),
        references("stock_stockitem", "sales_order_id", "order_salesorder", "SET NULL"),
        references("stock_stockitem", "stocktake_user_id", "auth_user", "SET NULL"),
        references("stock_stockitem", "supplier_part_id", "part_supplierpart", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_stock_stockitem"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stock_stockitem_barcode_hash"), "stock_stockitem", ["barcode_hash"])
    sparse("stock_stockitem", "batch")
    sparse("stock_stockitem", "belongs_to_id")
    sparse("stock_stockitem", "build_id")
    sparse("stock_stockitem", "consumed_by_id")
    op.create_index(op.f("ix_stock_stockitem_creation_date"), "stock_stockitem", ["creation_date"])
    sparse("stock_stockitem", "customer_id")
    op.create_index(
        op.f("ix_stock_stockitem_default_order"), "stock_stockitem", ["part_name", "quantity", "location_id", "pk"]
    )
    sparse("stock_stockitem", "expiry_date")
    op.create_index(
        op.f("ix_stock_stockitem_location_order"), "stock_stockitem", ["location_id", "part_name", "quantity", "pk"]
    )
    sparse("stock_stockitem", "owner_id")
    sparse("stock_stockitem", "parent_id")
    op.create_index(op.f("ix_stock_stockitem_part_id_serial_int"), "stock_stockitem", ["part_id", "serial_int"])
    sparse("stock_stockitem", "purchase_order_id")
    sparse("stock_stockitem", "sales_order_id")
    sparse("stock_stockitem", "serial")
    op.create_index(op.f("ix_stock_stockitem_status"), "stock_stockitem", ["status"])
    sparse("stock_stockitem", "stocktake_date")
    sparse("stock_stockitem", "stocktake_user_id")
    sparse("stock_stockitem", "supplier_part_id")
    op.create_index(op.f("ix_stock_stockitem_updated"), "stock_stockitem", ["updated"])
    op.create_table(
        "build_builditem",
        key(),
        sa.Column("build_line_id", WHOLE, nullable=True),
        sa.Column("stock_item_id", WHOLE, nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("install_into_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("build_builditem", "build_line_id", "build_buildline", "CASCADE"),
        references("build_builditem", "install_into_id", "stock_stockitem", "SET NULL"),
        references("build_builditem", "stock_item_id", "stock_stockitem", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_build_builditem"),
        unique("build_builditem", "build_line_id", "stock_item_id", "install_into_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_build_builditem_install_into_id"), "build_builditem", ["install_into_id"])
    op.create_index(op.f("ix_build_builditem_stock_item_id"), "build_builditem", ["stock_item_id"])
    op.create_table(
        "order_returnorderlineitem",
        key(),
        sa.Column("quantity", Fixed(5), nullable=False),
        sa.Column("order_id", WHOLE, nullable=False),
        sa.Column("item_id", WHOLE, nullable=False),
        sa.Column("received_date", sa.Date(), nullable=True),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("price", Fixed(6), nullable=True),
        sa.Column("price_currency", line(3), nullable=False),
        sa.Column("line", line(20), nullable=False),
        sa.Column("line_int", WHOLE, nullable=False),
        sa.Column("reference", line(100), nullable=False),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("link", line(2000), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("project_code_id", WHOLE, nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("discount", Fixed(2), nullable=False),
        references("order_returnorderlineitem", "item_id", "stock_stockitem", "CASCADE"),
        references("order_returnorderlineitem", "order_id", "order_returnorder", "CASCADE"),
        references("order_returnorderlineitem", "project_code_id", "common_projectcode", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_returnorderlineitem"),
        unique("order_returnorderlineitem", "order_id", "item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_returnorderlineitem_item_id"), "order_returnorderlineitem", ["item_id"])
    op.create_index(
        op.f("ix_order_returnorderlineitem_project_code_id"), "order_returnorderlineitem", ["project_code_id"]
    )
    op.create_table(
        "order_salesorderallocation",
        key(),
        sa.Column("line_id", WHOLE, nullable=False),
        sa.Column("shipment_id", WHOLE, nullable=True),
        sa.Column("item_id", WHOLE, nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        references("order_salesorderallocation", "item_id", "stock_stockitem", "CASCADE"),
        references("order_salesorderallocation", "line_id", "order_salesorderlineitem", "CASCADE"),
        references("order_salesorderallocation", "shipment_id", "order_salesordershipment", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_salesorderallocation"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_salesorderallocation_item_id"), "order_salesorderallocation", ["item_id"])
    op.create_index(op.f("ix_order_salesorderallocation_line_id"), "order_salesorderallocation", ["line_id"])
    op.create_index(op.f("ix_order_salesorderallocation_shipment_id"), "order_salesorderallocation", ["shipment_id"])
    op.create_table(
        "order_transferorderallocation",
        key(),
        sa.Column("line_id", WHOLE, nullable=False),
        sa.Column("item_id", WHOLE, nullable=False),
        sa.Column("quantity", Fixed(5), nullable=False),
        references("order_transferorderallocation", "item_id", "stock_stockitem", "CASCADE"),
        references("order_transferorderallocation", "line_id", "order_transferorderlineitem", "CASCADE"),
        sa.PrimaryKeyConstraint("pk", name="pk_order_transferorderallocation"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_transferorderallocation_item_id"), "order_transferorderallocation", ["item_id"])
    op.create_index(op.f("ix_order_transferorderallocation_line_id"), "order_transferorderallocation", ["line_id"])
    op.create_table(
        "stock_stockitemtestresult",
        key(),
        sa.Column("stock_item_id", WHOLE, nullable=False),
        sa.Column("template_id", WHOLE, nullable=True),
        sa.Column("result", sa.Boolean(), nullable=False),
        sa.Column("value", line(500), nullable=False),
        sa.Column("attachment", line(100), nullable=True),
        sa.Column("notes", line(500), nullable=False),
        sa.Column("test_station", line(500), nullable=False),
        sa.Column("started_datetime", UtcDateTime(), nullable=True),
        sa.Column("finished_datetime", UtcDateTime(), nullable=True),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("date", UtcDateTime(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        references("stock_stockitemtestresult", "stock_item_id", "stock_stockitem", "CASCADE"),
        references("stock_stockitemtestresult", "template_id", "part_parttesttemplate", "CASCADE"),
        references("stock_stockitemtestresult", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_stock_stockitemtestresult"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stock_stockitemtestresult_stock_item_id"), "stock_stockitemtestresult", ["stock_item_id"])
    op.create_index(op.f("ix_stock_stockitemtestresult_template_id"), "stock_stockitemtestresult", ["template_id"])
    op.create_index(op.f("ix_stock_stockitemtestresult_user_id"), "stock_stockitemtestresult", ["user_id"])
    op.create_table(
        "stock_stockitemtracking",
        key(),
        sa.Column("item_id", WHOLE, nullable=True),
        sa.Column("part_id", WHOLE, nullable=True),
        sa.Column("date", UtcDateTime(), nullable=False),
        sa.Column("tracking_type", WHOLE, nullable=False),
        sa.Column("notes", prose(), nullable=True),
        sa.Column("user_id", WHOLE, nullable=True),
        sa.Column("deltas", sa.JSON(), nullable=True),
        references("stock_stockitemtracking", "item_id", "stock_stockitem", "SET NULL"),
        references("stock_stockitemtracking", "part_id", "part_part", "SET NULL"),
        references("stock_stockitemtracking", "user_id", "auth_user", "SET NULL"),
        sa.PrimaryKeyConstraint("pk", name="pk_stock_stockitemtracking"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stock_stockitemtracking_date"), "stock_stockitemtracking", ["date"])
    op.create_index(op.f("ix_stock_stockitemtracking_item_id_date"), "stock_stockitemtracking", ["item_id", "date"])
    op.create_index(op.f("ix_stock_stockitemtracking_part_id_date"), "stock_stockitemtracking", ["part_id", "date"])
    sparse("stock_stockitemtracking", "user_id")


def downgrade() -> None:
    op.drop_table("stock_stockitemtracking")
    op.drop_table("stock_stockitemtestresult")
    op.drop_table("order_transferorderallocation")
    op.drop_table("order_salesorderallocation")
    op.drop_table("order_returnorderlineitem")
    op.drop_table("build_builditem")
    op.drop_table("stock_stockitem")
    op.drop_table("part_supplierpricebreak")
    op.drop_table("order_purchaseorderlineitem")
    op.drop_table("part_supplierpart")
    op.drop_table("part_bomitemsubstitute")
    op.drop_table("build_buildline")
    op.drop_table("part_parttesttemplate")
    op.drop_table("part_partstocktake")
    op.drop_table("part_partstar")
    op.drop_table("part_partsellpricebreak")
    op.drop_table("part_partrelated")
    op.drop_table("part_partpricing")
    op.drop_table("part_partinternalpricebreak")
    op.drop_table("part_bomitem")
    op.drop_table("order_transferorderlineitem")
    op.drop_table("order_salesorderlineitem")
    op.drop_table("company_manufacturerpart")
    op.drop_table("build_build")
    op.drop_table("part_partparameter")
    op.drop_table("part_partcategorystar")
    op.drop_table("part_partcategoryparametertemplate")
    op.drop_table("part_part")
    op.drop_table("order_salesordershipment")
    op.drop_table("order_salesorderextraline")
    op.drop_table("order_returnorderextraline")
    op.drop_table("order_purchaseorderextraline")
    op.drop_table("part_partparametertemplate")
    op.drop_table("part_partcategory")
    op.drop_table("order_transferorder")
    op.drop_table("order_salesorder")
    op.drop_table("order_returnorder")
    op.drop_table("order_purchaseorder")
    op.drop_table("common_selectionlistentry")
    op.drop_table("users_userprofile")
    op.drop_table("users_ruleset")
    op.drop_table("users_apitoken")
    op.drop_table("taggit_taggeditem")
    op.drop_table("stock_stocklocation")
    op.drop_table("report_reporttemplate")
    op.drop_table("report_labeltemplate")
    op.drop_table("plugin_pluginusersetting")
    op.drop_table("plugin_pluginsetting")
    op.drop_table("exchange_rate")
    op.drop_table("company_contact")
    op.drop_table("company_address")
    op.drop_table("common_selectionlist")
    op.drop_table("common_projectcode")
    op.drop_table("common_notificationmessage")
    op.drop_table("common_notesimage")
    op.drop_table("common_inventreeusersetting")
    op.drop_table("common_dataoutput")
    op.drop_table("common_barcodescanresult")
    op.drop_table("common_attachment")
    op.drop_table("bincard_idempotencyrecord")
    op.drop_table("auth_user_groups")
    op.drop_table("users_owner")
    op.drop_table("taggit_tag")
    op.drop_table("stock_stocklocationtype")
    op.drop_table("report_reportsnippet")
    op.drop_table("report_reportasset")
    op.drop_table("plugin_pluginconfig")
    op.drop_table("exchange_exchangebackend")
    op.drop_table("company_company")
    op.drop_table("common_notificationentry")
    op.drop_table("common_newsfeedentry")
    op.drop_table("common_inventreesetting")
    op.drop_table("common_inventreecustomuserstatemodel")
    op.drop_table("common_customunit")
    op.drop_table("bincard_stamp")
    op.drop_table("bincard_signinfailure")
    op.drop_table("auth_user")
    op.drop_table("auth_group")
