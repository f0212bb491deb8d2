"""Every setting of InvenTree 532: what it is called, its kind, default, choices and limits.

Only values that differ from the default are kept in the database. A setting's kind follows from its default: true or
false, a whole number, or a text. `number` is the `pk` that clients see; it stays the same whether a value is kept or
not. Lists follow the order here: switches and texts, then figures.
"""

from dataclasses import dataclass

__all__ = ["GLOBAL", "USER", "Setting", "SettingValue"]

SettingValue = bool | int | str


@dataclass(frozen=True)
class Setting:
    """One setting. `choices_of` names a source of choices that is kept elsewhere ("currency", "group"). `locked`: the
    server's set-up decides it, the API does not change it. `confirm_text`: clients ask before they change it."""

    number: int
    key: str
    default: SettingValue
    name: str
    description: str
    units: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    choices_of: str = ""
    minimum: int = 0
    maximum: int | None = None
    locked: bool = False
    confirm_text: str = ""

    @property
    def kind(self) -> str:
        """ "boolean", "integer" or "string" """
        if isinstance(self.default, bool):
            return "boolean"
        return "integer" if isinstance(self.default, int) else "string"

    def value_of(self, text: str | None) -> SettingValue:
        """The value that a kept text stands for, in the setting's own type; the default where nothing is kept."""
        if text is None:
            return self.default
        if self.kind == "boolean":
            return text.strip().lower() in ("1", "y", "yes", "t", "true", "on", "ok")
        if self.kind == "integer":
            try:
                return int(text)
            except ValueError:
                return self.default
        return text


