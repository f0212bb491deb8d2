"""Marking objects with tags."""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db.models.common import Tag, TaggedItem

__all__ = ["make_tag", "set_tags", "slug_of"]


def set_tags(session: Session, label: str, pk: int, names: Iterable[str]) -> None:
    """Mark an object ("part.part", 5) with these tags and no others; tags that are new are made. They are shown in the
    order in which they are given."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    marks = session.execute(
        select(TaggedItem.pk, Tag.name)
        .join(Tag, Tag.pk == TaggedItem.tag_id)
        .where(TaggedItem.model_type == label, TaggedItem.model_id == pk)
    ).all()
    gone = [mark for mark, name in marks if name not in wanted]
    if gone:
        session.execute(delete(TaggedItem).where(TaggedItem.pk.in_(gone)))
    kept = {name for _, name in marks}
    for name in (name for name in wanted if name not in kept):
        tag = session.scalars(select(Tag).where(Tag.name == name)).one_or_none() or make_tag(session, name)
        session.add(TaggedItem(tag_id=tag.pk, model_type=label, model_id=pk))
    session.flush()


def make_tag(session: Session, name: str) -> Tag:
    """A new tag of that name."""
    tag = Tag(name=name, slug=_free_slug(session, slug_of(name)))
    session.add(tag)
    session.flush()
    return tag


def slug_of(name: str) -> str:
    """The name as it goes into addresses: "Blue Chair" is "blue-chair"."""
    plain = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-_")[:90] or "tag"


def _free_slug(session: Session, slug: str) -> str:
    taken = set(session.scalars(select(Tag.slug).where(Tag.slug.startswith(slug, autoescape=True))))
    number = 1
    free = slug
    while free in taken:
        free = f"{slug}_{number}"
        number += 1
    return free
