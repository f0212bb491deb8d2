"""InvenTree's content types: the number, the app and the name of each kind of object.

Some of its endpoints name a kind of object by that number, exports refer to it, and the names of permissions are made
from it. The numbers are those of a fresh InvenTree of API 532.
"""

from dataclasses import dataclass

__all__ = ["BY_LABEL", "BY_NUMBER", "CONTENT_TYPES", "ContentType"]


@dataclass(frozen=True)
class ContentType:
    """A kind of object; `model` is its name in lower case ("stockitem")."""

    pk: int
    app_label: str
    model: str
    app_labeled_name: str

    @property
    def label(self) -> str:
        """ "stock.stockitem" """
        return f"{self.app_label}.{self.model}"


CONTENT_TYPES = (
    ContentType(1, "auth", "user", "Authentication and Authorization | user"),
    ContentType(2, "part", "part", "Part | Part"),
    ContentType(3, "company", "manufacturerpart", "Company | Manufacturer Part"),
    ContentType(4, "admin", "logentry", "Administration | log entry"),
    ContentType(5, "build", "build", "Build | Build Order"),
    ContentType(6, "build", "builditem", "Build | build item"),
    ContentType(7, "build", "buildline", "Build | Build Order Line Item"),
    ContentType(8, "common", "inventreesetting", "Common | InvenTree Setting"),
    ContentType(9, "common", "inventreeusersetting", "Common | InvenTree User Setting"),
    ContentType(10, "common", "notificationentry", "Common | notification entry"),
    ContentType(11, "common", "webhookendpoint", "Common | webhook endpoint"),
    ContentType(12, "common", "webhookmessage", "Common | webhook message"),
    ContentType(13, "common", "notificationmessage", "Common | notification message"),
    ContentType(14, "common", "newsfeedentry", "Common | news feed entry"),
    ContentType(15, "common", "notesimage", "Common | notes image"),
    ContentType(16, "common", "projectcode", "Common | Project Code"),
    ContentType(17, "common", "customunit", "Common | Custom Unit"),
    ContentType(18, "common", "attachment", "Common | Attachment"),
    ContentType(19, "common", "inventreecustomuserstatemodel", "Common | Custom State"),
    ContentType(20, "common", "barcodescanresult", "Common | Barcode Scan"),
    ContentType(21, "common", "selectionlist", "Common | Selection List"),
    ContentType(22, "common", "selectionlistentry", "Common | Selection List Entry"),
    ContentType(23, "common", "dataoutput", "Common | data output"),
    ContentType(24, "common", "emailthread", "Common | Email Thread"),
    ContentType(25, "common", "emailmessage", "Common | Email Message"),
    ContentType(26, "common", "parametertemplate", "Common | Parameter Template"),
    ContentType(27, "common", "parameter", "Common | Parameter"),
    ContentType(28, "plugin", "pluginconfig", "Plugin | Plugin Configuration"),
    ContentType(29, "plugin", "pluginsetting", "Plugin | plugin setting"),
    ContentType(30, "plugin", "pluginusersetting", "Plugin | plugin user setting"),
    ContentType(31, "company", "company", "Company | Company"),
    ContentType(32, "company", "contact", "Company | Contact"),
    ContentType(33, "company", "supplierpart", "Company | Supplier Part"),
    ContentType(34, "company", "supplierpricebreak", "Company | Supplier Price Break"),
    ContentType(35, "company", "address", "Company | Address"),
    ContentType(36, "order", "purchaseorder", "Order | Purchase Order"),
    ContentType(37, "order", "purchaseorderlineitem", "Order | Purchase Order Line Item"),
    ContentType(38, "order", "salesorder", "Order | Sales Order"),
    ContentType(39, "order", "salesorderlineitem", "Order | Sales Order Line Item"),
    ContentType(40, "order", "salesorderallocation", "Order | Sales Order Allocation"),
    ContentType(41, "order", "salesordershipment", "Order | Sales Order Shipment"),
    ContentType(42, "order", "salesorderextraline", "Order | Sales Order Extra Line"),
    ContentType(43, "order", "purchaseorderextraline", "Order | Purchase Order Extra Line"),
    ContentType(44, "order", "returnorder", "Order | Return Order"),
    ContentType(45, "order", "returnorderextraline", "Order | Return Order Extra Line"),
    ContentType(46, "order", "returnorderlineitem", "Order | Return Order Line Item"),
    ContentType(47, "order", "transferorder", "Order | Transfer Order"),
    ContentType(48, "order", "transferorderlineitem", "Order | Transfer Order Line Item"),
    ContentType(49, "order", "transferorderallocation", "Order | Transfer Order Allocation"),
    ContentType(50, "part", "bomitem", "Part | BOM Item"),
    ContentType(51, "part", "partcategory", "Part | Part Category"),
    ContentType(52, "part", "partstar", "Part | part star"),
    ContentType(53, "part", "parttesttemplate", "Part | Part Test Template"),
    ContentType(54, "part", "partsellpricebreak", "Part | Part Sale Price Break"),
    ContentType(55, "part", "partrelated", "Part | part related"),
    ContentType(56, "part", "partcategoryparametertemplate", "Part | Part Category Parameter Template"),
    ContentType(57, "part", "partinternalpricebreak", "Part | Part Internal Price Break"),
    ContentType(58, "part", "bomitemsubstitute", "Part | BOM Item Substitute"),
    ContentType(59, "part", "partcategorystar", "Part | part category star"),
    ContentType(60, "part", "partpricing", "Part | part pricing"),
    ContentType(61, "part", "partstocktake", "Part | part stocktake"),
    ContentType(62, "report", "reportasset", "Report | report asset"),
    ContentType(63, "report", "reportsnippet", "Report | report snippet"),
    ContentType(64, "report", "reporttemplate", "Report | report template"),
    ContentType(65, "report", "labeltemplate", "Report | label template"),
    ContentType(66, "stock", "stockitem", "Stock | Stock Item"),
    ContentType(67, "stock", "stocklocation", "Stock | Stock Location"),
    ContentType(68, "stock", "stockitemtracking", "Stock | Stock Item Tracking"),
    ContentType(69, "stock", "stockitemtestresult", "Stock | Stock Item Test Result"),
    ContentType(70, "stock", "stocklocationtype", "Stock | Stock Location type"),
    ContentType(71, "users", "ruleset", "Users | rule set"),
    ContentType(72, "users", "owner", "Users | owner"),
    ContentType(73, "users", "apitoken", "Users | API Token"),
    ContentType(74, "users", "userprofile", "Users | user profile"),
    ContentType(75, "machine", "machineconfig", "Machine | machine config"),
    ContentType(76, "machine", "machinesetting", "Machine | machine setting"),
    ContentType(77, "importer", "dataimportsession", "Importer | data import session"),
    ContentType(78, "importer", "dataimportrow", "Importer | data import row"),
    ContentType(79, "importer", "dataimportcolumnmap", "Importer | data import column map"),
    ContentType(80, "auth", "permission", "Authentication and Authorization | permission"),
    ContentType(81, "auth", "group", "Authentication and Authorization | group"),
    ContentType(82, "contenttypes", "contenttype", "Content Types | content type"),
    ContentType(83, "sessions", "session", "Sessions | session"),
    ContentType(84, "exchange", "exchangebackend", "Exchange | exchange backend"),
    ContentType(85, "exchange", "rate", "Exchange | rate"),
    ContentType(86, "error_report", "error", "Error_Report | Error"),
    ContentType(87, "django_q", "schedule", "Background Tasks | Scheduled task"),
    ContentType(88, "django_q", "task", "Background Tasks | Task"),
    ContentType(89, "django_q", "failure", "Background Tasks | Failed task"),
    ContentType(90, "django_q", "success", "Background Tasks | Successful task"),
    ContentType(91, "django_q", "ormq", "Background Tasks | Queued task"),
    ContentType(92, "taggit", "tag", "Taggit | tag"),
    ContentType(93, "taggit", "taggeditem", "Taggit | tagged item"),
    ContentType(94, "flags", "flagstate", "Django Flags | flag state"),
    ContentType(95, "account", "emailaddress", "Accounts | email address"),
    ContentType(96, "account", "emailconfirmation", "Accounts | email confirmation"),
    ContentType(97, "socialaccount", "socialaccount", "Social Accounts | social account"),
    ContentType(98, "socialaccount", "socialapp", "Social Accounts | social application"),
    ContentType(99, "socialaccount", "socialtoken", "Social Accounts | social application token"),
    ContentType(100, "mfa", "authenticator", "MFA | authenticator"),
    ContentType(101, "usersessions", "usersession", "User Sessions | user session"),
    ContentType(102, "otp_totp", "totpdevice", "Otp_Totp | TOTP device"),
    ContentType(103, "otp_static", "staticdevice", "Otp_Static | static device"),
    ContentType(104, "otp_static", "statictoken", "Otp_Static | static token"),
    ContentType(105, "oauth2_provider", "application", "Django OAuth Toolkit | application"),
    ContentType(106, "oauth2_provider", "accesstoken", "Django OAuth Toolkit | access token"),
    ContentType(107, "oauth2_provider", "grant", "Django OAuth Toolkit | grant"),
    ContentType(108, "oauth2_provider", "refreshtoken", "Django OAuth Toolkit | refresh token"),
    ContentType(109, "oauth2_provider", "idtoken", "Django OAuth Toolkit | id token"),
    ContentType(110, "oauth2_provider", "devicegrant", "Django OAuth Toolkit | device grant"),
    ContentType(111, "django_mailbox", "mailbox", "Mail Box | Mailbox"),
    ContentType(112, "django_mailbox", "message", "Mail Box | E-mail message"),
    ContentType(113, "django_mailbox", "messageattachment", "Mail Box | Message attachment"),
)

BY_NUMBER = {kind.pk: kind for kind in CONTENT_TYPES}
BY_LABEL = {kind.label: kind for kind in CONTENT_TYPES}
