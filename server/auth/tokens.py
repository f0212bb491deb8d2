"""API tokens: made from a secret of this server, so that the same name gives the same token again although only its
hash is kept."""

import hashlib
import hmac
import os
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.models.users import ApiToken

__all__ = ["TokenMaker", "load_secret", "token_hash"]


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def load_secret(data_dir: Path) -> bytes:
    """The server's secret: BINCARD_SECRET_KEY, or the file `secret.key` (0600) in the data directory, made when it is
    not there. Servers that share a database must share it."""
    given = os.environ.get("BINCARD_SECRET_KEY")
    if given:
        return given.encode()
    path = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes().strip()


class TokenMaker:
    """Makes, finds again and revokes tokens. `days` is how long a new one is good."""

    def __init__(self, secret: bytes, days: int = 365) -> None:
        self.secret = secret
        self.days = days

    def text(self, token: ApiToken) -> str:
        """The token itself: `inv-` + 40 hex digits + `-` + the day of its making."""
        seed = f"{token.user_id}:{token.name}:{token.pk}:{token.created:%Y-%m-%dT%H:%M:%S}"
        digest = hmac.new(self.secret, seed.encode(), hashlib.sha256).hexdigest()[:40]
        return f"inv-{digest}-{token.created:%Y%m%d}"

    def make(self, session: Session, user: int, name: str, now: datetime, expiry: date | None = None) -> ApiToken:
        """A new token of a user."""
        token = ApiToken(
            user_id=user, name=name, created=now.replace(microsecond=0), key_hash=secrets.token_hex(32), redacted="",
            expiry=expiry or now.date() + timedelta(days=self.days),
        )  # fmt: skip
        session.add(token)
        session.flush()
        text = self.text(token)
        token.key_hash = token_hash(text)
        token.redacted = f"{text[:8]}{'*' * 33}{text[-12:]}"
        session.flush()
        return token

    def named(self, session: Session, user: int, name: str, now: datetime) -> tuple[ApiToken, str]:
        """The user's token of that name that is still good, else a new one; and its text."""
        known = session.scalars(
            select(ApiToken)
            .where(ApiToken.user_id == user, ApiToken.name == name, ApiToken.revoked.is_(False))
            .where(ApiToken.expiry > now.date())
            .order_by(ApiToken.pk)
        )
        for token in known:
            text = self.text(token)
            if token_hash(text) == token.key_hash:  # one made under another secret cannot be given again
                return token, text
        token = self.make(session, user, name, now)
        return token, self.text(token)
