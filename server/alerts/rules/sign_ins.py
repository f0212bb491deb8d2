"""Sign-ins of one user or from one address failed repeatedly."""

from collections.abc import Iterator

from sqlalchemy import func, select

from server.alerts.declare import Asked, Rule
from server.db.models.bincard import SignInFailure
from server.db.models.users import User
from server.domain.alert_kinds import BY_KEY
from server.domain.alert_life import Found, Severity

__all__ = ["RULE", "severity"]

FAILURES, USERS = SignInFailure.__table__, User.__table__
HOUR = 1 / 24
MANY = 10


def severity(failures: int, limit: float) -> Severity | None:
    """How bad so many failures within an hour are."""
    if failures < limit:
        return None
    return Severity.CRITICAL if failures >= MANY * limit else Severity.WARNING


def _find(asked: Asked) -> Iterator[Found]:
    for column, what in ((FAILURES.c.username, "user"), (FAILURES.c.address, "address")):
        users = FAILURES.outerjoin(USERS, USERS.c.username == FAILURES.c.username)
        whom = func.max(USERS.c.pk) if what == "user" else func.max(0)
        wanted = (
            select(column, func.count(), whom)
            .select_from(users)
            .where(FAILURES.c.time > asked.ago(HOUR))
            .group_by(column)
            .having(func.count() >= asked.limits["failures"])
        )
        for name, failures, user in asked.connection.execute(wanted):
            found = severity(failures, asked.limits["failures"])
            if found is not None and name:
                yield Found(
                    f"{what}:{name}"[:100], found, f"{failures} sign-ins of {what} {name} failed within an hour"
                    if what == "user" else f"{failures} sign-ins from {name} failed within an hour",
                    {"have": failures, "want": asked.limits["failures"], what: name}, {"user": user or None},
                )  # fmt: skip


RULE = Rule(BY_KEY["sign_ins"], _find)
