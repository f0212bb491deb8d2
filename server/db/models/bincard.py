"""What is Bincard's own and no InvenTree client sees."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import Base, char, foreign, integer, long_text, moment, positive
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["IdempotencyRecord", "SignInFailure", "Stamp"]


class IdempotencyRecord(Keyed, Base):
    """The first answer to a write that carried an `Idempotency-Key`; a repeat gets it again. `status` 0: the first one
    is still being worked on. `body_hash` is the SHA-256 of the body in hex: the same key with another body is an error
    of the client."""

    __tablename__ = "bincard_idempotencyrecord"
    __table_args__ = autoincrement(UniqueConstraint("user_id", "key"))

    key = char(255, "Key")
    user_id = foreign("auth_user", "User", on_delete="CASCADE", index=False)
    method = char(10, "Method")
    path = char(2000, "Path")
    body_hash = char(64, "Body hash")
    status = integer("Status", default=0)
    answer = long_text("Answer")
    created = moment("Created", null=False, index=True)


class SignInFailure(Keyed, Base):
    """A sign-in that failed: they slow down further ones for that user name and that address."""

    __tablename__ = "bincard_signinfailure"
    __table_args__ = autoincrement(Index(None, "username", "time"), Index(None, "address", "time"))

    username = char(150, "User name", blank=True)
    address = char(64, "Address", blank=True)
    time = moment("Time", null=False, index=True)


class Stamp(Keyed, Base):
    """When an object was made and last changed, for the models where InvenTree does not keep it."""

    __tablename__ = "bincard_stamp"
    __table_args__ = autoincrement(UniqueConstraint("model_type", "model_id"))

    model_type = char(100, "Model type")
    model_id = positive("Model id")
    created_at = moment("Created at", null=False)
    updated_at = moment("Updated at", null=False)
