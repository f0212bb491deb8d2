"""`bincard-server user add`: make a user, or give one that is there a new password and more rights."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.commands import CommandRefused, open_database, settings_from

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


__all__ = ["run"]

LONGEST_NAME = 150


def run(options: argparse.Namespace) -> int:
    """Make or change the user. What the options do not name stays as it is: rights are only added. Raises
    CommandRefused."""
    from server.actions.users import check_password
    from server.auth.passwords import hash_password
    from server.db.models.users import User
    from server.domain.errors import InvalidInput

    settings = settings_from(options)
    _check_name(options.name)
    database = open_database(settings)
    try:
        password = _password(options)
        try:
            check_password(User(username=options.name, first_name="", last_name="", email=options.email), password)
        except InvalidInput as error:
            faults = " ".join(error.errors["password"])
            if not options.password_stdin:
                raise CommandRefused(f"{faults} Nothing was changed.") from None
            print(f"bincard-server: taken, but: {faults}", file=sys.stderr)
        hashed = hash_password(password)  # takes long: not while the database waits
        made = database.run_write(lambda session: _keep(session, options, hashed))
    finally:
        database.close()
    print(f"{'made' if made else 'changed'} user {options.name}")
    return 0


def _check_name(name: str) -> None:
    import re

    if not re.fullmatch(r"[\w.@+-]+", name) or len(name) > LONGEST_NAME:
        raise CommandRefused(
            f"{name!r} cannot be a user name; use letters, digits and @ . + - _, at most {LONGEST_NAME} of them."
        )


def _password(options: argparse.Namespace) -> str:
    """From standard input (its first line) or, asked for twice, from the terminal; never from the command line, where
    others could read it."""
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass(f"Password for {options.name}: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandRefused("the two passwords differ; nothing was changed.")
    else:
        raise CommandRefused("there is no terminal to ask for the password on; pipe it in with --password-stdin.")
    if not password:
        raise CommandRefused("the password is empty; nothing was changed.")
    return password


def _keep(session: "Session", options: argparse.Namespace, hashed: str) -> bool:
    """Write the user; whether it is a new one."""
    from sqlalchemy import select

    from server.actions.users import add_user, complete_groups_of
    from server.db.models.users import Group, User, UserGroup

    user: User | None = session.scalars(select(User).where(User.username == options.name)).one_or_none()
    made = user is None
    if user is None:
        user = add_user(session, options.name, datetime.now(UTC))
    user.password = hashed
    user.is_active = True
    user.is_superuser = user.is_superuser or options.superuser
    user.is_staff = user.is_staff or options.staff or options.superuser
    user.email = options.email or user.email
    for name in options.group:
        group = session.scalars(select(Group).where(Group.name == name)).one_or_none()
        if group is None:
            raise CommandRefused(f"there is no group {name!r}; make it first (POST /api/user/group/).")
        link = select(UserGroup.pk).where(UserGroup.user_id == user.pk, UserGroup.group_id == group.pk)
        if session.scalar(link) is None:
            session.add(UserGroup(user_id=user.pk, group_id=group.pk))
    complete_groups_of(session, user.pk)
    return made
