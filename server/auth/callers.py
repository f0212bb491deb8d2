"""Who is asking: from the Authorization header to the user and what the groups allow."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from server.auth.attempts import Attempts
from server.auth.passwords import verify_password
from server.auth.tokens import token_hash
from server.db.models.users import ApiToken, RuleSet, User, UserGroup
from server.db.session import Database
from server.domain.errors import NotAuthenticated
from server.rest.context import Caller, Incoming
from server.rest.query import Plan, Planner, Reader

__all__ = ["Callers"]


class Callers:
    """Finds the user of a request.

    Nothing is remembered that another process could have changed: each request asks the database for token, user and
    rule sets. Only the outcome of a password check is kept for a while, under a key that the kept hash is part of.
    """

    KEPT = 256

    def __init__(self, database: Database, attempts: Attempts) -> None:
        self.database = database
        self.attempts = attempts
        self.planner = Planner(database.dialect)
        self._salt = secrets.token_bytes(16)
        self._good: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def caller(self, incoming: Incoming, reader: Reader) -> Caller | None:
        """The user of the credentials; None where there are none (or of a kind that is not read here). Raises
        NotAuthenticated where they are wrong, Throttled after too many failures."""
        keyword, _, rest = incoming.headers.get("authorization", "").partition(" ")
        match keyword.lower():
            case "token":
                return self._by_token(rest, reader)
            case "basic":
                return self._by_password(rest, incoming, reader)
        return None

    def _ask(self, name: str, make: Callable[[], Select[Any]], reader: Reader, **parameters: Any) -> list[Any]:
        return self.planner.keep(name, lambda: Plan(make(), self.planner.dialect, None)).run(reader, parameters)

    # -- tokens

    def _by_token(self, rest: str, reader: Reader) -> Caller:
        parts = rest.split()
        if not parts:
            raise NotAuthenticated("Invalid token header. No credentials provided.")
        if len(parts) > 1:
            raise NotAuthenticated("Invalid token header. Token string should not contain spaces.")
        token, user = ApiToken.__table__.c, User.__table__.c
        rows = self._ask(
            "token",
            lambda: (
                select(
                    token.pk, token.revoked, token.expiry, token.last_seen, user.pk, user.username, user.is_active,
                    user.is_staff,
                    user.is_superuser,
                )
                .join_from(ApiToken.__table__, User.__table__, token.user_id == user.pk)
                .where(token.key_hash == bindparam("key_hash"))
            ),
            reader,
            key_hash=token_hash(parts[0]),
        )  # fmt: skip
        if not rows:
            raise NotAuthenticated("Invalid token.")
        key, revoked, expiry, seen, *about = rows[0]
        if not about[2]:
            raise NotAuthenticated("User inactive or deleted.")
        if revoked:
            raise NotAuthenticated("Token has been revoked")
        today = datetime.now(UTC).date()
        if str(expiry) < today.isoformat():
            raise NotAuthenticated("Token has expired")
        if str(seen) != today.isoformat():
            self._seen(key, today)
        return self._caller(reader, about, key)

    def _seen(self, token: int, today: date) -> None:
        """Note the day on which a token was last used: one write a day."""
        self.database.run_write(
            lambda session: session.execute(update(ApiToken).where(ApiToken.pk == token).values(last_seen=today))
        )

    # -- passwords

    def _by_password(self, rest: str, incoming: Incoming, reader: Reader) -> Caller:
        username, password = _basic(rest)
        self.attempts.check(reader, username, incoming.address)
        user = User.__table__.c
        rows = self._ask(
            "user",
            lambda: select(
                user.password, user.pk, user.username, user.is_active, user.is_staff, user.is_superuser
            ).where(user.username == bindparam("username")),
            reader,
            username=username,
        )
        kept, *about = rows[0] if rows else ("", 0, "", False, False, False)
        if not self._fits(username, password, kept, about) or not about[2]:
            self.attempts.failed(username, incoming.address)
            raise NotAuthenticated("Invalid username/password.")
        self.attempts.succeeded(reader, username, incoming.address)
        return self._caller(reader, about, None)

    def _fits(self, username: str, password: str, kept: str, about: list[Any]) -> bool:
        key = hmac.new(self._salt, f"{username}\0{password}\0{kept}".encode(), hashlib.sha256).digest()
        with self._lock:
            if key in self._good:
                self._good.move_to_end(key)
                return True
        good, better = verify_password(password, kept)
        if not good:
            return False
        if better is not None:
            self._keep_better(about[0], better)
        with self._lock:
            self._good[key] = None
            while len(self._good) > self.KEPT:
                self._good.popitem(last=False)
        return True

    def _keep_better(self, user: int, password_hash: str) -> None:
        """Replace an old hash by a better one of the same password."""
        self.database.run_write(
            lambda session: session.execute(update(User).where(User.pk == user).values(password=password_hash))
        )

    # -- what the groups allow

    def _caller(self, reader: Reader, about: list[Any], token: int | None) -> Caller:
        pk, username, _, staff, superuser = about
        link, rule = UserGroup.__table__.c, RuleSet.__table__.c
        allowed: set[tuple[str, str]] = set()
        groups: set[int] = set()
        if not superuser:
            rows = self._ask(
                "rules",
                lambda: (
                    select(link.group_id, rule.name, rule.can_view, rule.can_add, rule.can_change, rule.can_delete)
                    .select_from(UserGroup.__table__.outerjoin(RuleSet.__table__, rule.group_id == link.group_id))
                    .where(link.user_id == bindparam("user"))
                ),
                reader,
                user=pk,
            )
            for group, role, *verbs in rows:
                groups.add(group)
                allowed |= {
                    (role, verb) for verb, may in zip(("view", "add", "change", "delete"), verbs, strict=True) if may
                }
        return Caller(pk, username, bool(staff), bool(superuser), tuple(sorted(groups)), frozenset(allowed), token)


def _basic(rest: str) -> tuple[str, str]:
    """User name and password of a Basic header's value."""
    parts = rest.split()
    if not parts:
        raise NotAuthenticated("Invalid basic header. No credentials provided.")
    if len(parts) > 1:
        raise NotAuthenticated("Invalid basic header. Credentials string should not contain spaces.")
    try:
        text = base64.b64decode(parts[0], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise NotAuthenticated("Invalid basic header. Credentials not correctly base64 encoded.") from None
    username, _, password = text.partition(":")
    return username, password
