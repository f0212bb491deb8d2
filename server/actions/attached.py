"""What hangs on an object without a foreign key: it goes with it, or is copied to another one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.actions.targets import target_of
from server.db.models.bincard import Stamp
from server.db.models.common import Attachment, Parameter, TaggedItem

__all__ = ["copy_parameters", "drop_attached"]

_GROUP = 500


def drop_attached(session: Session, label: str, keys: Sequence[int]) -> list[str]:
    """Delete the attachments, parameters and tags of objects that are about to go ("part.part"). The paths of the files
    that nothing refers to any more; they may be deleted once the transaction is committed."""
    target = target_of(label)
    name = target.name if target is not None else label.partition(".")[2]
    files: list[str] = []
    for start in range(0, len(keys), _GROUP):
        group = keys[start : start + _GROUP]
        mine = (Attachment.model_type == name, Attachment.model_id.in_(group))
        for paths in session.execute(select(Attachment.attachment, Attachment.thumbnail).where(*mine)):
            files += [path for path in paths if path]
        session.execute(delete(Attachment).where(*mine))
        for model in (Parameter, TaggedItem, Stamp):
            session.execute(delete(model).where(model.model_type == label, model.model_id.in_(group)))
    return files


def copy_parameters(session: Session, label: str, source: int, target: int, user: int, now: datetime) -> None:
    """Give an object the parameters of another one of its kind, where it has none of that template yet."""
    theirs = (Parameter.model_type == label, Parameter.model_id == source)
    mine = set(
        session.scalars(
            select(Parameter.template_id).where(Parameter.model_type == label, Parameter.model_id == target)
        )
    )
    for old in session.scalars(select(Parameter).where(*theirs).order_by(Parameter.pk)).all():
        if old.template_id not in mine:
            session.add(
                Parameter(
                    template_id=old.template_id, model_type=label, model_id=target, data=old.data,
                    data_numeric=old.data_numeric, note=old.note, updated=now, updated_by_id=user,
                )
            )  # fmt: skip
    session.flush()
