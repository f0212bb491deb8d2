"""Users: the list that staff keeps, and what everybody may see and change of themselves."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from server.actions.users import (
    check_password,
    complete_groups_of,
    complete_user,
    keep_a_superuser,
    remove_user,
    set_groups,
    set_password,
)
from server.auth.attempts import Attempts
from server.auth.passwords import verify_password
from server.auth.replays import NOT_KEPT
from server.db.models.users import Group, User, UserGroup, UserProfile
from server.domain.errors import Forbidden, InvalidInput, NotFound
from server.domain.roles import permissions_of, roles_of
from server.resources.roles import GROUP
from server.rest import fields as f
from server.rest.access import AdminWrites, Authenticated
from server.rest.context import Answer, Context
from server.rest.filters import Set, read_boolean
from server.rest.many import rows_by_key
from server.rest.query import Column, Detail, Many, Planner, Reader, WriteOnly
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, member_metadata, shape

__all__ = ["RESOURCES"]

USERNAME = re.compile(r"[\w.@+-]+")
BAD_USERNAME = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
KINDS = (("bot", "Bot"), ("internal", "Internal"), ("external", "External"), ("guest", "Guest"))


# ------------------------------------------------------------------------------------------------- profiles

PROFILE_BRIEF = shape(
    UserProfile,
    "displayname",
    "position",
    "status",
    "location",
    "active",
    "contact",
    Column(
        name="type",
        field=f.Choice(
            label="User Type", help_text="Which type of user is this?", choices=KINDS, max_length=10, required=False,
            meta={"default": "internal"},
        ),
    ),
    "organisation",
    "primary_group",
)  # fmt: skip

PROFILE = shape(UserProfile, "language", "theme", "widgets", *PROFILE_BRIEF.members)

PROFILE_FIELDS = {member.name: member.field for member in PROFILE.members if member.field is not None}

EMPTY_PROFILE: dict[str, Any] = {**dict.fromkeys(PROFILE_FIELDS), "active": True, "type": "internal"}


def _profile_member(of: Any, empty: Callable[[], Any]) -> Many:
    """The member "profile" of users; `empty` is that of users who have none yet (imported ones)."""

    def load(
        planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
    ) -> Mapping[int, dict[str, Any]]:
        found = rows_by_key(planner, reader, of.plus(Column(name="user")), "user", keys)
        return {user: {key: value for key, value in rows[0].items() if key != "user"} for user, rows in found.items()}

    fields = {member.name: member.field for member in of.members}
    return Many(name="profile", load=load, empty=empty, field=f.Nested(read_only=True, fields=fields))


def _nothing() -> Any:
    return None


# ------------------------------------------------------------------------------------------------- users

_MEMBERSHIP = shape(
    UserGroup, "user", Detail(name="group", via="group", shape=GROUP.but("permissions", "roles", "users"))
)


def _groups(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, list[dict[str, Any]]]:
    found = rows_by_key(planner, reader, _MEMBERSHIP, "user", keys, order=("group",))
    return {user: [row["group"] for row in rows] for user, rows in found.items()}


def _group_entry() -> dict[str, Any]:
    """What OPTIONS tells of each group of a user: all that a group has, although only key and name are given out."""
    entry = f.Nested(name="entry", read_only=True, fields={}).metadata()
    del entry["label"]
    return {**entry, "children": {member.name: member_metadata(member) for member in GROUP.members}}


GROUPS_MEMBER = Many(
    name="groups", load=_groups,
    field=f.Any_(
        label="groups", read_only=True, meta={"filters": {}, "child": _group_entry()},
        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
    ),
)  # fmt: skip


def _user_shape(*, told_read_only: bool) -> Any:
    """`told_read_only`: the form for new users calls these switches read-only, although they are taken."""
    switch = {"default": False} | ({"read_only": True} if told_read_only else {})
    return shape(
        User,
        "pk",
        col("username"),
        col("first_name", required=True),
        col("last_name", required=True),
        col("email", required=True),
        GROUPS_MEMBER,
        WriteOnly(
            name="group_ids", field=f.ListOf(child=f.Related(model=Group), required=False, meta={"child": f.UNSET})
        ),
        col("is_staff", meta=switch),
        col("is_superuser", meta=switch),
        "is_active",
        _profile_member(PROFILE_BRIEF, _nothing),
    )  # fmt: skip


def _check_user(context: Context, values: dict[str, Any], row: User | None) -> None:
    """Who may change whom, and that the name is good and free."""
    caller = context.user
    if not caller.is_superuser:
        if "is_superuser" in values:
            raise Forbidden("Only a superuser can adjust this field")
        if row is not None and row.is_superuser:
            raise Forbidden("Only a superuser can change a superuser")
    if "username" in values:
        _check_username(context, values["username"], row)
    if row is not None:
        stays = values.get("is_superuser", row.is_superuser) and values.get("is_active", row.is_active)
        keep_a_superuser(context.session, row, stays=bool(stays))


def _check_username(context: Context, username: str, row: User | None) -> None:
    if not USERNAME.fullmatch(username):
        raise InvalidInput(BAD_USERNAME, field="username")
    other = context.session.scalar(select(User.pk).where(User.username == username))
    if other is not None and (row is None or row.pk != other):
        raise InvalidInput("A user with that username already exists.", field="username")


def _before_user(context: Context, row: User, values: Mapping[str, Any], created: bool) -> None:
    if created:
        row.password = ""  # nobody signs in until a password was set
        row.date_joined = context.now


def _after_user(context: Context, row: User, values: Mapping[str, Any], created: bool) -> None:
    if created:
        complete_user(context.session, row.pk)
    if "group_ids" in values:
        set_groups(context.session, row.pk, values["group_ids"])
    elif "is_active" in values or "is_superuser" in values:
        complete_groups_of(context.session, row.pk)


def _delete_user(context: Context, row: User, told: Mapping[str, Any]) -> None:
    if row.is_superuser and not context.user.is_superuser:
        raise Forbidden("Only a superuser can change a superuser")
    remove_user(context.session, row)


_HOOKS = Hooks(prepare=_check_user, before_save=_before_user, after_save=_after_user, delete=_delete_user)
_WHO = (
    "\n\nPermissions:\n- Staff users (who also have the 'admin' role) can perform write operations\n"
    "- Otherwise authenticated users have read-only access"
)

USERS = Resource(
    path="user/", access=AdminWrites(), shape=_user_shape(told_read_only=True), title="User", can=("list", "create"),
    list_about=f"List endpoint for detail on all users.{_WHO}",
    filters=(Set("is_staff"), Set("is_active"), Set("is_superuser")),
    search=("first_name", "last_name", "username"),
    ordering={
        name: name
        for name in ("email", "username", "first_name", "last_name", "is_staff", "is_superuser", "is_active")
    },
    hooks=_HOOKS,
)  # fmt: skip

USER = Resource(
    path="user/", access=AdminWrites(), shape=_user_shape(told_read_only=False), title="User",
    can=("detail", "update", "delete"), detail_about=f"Detail endpoint for a single user.{_WHO}", hooks=_HOOKS,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- oneself

_ME = Resource(
    path="user/me/", access=Authenticated(), main=False, title="Me User",
    shape=shape(
        User,
        "pk",
        "username",
        col("first_name", required=True),
        col("last_name", required=True),
        col("email", required=True),
        GROUPS_MEMBER,
        col("is_staff", read_only=True),
        col("is_superuser", read_only=True),
        col("is_active", read_only=True),
        _profile_member(PROFILE, EMPTY_PROFILE.copy),
    ),
    hooks=Hooks(prepare=_check_user, delete=_delete_user),
)  # fmt: skip


def _rights(context: Context) -> dict[str, Any]:
    caller = context.user
    return {
        "roles": roles_of(caller.allowed, caller.is_superuser),
        "permissions": permissions_of(caller.allowed, caller.is_superuser),
    }


def _me(context: Context) -> dict[str, Any]:
    me = _ME.one(context, context.user.pk, kind="detail")
    return me | _rights(context) if read_boolean(context.query.get("roles")) else me


def _change_me(context: Context, *, partial: bool) -> dict[str, Any]:
    change = _ME.patch if partial else _ME.put
    return dict(change(context, pk=context.user.pk).payload) | _rights(context)


ME = Endpoint(
    path="user/me/", access=Authenticated(), title="Me User Detail", model=User,
    description="Detail endpoint for current user.\n\nPermissions:\n"
    "- User can edit their own details via this endpoint\n- Only a subset of fields are available here",
    methods={
        "GET": Route(_me),
        "PUT": Route(lambda context: _change_me(context, partial=False), writes=True),
        "PATCH": Route(lambda context: _change_me(context, partial=True), writes=True),
        "DELETE": Route(lambda context: _ME.delete(context, pk=context.user.pk), writes=True),
    },
    body=_ME.writable(creating=False),
)  # fmt: skip


def _roles(context: Context) -> dict[str, Any]:
    caller = context.user
    rights = _rights(context)
    return {
        "user": caller.pk, "username": caller.username, **rights, "is_staff": caller.is_staff,
        "is_superuser": caller.is_superuser,
    }  # fmt: skip


ROLES = [
    Endpoint(
        path=path, access=Authenticated(), methods={"GET": Route(_roles)}, title="Role Details",
        description="API endpoint which lists the available role permissions for the current user.",
    )
    for path in ("user/roles/", "user/me/roles/")
]  # fmt: skip


def _profile(context: Context) -> dict[str, Any]:
    keyed = PROFILE.plus(Column(name="user"))
    found = rows_by_key(context.planner, context.reader, keyed, "user", [context.user.pk])
    rows = found.get(context.user.pk)
    return {name: rows[0][name] for name in PROFILE_FIELDS} if rows else dict(EMPTY_PROFILE)


def _change_profile(context: Context, *, partial: bool) -> dict[str, Any]:
    values = f.read_body(PROFILE_FIELDS, context.body(), context, partial=partial)
    user = context.user.pk
    row = context.session.scalars(select(UserProfile).where(UserProfile.user_id == user)).one_or_none()
    if row is None:
        row = UserProfile(user_id=user, active=True, type="internal")
        context.session.add(row)
    for name, value in values.items():
        setattr(row, "primary_group_id" if name == "primary_group" else name, value)
    context.session.flush()
    return _profile(context)


MY_PROFILE = Endpoint(
    path="user/me/profile/", access=Authenticated(), title="User Profile Detail", model=UserProfile,
    description="Detail endpoint for the user profile.\n\nPermissions:\n"
    "- Any authenticated user has write access against this endpoint\n"
    "- The endpoint always returns the profile associated with the current user",
    methods={
        "GET": Route(_profile),
        "PUT": Route(lambda context: _change_profile(context, partial=False), writes=True),
        "PATCH": Route(lambda context: _change_profile(context, partial=True), writes=True),
    },
    body=PROFILE_FIELDS, shown=PROFILE_FIELDS,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- passwords

PASSWORD = {
    "password": f.String(label="Password", help_text="Password for the user", trim=False, markup=True),
    "override_warning": f.Boolean(
        label="Override warning", help_text="Override the warning about password rules", required=False
    ),
    "current_password": f.String(
        label="Current password", trim=False, markup=True, required=False,
        help_text="Your present password; needed by those who change their own and are no administrators",
    ),
}  # fmt: skip


def _set_password(context: Context, pk: int) -> Answer:
    """Hashing takes long: it is done before the writing transaction begins, so that nobody waits for it."""
    caller = context.user
    user = _user_to_change(context, pk)
    partial = context.incoming.method == "PATCH"
    values = f.read_body(PASSWORD, context.body(), context, partial=partial)
    if caller.pk == pk and not _is_admin(context):
        _check_current(context, user, values.get("current_password"))
    password = values.get("password")
    if password:
        if not values.get("override_warning"):
            _check_strength(user, password)
        set_password(user, password)
        changed = user.password
        context.api.database.run_write(lambda session: setattr(session.get(User, pk), "password", changed))
    return Answer({}, headers=dict(NOT_KEPT))


def _is_admin(context: Context) -> bool:
    caller = context.user
    return caller.is_superuser or (caller.is_staff and caller.may("admin", "change"))


def _user_to_change(context: Context, pk: int) -> User:
    """A copy of the user whose password is to be changed. Raises Forbidden, NotFound."""
    caller = context.user
    if caller.pk != pk and not _is_admin(context):
        raise Forbidden
    with context.api.database.read() as connection:
        row = connection.execute(select(User.__table__).where(User.__table__.c.pk == pk)).mappings().one_or_none()
    if row is None:
        raise NotFound("No User matches the given query.")
    if row["is_superuser"] and not caller.is_superuser:
        raise Forbidden("Only a superuser can change a superuser")
    return User(**row)


def _check_current(context: Context, user: User, given: str | None) -> None:
    """Somebody else's hands on a signed-in terminal must not be enough to take the account over."""
    if not given:
        raise InvalidInput({"current_password": [f.REQUIRED]})
    attempts = Attempts(context.api.database, context.api.services.settings.sign_in_tries)
    attempts.check(context.reader, user.username, context.incoming.address)
    if not verify_password(given, user.password)[0]:
        attempts.failed(user.username, context.incoming.address)
        raise InvalidInput("This is not your present password.", field="current_password")


def _check_strength(user: User, password: str) -> None:
    """InvenTree gives the list of faults as one text."""
    try:
        check_password(user, password)
    except InvalidInput as error:
        raise InvalidInput({"password": str(error.errors["password"])}) from None


SET_PASSWORD = Endpoint(
    path="user/{pk}/set-password/", access=Authenticated(), title="User Detail Set Password", model=User,
    description="Allows superusers to set the password for a user.", body=PASSWORD,
    methods={"PUT": Route(_set_password), "PATCH": Route(_set_password)},
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (USERS, ME, *ROLES, MY_PROFILE, USER, SET_PASSWORD)