# fmt: off
GLOBAL: dict[str, Setting] = {setting.key: setting for setting in (
    Setting(1, "INVENTREE_INSTANCE", "Bincard", "Server Instance Name", "String descriptor for the server instance"),
    Setting(2, "INVENTREE_COMPANY_NAME", "My company name", "Company name", "Internal company name"),
    Setting(
        3, "PURCHASEORDER_REFERENCE_PATTERN", "PO-{ref:04d}", "Purchase Order Reference Pattern",
        "Required pattern for generating Purchase Order reference field",
    ),
    Setting(4, "ENABLE_PLUGINS_URL", False, "Enable URL integration", "Enable plugins to add URL routes"),
    Setting(
        5, "ENABLE_PLUGINS_EVENTS", False, "Enable event integration",
        "Enable plugins to respond to internal events",
    ),
    Setting(
        6, "ENABLE_PLUGINS_SCHEDULE", False, "Enable schedule integration",
        "Enable plugins to run scheduled tasks",
    ),
    Setting(
        11, "DISPLAY_FULL_NAMES", False, "Display Users full names",
        "Display Users full names instead of usernames",
    ),
    Setting(
        12, "INVENTREE_ANNOUNCE_ID", False, "Announce ID",
        "Announce the instance ID of the server in the server status info (unauthenticated)",
    ),
    Setting(
        13, "LOGIN_ENABLE_SSO_REG", False, "Enable SSO registration",
        "Enable self-registration via SSO for users on the login pages",
    ),
    Setting(
        14, "LOGIN_ENABLE_REG", False, "Enable registration",
        "Enable self-registration for users on the login pages",
    ),
    Setting(
        15, "LOGIN_ENABLE_PWD_FORGOT", True, "Enable password forgot",
        "Enable password forgot function on the login pages",
    ),
    Setting(16, "PART_PURCHASEABLE", True, "Purchaseable", "Parts are purchaseable by default"),
    Setting(
        17, "LOGIN_ENFORCE_MFA", False, "Enforce MFA",
        "Users must use multifactor security.",
        confirm_text=(
            "Enabling this setting will require all users to set up multifactor authentication. All sessions"
            " will be disconnected immediately."
        ),
    ),
    Setting(18, "LABEL_ENABLE", True, "Enable label printing", "Enable label printing from the web interface"),
    Setting(
        20, "REPORT_FETCH_URLS", False, "Report URL Fetching",
        "Allow fetching of remote URLs when generating reports",
    ),
    Setting(21, "PART_ASSEMBLY", False, "Assembly", "Parts can be assembled from other components by default"),
    Setting(22, "PART_ENABLE_LOCKING", True, "Part Locking", "Enable locking of parts to prevent modification"),
    Setting(24, "PART_ENABLE_REVISION", True, "Part Revisions", "Enable revision field for Part"),
    Setting(
        25, "BUILDORDER_REFERENCE_PATTERN", "BO-{ref:04d}", "Build Order Reference Pattern",
        "Required pattern for generating Build Order reference field",
    ),
    Setting(
        26, "REPORT_DEFAULT_PAGE_SIZE", "A4", "Page Size",
        "Default page size for PDF reports",
        choices=(("A4", "A4"), ("A3", "A3"), ("Legal", "Legal"), ("Letter", "Letter")),
    ),
    Setting(
        27, "PRICING_USE_STOCK_PRICING", True, "Use Stock Item Pricing",
        "Use pricing from manually entered stock data for pricing calculations",
    ),
    Setting(
        28, "TRANSFERORDER_EDIT_COMPLETED_ORDERS", False, "Edit Completed Transfer Orders",
        "Allow editing of transfer orders after they have been completed",
    ),
    Setting(
        29, "RETURNORDER_REFERENCE_PATTERN", "RMA-{ref:04d}", "Return Order Reference Pattern",
        "Required pattern for generating Return Order reference field",
    ),
    Setting(
        30, "LOGIN_ENABLE_SSO_GROUP_SYNC", False, "Enable SSO group sync",
        "Enable synchronizing InvenTree groups with groups provided by the IdP",
    ),
    Setting(
        31, "INVENTREE_DEFAULT_CURRENCY", "USD", "Default Currency",
        "Select base currency for pricing calculations",
        choices_of="currency",
    ),
    Setting(
        32, "PART_BOM_ALLOW_ZERO_QUANTITY", False, "Allow BOM Zero Quantity",
        "Accept a zero quantity for BOM item for part. Enables using setup quantity to define a quantity"
        " required per build, independent of build quantity",
    ),
    Setting(
        33, "SALESORDER_SHIPMENT_REQUIRES_CHECK", False, "Shipment Requires Checking",
        "Prevent completion of shipments until items have been checked",
    ),
    Setting(35, "PART_COPY_BOM", True, "Copy Part BOM Data", "Copy BOM data by default when duplicating a part"),
    Setting(36, "PART_SALABLE", False, "Salable", "Parts are salable by default"),
    Setting(
        37, "PRICING_PURCHASE_HISTORY_OVERRIDES_SUPPLIER", False, "Purchase History Override",
        "Historical purchase order pricing overrides supplier price breaks",
    ),
    Setting(39, "LOGIN_MAIL_REQUIRED", False, "Email required", "Require user to supply mail on signup"),
    Setting(
        40, "PART_CREATE_SUPPLIER", True, "Initial Supplier Data",
        "Allow creation of initial supplier data when adding a new part",
    ),
    Setting(
        41, "PARAMETER_ENFORCE_UNITS", True, "Enforce Parameter Units",
        "If units are provided, parameter values must match the specified units",
    ),
    Setting(
        42, "RETURNORDER_REQUIRE_RESPONSIBLE", False, "Require Responsible Owner",
        "A responsible owner must be assigned to each order",
    ),
    Setting(
        43, "PART_ALLOW_DELETE_FROM_ASSEMBLY", False, "Allow Deletion from Assembly",
        "Allow deletion of parts which are used in an assembly",
    ),
    Setting(44, "DISPLAY_PROFILE_INFO", True, "Display User Profiles", "Display Users Profiles on their profile page"),
    Setting(
        46, "BUILDORDER_REQUIRE_VALID_BOM", False, "Require Valid BOM",
        "Prevent build order creation unless BOM has been validated",
    ),
    Setting(
        47, "PLUGIN_ON_STARTUP", False, "Check plugins on startup",
        "Check that all plugins are installed on startup - enable in container environments",
    ),
    Setting(
        48, "SALESORDER_BLOCK_INCOMPLETE_ITEM_TESTS", False, "Block Incomplete Item Tests",
        "Prevent allocation of stock items to sales orders if required item tests are incomplete",
    ),
    Setting(49, "LOGIN_ENABLE_SSO", False, "Enable SSO", "Enable SSO on the login pages"),
    Setting(
        50, "INVENTREE_BACKUP_ENABLE", False, "Automatic Backup",
        "Enable automatic backup of database and media files",
    ),
    Setting(51, "INVENTREE_PROTECT_EMAIL_LOG", False, "Protect Email Log", "Prevent deletion of email log entries"),
    Setting(52, "PART_INTERNAL_PRICE", False, "Internal Prices", "Enable internal prices for parts"),
    Setting(
        53, "PART_CATEGORY_DEFAULT_ICON", "", "Part Category Default Icon",
        "Part category default icon (empty means no icon)",
    ),
    Setting(54, "LOGIN_SIGNUP_MAIL_TWICE", False, "Mail twice", "On signup ask users twice for their mail"),
    Setting(
        55, "PREVENT_BUILD_COMPLETION_HAVING_INCOMPLETED_TESTS", False, "Block Until Tests Pass",
        "Prevent build outputs from being completed until all required tests pass",
    ),
    Setting(57, "BARCODE_SHOW_TEXT", False, "Barcode Show Data", "Display barcode data in browser as text"),
    Setting(58, "STOCK_ENABLE_EXPIRY", False, "Stock Expiry", "Enable stock expiry functionality"),
    Setting(
        59, "SIGNUP_GROUP", "", "Group on signup",
        "Group to which new users are assigned on registration. If SSO group sync is enabled, this group"
        " is only set if no group can be assigned from the IdP.",
        choices_of="group",
    ),
    Setting(
        61, "TRANSFERORDER_REQUIRE_RESPONSIBLE", False, "Require Responsible Owner",
        "A responsible owner must be assigned to each order",
    ),
    Setting(
        62, "STOCKTAKE_DELETE_OLD_ENTRIES", False, "Delete Old Stocktake Entries",
        "Delete stocktake entries older than the specified number of days",
    ),
    Setting(
        63, "BUILDORDER_REQUIRE_ACTIVE_PART", False, "Require Active Part",
        "Prevent build order creation for inactive parts",
    ),
    Setting(
        64, "PURCHASEORDER_MERGE_LINE_ITEMS", True, "Merge Purchase Order Line Items",
        "Merge new purchase order line items with existing lines that share the same part, destination, "
        "and target date",
    ),
    Setting(
        65, "INVENTREE_SHOW_SUPERUSER_BANNER", True, "Show superuser banner",
        "Show a warning banner in the UI when logged in as superuser",
    ),
    Setting(
        66, "PLUGIN_UPDATE_CHECK", True, "Check for plugin updates",
        "Enable periodic checks for updates to installed plugins",
    ),
    Setting(
        67, "BUILDORDER_EXTERNAL_REQUIRED", False, "Require External Build Orders",
        "Require an external build order when ordering assembled parts from an external supplier",
    ),
    Setting(
        68, "INVENTREE_STRICT_URLS", True, "Strict URL Validation",
        "Require schema specification when validating URLs",
    ),
    Setting(
        69, "MACHINE_PING_ENABLED", True, "Enable Machine Ping",
        "Enable periodic ping task of registered machines to check their status",
    ),
    Setting(
        71, "BARCODE_WEBCAM_SUPPORT", True, "Barcode Webcam Support",
        "Allow barcode scanning via webcam in browser",
    ),
    Setting(
        73, "BUILDORDER_REQUIRE_RESPONSIBLE", False, "Require Responsible Owner",
        "A responsible owner must be assigned to each order",
    ),
    Setting(
        74, "LOGIN_SIGNUP_MAIL_RESTRICTION", "", "Allowed domains",
        "Restrict signup to certain domains (comma-separated, starting with @)",
    ),
    Setting(
        76, "SSO_GROUP_MAP", "{}", "SSO group map",
        "A mapping from SSO groups to local InvenTree groups. If the local group does not exist, it will"
        " be created.",
    ),
    Setting(77, "PROJECT_CODES_ENABLED", False, "Enable project codes", "Enable project codes for tracking projects"),
    Setting(
        78, "PART_NAME_FORMAT",
        "{{ part.IPN if part.IPN }}{{ ' | ' if part.IPN }}{{ part.name }}{{ ' | ' if part.revision }}{{ "
        "part.revision if part.revision }}",
        "Part Name Display Format",
        "Format to display the part name",
    ),
    Setting(
        80, "STOCK_SHOW_INSTALLED_ITEMS", False, "Show Installed Stock Items",
        "Display installed stock items in stock tables",
    ),
    Setting(
        82, "INVENTREE_RESTRICT_ABOUT", False, "Restrict showing `about`",
        "Show the `about` modal only to superusers",
    ),
    Setting(
        83, "PART_BOM_USE_INTERNAL_PRICE", False, "Internal Price Override",
        "If available, internal prices override price range calculations",
    ),
    Setting(
        84, "TRANSFERORDER_REFERENCE_PATTERN", "TO-{ref:04d}", "Transfer Order Reference Pattern",
        "Required pattern for generating Transfer Order reference field",
    ),
    Setting(
        86, "PURCHASEORDER_REQUIRE_RESPONSIBLE", False, "Require Responsible Owner",
        "A responsible owner must be assigned to each order",
    ),
    Setting(
        87, "STOCK_ALLOW_EDIT_SERIAL", True, "Allow Edit Serial Number",
        "Allow editing of serial number for stock items",
    ),
    Setting(
        88, "SALESORDER_DEFAULT_SHIPMENT", False, "Sales Order Default Shipment",
        "Enable creation of default shipment with sales orders",
    ),
    Setting(
        89, "ENABLE_PLUGINS_INTERFACE", False, "Enable interface integration",
        "Enable plugins to integrate into the user interface",
    ),
    Setting(
        90, "SALESORDER_EDIT_COMPLETED_ORDERS", False, "Edit Completed Sales Orders",
        "Allow editing of sales orders after they have been shipped or completed",
    ),
    Setting(
        91, "INVENTREE_SHOW_ADMIN_BANNER", False, "Show admin banner",
        "Show a warning banner in the UI when logged in as admin",
    ),
    Setting(
        92, "TEST_STATION_DATA", False, "Enable Test Station Data",
        "Enable test station data collection for test results",
    ),
    Setting(
        93, "ENABLE_PLUGINS_NAVIGATION", False, "Enable navigation integration",
        "Enable plugins to integrate into navigation",
    ),
    Setting(94, "STOCK_ALLOW_EXPIRED_SALE", False, "Sell Expired Stock", "Allow sale of expired stock"),
    Setting(
        95, "PURCHASEORDER_EDIT_COMPLETED_ORDERS", False, "Edit Completed Purchase Orders",
        "Allow editing of purchase orders after they have been shipped or completed",
    ),
    Setting(
        96, "SERIAL_NUMBER_GLOBALLY_UNIQUE", False, "Globally Unique Serials",
        "Serial numbers for stock items must be globally unique",
    ),
    Setting(
        97, "BUILDORDER_REQUIRE_LOCKED_PART", False, "Require Locked Part",
        "Prevent build order creation for unlocked parts",
    ),
    Setting(98, "INVENTREE_BASE_URL", "", "Base URL", "Base URL for server instance", locked=True),
    Setting(99, "STOCK_ALLOW_EXPIRED_BUILD", False, "Build Expired Stock", "Allow building with expired stock"),
    Setting(
        100, "STOCKTAKE_EXCLUDE_EXTERNAL", False, "Exclude External Locations",
        "Exclude stock items in external locations from stocktake calculations",
    ),
    Setting(
        101, "LOGIN_SIGNUP_SSO_AUTO", True, "Auto-fill SSO users",
        "Automatically fill out user-details from SSO account-data",
    ),
    Setting(
        102, "BUILDORDER_REQUIRE_CLOSED_CHILDS", False, "Require Closed Child Orders",
        "Prevent build order completion until all child orders are closed",
    ),
    Setting(103, "INVENTREE_INSTANCE_TITLE", False, "Use instance name", "Use the instance name in the title-bar"),
    Setting(
        104, "PURCHASEORDER_AUTO_COMPLETE", True, "Auto Complete Purchase Orders",
        "Automatically mark purchase orders as complete when all line items are received",
    ),
    Setting(
        105, "SALESORDER_REQUIRE_RESPONSIBLE", False, "Require Responsible Owner",
        "A responsible owner must be assigned to each order",
    ),
    Setting(106, "INVENTREE_INSTANCE_ID", "", "Instance ID", "Unique identifier for this InvenTree instance"),
    Setting(
        107, "STOCK_MERGE_ON_TRANSFER", False, "Merge stock with existing stock on transfer by default",
        "Default state for merge stock on transfer behaviour. (Can be changed per transfer if desired)",
    ),
    Setting(108, "PART_VIRTUAL", False, "Virtual", "Parts are virtual by default"),
    Setting(
        109, "SALESORDER_SHIP_COMPLETE", False, "Mark Shipped Orders as Complete",
        "Sales orders marked as shipped will automatically be completed, bypassing the \"shipped\" status",
    ),
    Setting(111, "BARCODE_ENABLE", True, "Barcode Support", "Enable barcode scanner support in the web interface"),
    Setting(
        113, "STOCK_OWNERSHIP_CONTROL", False, "Stock Ownership Control",
        "Enable ownership control over stock locations and items",
    ),
    Setting(
        115, "STOCK_TRACKING_DELETE_OLD_ENTRIES", False, "Delete Old Stock Tracking Entries",
        "Delete stock tracking entries older than the specified number of days",
    ),
    Setting(
        116, "PRICING_ACTIVE_VARIANTS", False, "Active Variants Only",
        "Only use active variant parts for calculating variant pricing",
    ),
    Setting(117, "PART_ALLOW_DUPLICATE_IPN", True, "Allow Duplicate IPN", "Allow multiple parts to share the same IPN"),
    Setting(118, "PART_SHOW_RELATED", True, "Show related parts", "Display related parts for a part"),
    Setting(
        119, "PRICING_USE_SUPPLIER_PRICING", True, "Use Supplier Pricing",
        "Include supplier price breaks in overall pricing calculations",
    ),
    Setting(
        120, "STOCK_ENFORCE_BOM_INSTALLATION", True, "Check BOM when installing items",
        "Installed stock items must exist in the BOM for the parent part",
    ),
    Setting(
        121, "PURCHASEORDER_CONVERT_CURRENCY", False, "Convert Currency",
        "Convert item value to base currency when receiving stock",
    ),
    Setting(
        122, "STOCKTAKE_ENABLE", False, "Enable Stocktake",
        "Enable functionality for recording historical stock levels and value",
    ),
    Setting(
        123, "SALESORDER_REFERENCE_PATTERN", "SO-{ref:04d}", "Sales Order Reference Pattern",
        "Required pattern for generating Sales Order reference field",
    ),
    Setting(
        124, "STOCK_ALLOW_DELETE_SERIALIZED", True, "Delete Serialized Stock",
        "Allow deletion of stock items which have a serial number",
    ),
    Setting(
        125, "BARCODE_GENERATION_PLUGIN", "inventreebarcode", "Barcode Generation Plugin",
        "Plugin to use for internal barcode data generation",
        choices=(("inventreebarcode", "InvenTree Barcodes"),),
    ),
    Setting(
        126, "STOCK_BATCH_CODE_TEMPLATE", "", "Batch Code Template",
        "Template for generating default batch codes for stock items",
    ),
    Setting(
        127, "STOCK_DELETE_DEPLETED_DEFAULT", True, "Delete Depleted Stock",
        "Determines default behavior when a stock item is depleted",
    ),
    Setting(128, "PART_ALLOW_EDIT_IPN", True, "Allow Editing IPN", "Allow changing the IPN value while editing a part"),
    Setting(129, "PART_TEMPLATE", False, "Template", "Parts are templates by default"),
    Setting(130, "ENABLE_PLUGINS_APP", False, "Enable app integration", "Enable plugins to add apps"),
    Setting(
        131, "PRICING_AUTO_UPDATE", True, "Auto Update Pricing",
        "Automatically update part pricing when internal data changes",
    ),
    Setting(
        132, "SSO_GROUP_KEY", "groups", "SSO group key",
        "The name of the groups claim attribute provided by the IdP",
    ),
    Setting(
        133, "ENABLE_PLUGINS_MAILS", False, "Enable mail integration",
        "Enable plugins to process outgoing/incoming mails",
    ),
    Setting(134, "REPORT_DEBUG_MODE", False, "Debug Mode", "Generate reports in debug mode (HTML output)"),
    Setting(135, "PART_COMPONENT", True, "Component", "Parts can be used as sub-components by default"),
    Setting(
        136, "PART_CATEGORY_PARAMETERS", True, "Copy Category Parameter Templates",
        "Copy category parameter templates when creating a part",
    ),
    Setting(
        137, "STOCK_ALLOW_OUT_OF_STOCK_TRANSFER", False, "Allow Out of Stock Transfer",
        "Allow stock items which are not in stock to be transferred between stock locations",
    ),
    Setting(
        138, "TRANSFERORDER_ENABLED", False, "Enable Transfer Orders",
        "Enable transfer order functionality in the user interface",
    ),
    Setting(
        139, "SSO_REMOVE_GROUPS", True, "Remove groups outside of SSO",
        "Whether groups assigned to the user should be removed if they are not backend by the IdP. "
        "Disabling this setting might cause security issues",
    ),
    Setting(
        140, "STOCK_LOCATION_DEFAULT_ICON", "", "Stock Location Default Icon",
        "Stock location default icon (empty means no icon)",
    ),
    Setting(141, "PART_COPY_TESTS", True, "Copy Part Test Data", "Copy test data by default when duplicating a part"),
    Setting(
        142, "PART_REVISION_ASSEMBLY_ONLY", False, "Assembly Revision Only",
        "Only allow revisions for assembly parts",
    ),
    Setting(
        144, "PART_COPY_PARAMETERS", True, "Copy Part Parameter Data",
        "Copy parameter data by default when duplicating a part",
    ),
    Setting(
        145, "SERVER_RESTART_REQUIRED", False, "Restart required",
        "A setting has been changed which requires a server restart",
    ),
    Setting(
        146, "PART_CREATE_INITIAL", False, "Initial Stock Data",
        "Allow creation of initial stock when adding a new part",
    ),
    Setting(
        147, "WEEK_STARTS_ON", "1", "Week Starts On",
        "Starting day of the week, for display in calendar views",
        choices=(
            ("0", "Sunday"),
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
        ),
    ),
    Setting(148, "PART_TRACKABLE", False, "Trackable", "Parts are trackable by default"),
    Setting(
        149, "PRICING_USE_VARIANT_PRICING", True, "Use Variant Pricing",
        "Include variant pricing in overall pricing calculations",
    ),
    Setting(150, "REPORT_LOG_ERRORS", False, "Log Report Errors", "Log errors which occur when generating reports"),
    Setting(151, "REPORT_ENABLE", False, "Enable Reports", "Enable generation of reports"),
    Setting(152, "PART_IPN_REGEX", "", "IPN Regex", "Regular expression pattern for matching Part IPN"),
    Setting(
        153, "RETURNORDER_EDIT_COMPLETED_ORDERS", False, "Edit Completed Return Orders",
        "Allow editing of return orders after they have been completed",
    ),
    Setting(
        154, "CURRENCY_CODES", "AUD,CAD,CNY,EUR,GBP,JPY,NZD,USD", "Supported Currencies",
        "List of supported currency codes",
    ),
    Setting(
        157, "RETURNORDER_ENABLED", False, "Enable Return Orders",
        "Enable return order functionality in the user interface",
    ),
    Setting(158, "BARCODE_STORE_RESULTS", False, "Store Barcode Results", "Store barcode scan results in the database"),
    Setting(
        159, "BUILDORDER_EXTERNAL_BUILDS", False, "External Build Orders",
        "Enable external build order functionality",
    ),
    Setting(
        160, "CURRENCY_UPDATE_PLUGIN", "inventreecurrencyexchange", "Currency Update Plugin",
        "Currency update plugin to use",
        choices=(("", "No plugin"), ("inventreecurrencyexchange", "InvenTree Currency Exchange")),
    ),
    Setting(161, "LOGIN_SIGNUP_PWD_TWICE", True, "Password twice", "On signup ask users twice for their password"),
    Setting(
        19, "INVENTREE_BACKUP_DAYS", 1, "Auto Backup Interval",
        "Specify number of days between automated backup events",
        units="days",
        minimum=1,
    ),
    Setting(
        23, "LABEL_DPI", 300, "Label Image DPI",
        "DPI resolution when generating image files to supply to label printing plugins",
        minimum=100,
    ),
    Setting(
        34, "BARCODE_INPUT_DELAY", 50, "Barcode Input Delay",
        "Barcode input processing delay time",
        units="ms",
        minimum=1,
    ),
    Setting(
        38, "STOCK_STALE_DAYS", 0, "Stock Stale Time",
        "Number of days stock items are considered stale before expiring",
        units="days",
    ),
    Setting(
        45, "BARCODE_RESULTS_MAX_NUM", 100, "Barcode Scans Maximum Count",
        "Maximum number of barcode scan results to store",
        minimum=1,
    ),
    Setting(
        56, "PRICING_DECIMAL_PLACES_MIN", 0, "Minimum Pricing Decimal Places",
        "Minimum number of decimal places to display when rendering pricing data",
        maximum=4,
    ),
    Setting(
        60, "STOCKTAKE_DELETE_DAYS", 365, "Stocktake Deletion Interval",
        "Stocktake entries will be deleted after specified number of days",
        units="days",
    ),
    Setting(
        70, "STOCK_TRACKING_DELETE_DAYS", 365, "Stock Tracking Deletion Interval",
        "Stock tracking entries will be deleted after specified number of days",
        units="days",
    ),
    Setting(
        72, "CALENDAR_HORIZON_MONTHS", 12, "Calendar Horizon",
        "Number of months into the future to display in calendar views",
        units="months",
    ),
    Setting(
        75, "INVENTREE_UPDATE_CHECK_INTERVAL", 7, "Update Check Interval",
        "How often to check for updates (set to zero to disable)",
        units="days",
    ),
    Setting(
        79, "INVENTREE_DELETE_EMAIL_DAYS", 30, "Email Deletion Interval",
        "Email messages will be deleted after specified number of days",
        units="days",
        minimum=7,
    ),
    Setting(
        81, "PRICING_UPDATE_DAYS", 30, "Pricing Rebuild Interval",
        "Number of days before part pricing is automatically updated",
        units="days",
    ),
    Setting(
        85, "STOCKTAKE_AUTO_DAYS", 7, "Automatic Stocktake Period",
        "Number of days between automatic stocktake recording",
        units="days",
    ),
    Setting(
        110, "INVENTREE_DELETE_ERRORS_DAYS", 30, "Error Log Deletion Interval",
        "Error logs will be deleted after specified number of days",
        units="days",
        minimum=7,
    ),
    Setting(
        112, "INVENTREE_DELETE_TASKS_DAYS", 30, "Task Deletion Interval",
        "Background task results will be deleted after specified number of days",
        units="days",
        minimum=7,
    ),
    Setting(
        114, "INVENTREE_DELETE_NOTIFICATIONS_DAYS", 30, "Notification Deletion Interval",
        "User notifications will be deleted after specified number of days",
        units="days",
        minimum=7,
    ),
    Setting(
        143, "INVENTREE_UPLOAD_MAX_SIZE", 10, "Upload Size Limit",
        "Maximum allowable upload size for images and files",
        units="MB",
        minimum=1,
    ),
    Setting(
        155, "CURRENCY_UPDATE_INTERVAL", 1, "Currency Update Interval",
        "How often to update exchange rates (set to zero to disable)",
        units="days",
    ),
    Setting(
        156, "PRICING_DECIMAL_PLACES", 6, "Maximum Pricing Decimal Places",
        "Maximum number of decimal places to display when rendering pricing data",
        minimum=2,
        maximum=6,
    ),
    Setting(
        162, "PRICING_STOCK_ITEM_AGE_DAYS", 0, "Stock Item Pricing Age",
        "Exclude stock items older than this number of days from pricing calculations",
        units="days",
    ),
)}

