"""Writes that carry an `Idempotency-Key`: a repeat gets the first answer again, also after a restart.

The key is claimed at the beginning of the transaction and the answer kept at its end, so that both are there or
neither. Two requests with one key at the same time are told apart by the table's unique constraint: the second waits
for the first and then gets its answer. What was refused is not kept, since it changed nothing.

A key that comes again with another method, address or body is refused with 422, as
draft-ietf-httpapi-idempotency-key-header says; 409 would ask the client to look again and repeat, which cannot help.
"""

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from server.db.models.bincard import IdempotencyRecord
from server.domain.errors import InvalidInput, ReusedKey
from server.rest.context import Answer, Context

__all__ = ["NOT_KEPT", "DatabaseReplays"]

NOT_KEPT = {"Cache-Control": "no-store"}
"""The headers of an answer that holds a secret: it is not kept, a repeat is done again."""

LONGEST_KEY = 255


class DatabaseReplays:
    """Keeps the answers in the database for `days`."""

    def __init__(self, days: int) -> None:
        self.kept_for = timedelta(days=days)

    def known(self, context: Context, key: str) -> Answer | None:
        """The first answer to this request; None when it is the first one, whose key is thereby claimed. Raises
        ReusedKey, and InvalidInput for a key that is too long."""
        if context.caller is None:
            return None
        if len(key) > LONGEST_KEY:
            raise InvalidInput(f"Idempotency-Key has {len(key)} characters; at most {LONGEST_KEY} are taken.")
        record = self._find(context, key) or self._claim(context, key)
        return None if record is None else self._again(context, record)

    def remember(self, context: Context, key: str, answer: Answer) -> None:
        """Keep the answer under the key that was claimed; old ones are cleared away."""
        record = self._find(context, key)
        if record is None:
            return
        if answer.headers.get("Cache-Control") == "no-store" or answer.content is not None:
            context.session.delete(record)
            return
        record.status = answer.status
        record.answer = None if answer.payload is None else _as_json(answer.payload).decode()
        old = IdempotencyRecord.created < context.now - self.kept_for
        context.session.execute(delete(IdempotencyRecord).where(old), execution_options={"synchronize_session": False})

    def _find(self, context: Context, key: str) -> IdempotencyRecord | None:
        return context.session.scalars(
            select(IdempotencyRecord).where(
                IdempotencyRecord.user_id == context.user.pk, IdempotencyRecord.key == key,
                IdempotencyRecord.created >= context.now - self.kept_for,
            )
        ).one_or_none()  # fmt: skip

    def _claim(self, context: Context, key: str) -> IdempotencyRecord | None:
        """None when the key is now ours, the other's record when another request was quicker."""
        session = context.session
        expired = delete(IdempotencyRecord).where(
            IdempotencyRecord.user_id == context.user.pk, IdempotencyRecord.key == key,
            IdempotencyRecord.created < context.now - self.kept_for,
        )  # fmt: skip
        session.execute(expired)
        try:
            with session.begin_nested():
                session.add(
                    IdempotencyRecord(
                        key=key, user_id=context.user.pk, method=context.incoming.method, path=_path(context),
                        body_hash=_body_hash(context), created=context.now,
                    )
                )  # fmt: skip
        except IntegrityError:
            first = self._find(context, key)
            if first is None:
                raise
            return first
        return None

    @staticmethod
    def _again(context: Context, record: IdempotencyRecord) -> Answer:
        asked = (context.incoming.method, _path(context), _body_hash(context))
        if (record.method, record.path, record.body_hash) != asked:
            raise ReusedKey(
                f"This Idempotency-Key stands for another request already ({record.method} {record.path}, "
                f"{record.created:%Y-%m-%d %H:%M}); use a new key for a new request."
            )
        content = None if record.answer is None else record.answer.encode()
        return Answer(None, record.status, {"Idempotency-Replayed": "true"}, content)


def _path(context: Context) -> str:
    query = "&".join(f"{name}={value}" for name, value in sorted(context.query.items()))
    return f"{context.incoming.path}?{query}"[:2000] if query else context.incoming.path[:2000]


def _body_hash(context: Context) -> str:
    return hashlib.sha256(context.incoming.raw).hexdigest()


def _as_json(payload: Any) -> bytes:
    return orjson.dumps(payload, default=_unusual, option=orjson.OPT_NON_STR_KEYS)


def _unusual(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
