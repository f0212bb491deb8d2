"""Who may do what: users, groups, rule sets, owners, profiles and tokens."""

from sqlalchemy import UniqueConstraint

from server.db.columns import Base, boolean, char, day, email, foreign, json_field, moment, positive
from server.db.models.mixins import Keyed, Metadata, autoincrement

__all__ = ["ApiToken", "Group", "Owner", "RuleSet", "User", "UserGroup", "UserProfile"]


class User(Keyed, Base):
    """Someone who signs in."""

    __tablename__ = "auth_user"
    __table_args__ = autoincrement()

    password = char(255, "Password", blank=True)
    username = char(150, "Username", "Username", unique=True)
    first_name = char(150, "First Name", "First name of the user", blank=True)
    last_name = char(150, "Last Name", "Last name of the user", blank=True)
    email = email("Email", "Email address of the user", null=False)
    is_staff = boolean("Administrator", "Does this user have administrative permissions")
    is_superuser = boolean("Superuser", "Is this user a superuser")
    is_active = boolean("Active", "Is this user account active", default=True)
    last_login = moment("Last login")
    date_joined = moment("Date joined", null=False)


class Group(Keyed, Base):
    """A group of users; its rule sets say what its members may do."""

    __tablename__ = "auth_group"
    __table_args__ = autoincrement()

    name = char(150, "Name", unique=True)


class UserGroup(Keyed, Base):
    """That a user is in a group."""

    __tablename__ = "auth_user_groups"
    __table_args__ = autoincrement(UniqueConstraint("user_id", "group_id"))

    user_id = foreign("auth_user", "User", on_delete="CASCADE", index=False)
    group_id = foreign("auth_group", "Group", on_delete="CASCADE")


class RuleSet(Keyed, Base):
    """What one group may do in one area ("stock", "part", ...)."""

    __tablename__ = "users_ruleset"
    __table_args__ = autoincrement(UniqueConstraint("name", "group_id"))

    name = char(50, "Name", "Permission set")
    group_id = foreign("auth_group", "Group", "Group", on_delete="CASCADE")
    can_view = boolean("View", "Permission to view items", default=False)
    can_add = boolean("Add", "Permission to add items", default=False)
    can_change = boolean("Change", "Permissions to edit items", default=False)
    can_delete = boolean("Delete", "Permission to delete items", default=False)


class Owner(Keyed, Base):
    """A user or a group, as something that things can belong to. `owner_type` is "user" or "group", `owner_id` the key
    of that user or group."""

    __tablename__ = "users_owner"
    __table_args__ = autoincrement(UniqueConstraint("owner_type", "owner_id"))

    owner_type = char(20, "Owner type")
    owner_id = positive("Owner id", null=True)


class UserProfile(Keyed, Metadata, Base):
    """What a user says of themselves, and how their screens look."""

    __tablename__ = "users_userprofile"
    __table_args__ = autoincrement()

    user_id = foreign("auth_user", "User", on_delete="CASCADE", unique=True)
    language = char(10, "Language", "Preferred language for the user", null=True, blank=True)
    theme = json_field("Theme", "Settings for the web UI as JSON - do not edit manually!")
    widgets = json_field("Widgets", "Settings for the dashboard widgets as JSON - do not edit manually!")
    displayname = char(255, "Display Name", "Chosen display name for the user", null=True, blank=True)
    position = char(255, "Position", "Main job title or position", null=True, blank=True)
    status = char(2000, "Status", "User status message", null=True, blank=True)
    location = char(2000, "Location", "User location information", null=True, blank=True)
    active = boolean("Active", "User is actively using the system", default=True)
    contact = char(255, "Contact", "Preferred contact information for the user", null=True, blank=True)
    type = char(10, "User Type", "Which type of user is this?", default="internal")
    organisation = char(255, "Organisation", "Users primary organisation/affiliation", null=True, blank=True)
    primary_group_id = foreign(
        "auth_group", "Primary Group", "Primary group for the user", null=True, on_delete="SET NULL"
    )


class ApiToken(Keyed, Metadata, Base):
    """A token that a program signs in with. Only its hash is kept: `key_hash` is the SHA-256 of the token in hex,
    `redacted` what may be shown of it ("inv-ede0****...3ac-20261122")."""

    __tablename__ = "users_apitoken"
    __table_args__ = autoincrement()

    key_hash = char(64, "Key hash", unique=True)
    redacted = char(100, "Token", blank=True)
    name = char(100, "Token Name", "Custom token name", blank=True)
    user_id = foreign("auth_user", "User", "User", on_delete="CASCADE")
    created = moment("Created", null=False)
    expiry = day("Expiry Date", "Token expiry date", null=False)
    last_seen = day("Last Seen", "Last time the token was used")
    revoked = boolean("Revoked", "Token has been revoked", default=False)
