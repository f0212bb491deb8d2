"""Tokens: how programs get one, and how users keep an eye on theirs."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam

from server.auth.replays import NOT_KEPT
from server.db.models.users import ApiToken, User
from server.domain.errors import Forbidden, InvalidInput
from server.resources.briefs import USER_BRIEF
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.filters import RelatedTo, Set, read_boolean
from server.rest.query import Column, Computed, Detail, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, shape

__all__ = ["RESOURCES"]

NAME_LENGTH = 100


# ------------------------------------------------------------------------------------------------- asking for one


def _clean_name(name: str) -> str:
    """A token's name as InvenTree keeps it. Raises InvalidInput where it holds HTML."""
    if re.search(r"<[a-zA-Z/!?][^>]*>", name):
        raise InvalidInput(f.MARKUP)
    printable = "".join(character for character in name.strip() if character.isprintable())
    return printable.replace(" ", "-")[:NAME_LENGTH]


def _get_token(context: Context) -> Answer:
    """The user's token of that name, made where there is none."""
    name = _clean_name(context.query.get("name", ""))
    token, text = context.api.services.tokens.named(context.session, context.user.pk, name, context.now)
    return Answer({"token": text, "name": token.name, "expiry": str(token.expiry)}, headers=dict(NOT_KEPT))


class _GetToken(Endpoint):
    """Its form tells until when a token made today is good."""

    def options(self, context: Context) -> dict[str, Any]:
        about = super().options(context)
        expiry = context.today + timedelta(days=context.api.services.settings.token_days)
        about["actions"]["GET"]["expiry"]["default"] = str(expiry)
        return about


SHOWN = {
    "token": f.String(read_only=True),
    "name": f.String(label="Token Name", help_text="Custom token name", max_length=NAME_LENGTH, required=True),
    "expiry": f.Date(label="Expiry Date", help_text="Token expiry date", read_only=True),
}

GET_TOKEN = [
    _GetToken(
        path="user/token/", access=Authenticated(), methods={"GET": Route(_get_token, writes=True)}, model=ApiToken,
        title="Get Auth Token -  Legacy", shown=SHOWN,
        description="This is a legacy endpoint, retained for backwards compatibility. Consider migrating to the new "
        "endpoint under /api/user/me/token/.",
    ),
    _GetToken(
        path="user/me/token/", access=Authenticated(), methods={"GET": Route(_get_token, writes=True)}, model=ApiToken,
        title="Get Auth Token", shown=SHOWN,
        description="Return authentication token for an authenticated user.",
    ),
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- the user's own


def _is_active(row: Source) -> ColumnElement[Any]:
    return and_(row.c.revoked.is_(False), row.c.expiry >= bindparam("_today", type_=Date()))


def _in_use(row: Source) -> ColumnElement[Any]:
    return row.c.pk == bindparam("_token", type_=row.c.pk.type)


TOKEN = shape(
    ApiToken,
    col("created", read_only=True),
    col("expiry", required=False),
    Column(name="id", source="pk", field=f.Integer(label="ID", read_only=True)),
    col("last_seen", read_only=True),
    "name",
    Column(name="token", source="redacted", field=f.String(read_only=True)),
    Computed(name="active", sql=_is_active, field=f.Boolean(read_only=True)),
    col("revoked", read_only=True),
    col("user", required=False),
    Detail(name="user_detail", via="user", shape=USER_BRIEF),
    Computed(name="in_use", sql=_in_use, field=f.Any_(read_only=True)),
)


class _Tokens(Resource):
    """The full token is shown once, in the answer to its making."""

    def create(self, context: Context) -> Answer:
        values = f.read_body(self.writable(creating=True), context.body(), context)
        user = values.get("user") or context.user.pk
        if user != context.user.pk and not context.user.is_superuser:
            raise Forbidden("Only a superuser can make a token for somebody else")
        maker = context.api.services.tokens
        name = _clean_name(values.get("name") or "")
        token = maker.make(context.session, user, name, context.now, values.get("expiry"))
        made = context.planner.page(self.shape, frozenset(), [self.key_test(token.pk)], (), kind="create", paged=False)
        (about,) = made.objects(context.reader, {**context.parameters, "_key": token.pk})
        return Answer(about | {"token": maker.text(token)}, 201, dict(NOT_KEPT))


def _own(context: Context) -> Test | None:
    if context.user.is_superuser and read_boolean(context.query.get("all_users")):
        return None
    return Test("own tokens", lambda row: row.c.user_id == bindparam("_user", type_=row.c.pk.type))


def _revoke(context: Context, row: ApiToken, told: Mapping[str, Any]) -> None:
    row.revoked = True


TOKENS = _Tokens(
    path="user/tokens/", access=Authenticated(), shape=TOKEN, title="Token", can=("list", "detail", "create", "delete"),
    list_about="List of user tokens for current user.", detail_about="Details for a user token.",
    filters=(Set("revoked"), RelatedTo("user", User)), search=("name", "redacted"),
    ordering={name: name for name in ("created", "expiry", "last_seen", "user", "name", "revoked")},
    hooks=Hooks(scope=_own, delete=_revoke),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (*GET_TOKEN, TOKENS)