USER: dict[str, Setting] = {setting.key: setting for setting in (
    Setting(
        1, "BARCODE_IN_FORM_FIELDS", False, "Barcode Scanner in Form Fields",
        "Allow barcode scanner input in form fields",
    ),
    Setting(
        2, "SEARCH_PREVIEW_SHOW_LOCATIONS", False, "Search Locations",
        "Display stock locations in search preview window",
    ),
    Setting(
        3, "SEARCH_HIDE_INACTIVE_PARTS", False, "Hide Inactive Parts",
        "Excluded inactive parts from search preview window",
    ),
    Setting(
        4, "SEARCH_PREVIEW_SHOW_SALES_ORDERS", True, "Search Sales Orders",
        "Display sales orders in search preview window",
    ),
    Setting(
        5, "REPORT_INLINE", False, "Inline report display",
        "Display PDF reports in the browser, instead of downloading as a file",
    ),
    Setting(6, "FORMS_CLOSE_USING_ESCAPE", False, "Escape Key Closes Forms", "Use the escape key to close modal forms"),
    Setting(
        7, "LAST_USED_PRINTING_MACHINES", "", "Last used printing machines",
        "Save the last used printing machines for a user",
    ),
    Setting(
        8, "SHOW_FULL_CATEGORY_IN_TABLES", False, "Show full part categories in tables",
        "Disabled: The full category path is displayed as a hover tooltip. Enabled: The full category "
        "path is displayed as plain text.",
    ),
    Setting(9, "SEARCH_PREVIEW_SHOW_PARTS", True, "Search Parts", "Display parts in search preview window"),
    Setting(
        10, "SEARCH_PREVIEW_EXCLUDE_INACTIVE_PURCHASE_ORDERS", True, "Exclude Inactive Purchase Orders",
        "Exclude inactive purchase orders from search preview window",
    ),
    Setting(
        11, "SEARCH_PREVIEW_SHOW_CATEGORIES", False, "Search Categories",
        "Display part categories in search preview window",
    ),
    Setting(
        12, "SEARCH_PREVIEW_SHOW_MANUFACTURER_PARTS", True, "Search Manufacturer Parts",
        "Display manufacturer parts in search preview window",
    ),
    Setting(13, "STICKY_TABLE_HEADER", False, "Fixed Table Headers", "Table headers are fixed to the top of the table"),
    Setting(14, "SHOW_SPOTLIGHT", True, "Show Spotlight", "Enable spotlight navigation functionality"),
    Setting(15, "SEARCH_REGEX", False, "Regex Search", "Enable regular expressions in search queries"),
    Setting(
        16, "SEARCH_PREVIEW_EXCLUDE_INACTIVE_SALES_ORDERS", True, "Exclude Inactive Sales Orders",
        "Exclude inactive sales orders from search preview window",
    ),
    Setting(
        17, "SEARCH_PREVIEW_EXCLUDE_INACTIVE_RETURN_ORDERS", True, "Exclude Inactive Return Orders",
        "Exclude inactive return orders from search preview window",
    ),
    Setting(
        18, "SEARCH_NOTES", False, "Search Notes",
        "Search queries return results for matches from the item's notes",
    ),
    Setting(
        19, "SEARCH_PREVIEW_SHOW_COMPANIES", True, "Search Companies",
        "Display companies in search preview window",
    ),
    Setting(
        20, "LABEL_INLINE", True, "Inline label display",
        "Display PDF labels in the browser, instead of downloading as a file",
    ),
    Setting(
        21, "SEARCH_PREVIEW_HIDE_UNAVAILABLE_STOCK", False, "Hide Unavailable Stock Items",
        "Exclude stock items which are not available from the search preview window",
    ),
    Setting(
        22, "SEARCH_PREVIEW_SHOW_SALES_ORDER_SHIPMENTS", True, "Search Sales Order Shipments",
        "Display sales order shipments in search preview window",
    ),
    Setting(
        23, "SEARCH_PREVIEW_SHOW_SUPPLIER_PARTS", True, "Search Supplier Parts",
        "Display supplier parts in search preview window",
    ),
    Setting(
        24, "LABEL_DEFAULT_PRINTER", "", "Default label printer",
        "Configure which label printer should be selected by default",
        choices=(
            ("inventreelabel", "InvenTreeLabel - InvenTree PDF label printer"),
            ("inventreelabelmachine", "InvenTreeLabelMachine - InvenTree machine label printer"),
        ),
    ),
    Setting(
        25, "SEARCH_PREVIEW_SHOW_PURCHASE_ORDERS", True, "Search Purchase Orders",
        "Display purchase orders in search preview window",
    ),
    Setting(26, "ICONS_IN_NAVBAR", False, "Navigation Icons", "Display icons in the navigation bar"),
    Setting(
        27, "DISPLAY_ITEMS_FINAL_LEVEL", False, "Display Items at Final Level",
        "Automatically default to showing items/parts instead of sub-levels for locations or categories "
        "with no children",
    ),
    Setting(
        28, "SEARCH_RESULTS_PREVIEW_PANEL", False, "Search Results Preview Panel",
        "Open search results in the preview panel, rather than navigating directly to the result",
    ),
    Setting(29, "SEARCH_PREVIEW_SHOW_STOCK", True, "Search Stock", "Display stock items in search preview window"),
    Setting(
        30, "SEARCH_PREVIEW_SHOW_BUILD_ORDERS", True, "Search Build Orders",
        "Display build orders in search preview window",
    ),
    Setting(
        31, "DISPLAY_STOCKTAKE_TAB", True, "Show Stock History",
        "Display stock history information in the part detail page",
    ),
    Setting(
        32, "DATE_DISPLAY_FORMAT", "YYYY-MM-DD", "Date Format",
        "Preferred format for displaying dates",
        choices=(
            ("YYYY-MM-DD", "2022-02-22"),
            ("YYYY/MM/DD", "2022/22/22"),
            ("DD-MM-YYYY", "22-02-2022"),
            ("DD/MM/YYYY", "22/02/2022"),
            ("MM-DD-YYYY", "02-22-2022"),
            ("MM/DD/YYYY", "02/22/2022"),
            ("MMM DD YYYY", "Feb 22 2022"),
        ),
    ),
    Setting(33, "SEARCH_WHOLE", False, "Whole Word Search", "Search queries return results for whole word matches"),
    Setting(34, "STICKY_HEADER", False, "Fixed Navbar", "The navbar position is fixed to the top of the screen"),
    Setting(
        35, "SHOW_EXTRA_MODEL_INFO", False, "Show Extra Model Information",
        "Display extra information in model selection dropdowns",
    ),
    Setting(
        36, "SEARCH_PREVIEW_SHOW_RETURN_ORDERS", True, "Search Return Orders",
        "Display return orders in search preview window",
    ),
    Setting(37, "ENABLE_LAST_BREADCRUMB", False, "Show Last Breadcrumb", "Show the current page in breadcrumbs"),
    Setting(
        38, "SHOW_BOM_SUBASSEMBLY_LEVELS", True, "Show Subassemblies in BOM table",
        "Enable display of subassemblies in the BOM table",
    ),
    Setting(
        39, "SHOW_FULL_LOCATION_IN_TABLES", False, "Show full stock location in tables",
        "Disabled: The full location path is displayed as a hover tooltip. Enabled: The full location "
        "path is displayed as plain text.",
    ),
    Setting(
        40, "SEARCH_PREVIEW_RESULTS", 10, "Search Preview Results",
        "Number of results to show in each section of the search preview window",
        minimum=1,
    ),
    Setting(
        41, "ENABLE_PREVIEW_PANEL", False, "Table Preview Panel",
        "Display a preview panel when selecting items in tables",
    ),
    Setting(42, "NOTIFICATION_ERROR_REPORT", True, "Receive error reports", "Receive notifications for system errors"),
)}
# fmt: on
