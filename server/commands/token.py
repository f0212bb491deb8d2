"""`bincard-server token list | add | revoke`: tokens that programs sign in with."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.commands import CommandRefused, open_database, settings_from

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from server.auth.tokens import TokenMaker
    from server.db.session import Database
    from server.settings import Settings

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    database = open_database(settings)
    try:
        match options.action:
            case "list":
                _list(database, options.user)
            case "add":
                _add(database, settings, options.user, options.name)
            case "revoke":
                database.run_write(lambda session: _revoke(session, options.number))
                print(f"revoked token {options.number}")
    finally:
        database.close()
    return 0


def _list(database: "Database", username: str | None) -> None:
    """One line for each token: number, user, name, redacted token, until when it is good, when it was used last."""
    from sqlalchemy import select

    from server.db.models.users import ApiToken, User

    token, user = ApiToken.__table__.c, User.__table__.c
    statement = (
        select(token.pk, user.username, token.name, token.redacted, token.expiry, token.last_seen, token.revoked)
        .join_from(ApiToken.__table__, User.__table__, user.pk == token.user_id)
        .order_by(token.pk)
    )
    if username is not None:
        statement = statement.where(user.username == username)
    with database.read() as connection:
        rows = connection.execute(statement).all()
    for row in rows:
        state = "revoked" if row.revoked else f"good until {row.expiry}"
        used = f"used last on {row.last_seen}" if row.last_seen else "never used"
        name = "".join(character if character.isprintable() else "?" for character in row.name) or "(no name)"
        print(f"{row.pk:>6}  {row.username}  {name}  {row.redacted}  {state}, {used}")
    if not rows:
        print("there are no tokens", file=sys.stderr)


def _add(database: "Database", settings: "Settings", username: str, name: str) -> None:
    """Print the new token alone on standard output, so that it can be put into a file."""
    from server.auth.tokens import TokenMaker, load_secret

    maker = TokenMaker(load_secret(settings.data_dir), settings.token_days)
    print(database.run_write(lambda session: _made(session, maker, username, name)))


def _made(session: "Session", maker: "TokenMaker", username: str, name: str) -> str:
    from sqlalchemy import select

    from server.db.models.users import User

    user = session.scalars(select(User).where(User.username == username)).one_or_none()
    if user is None:
        raise CommandRefused(f"there is no user {username!r}; make one with: bincard-server user add {username}")
    token = maker.make(session, user.pk, name.strip().replace(" ", "-")[:100], datetime.now(UTC))
    return maker.text(token)


def _revoke(session: "Session", number: int) -> None:
    from server.db.models.users import ApiToken

    token = session.get(ApiToken, number)
    if token is None:
        raise CommandRefused(f"there is no token {number}; see: bincard-server token list")
    token.revoked = True
