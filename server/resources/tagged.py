"""Finding objects by their tags."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select

from server.db.models.common import Tag, TaggedItem
from server.rest.context import Context
from server.rest.filters import Custom, Elsewhere, Filter, Matches, has_tag
from server.rest.query import Source, Test

__all__ = ["tag_filters", "tag_search"]


def tag_filters(label: str) -> tuple[Filter, ...]:
    """The filters by tags of a kind of object ("part.part"): all of several, one by its name, one by its slug."""
    return (has_tag(label, TaggedItem, Tag), *(_one(label, f"tags__{column}", column) for column in ("name", "slug")))


def _one(label: str, name: str, column: str) -> Custom:
    def where(row: Source) -> ColumnElement[Any]:
        mark, tag = TaggedItem.__table__, Tag.__table__
        return exists().where(
            mark.c.model_id == row.c.pk, mark.c.model_type == label, mark.c.tag_id == tag.c.pk,
            tag.c[column] == bindparam(f"f_{name}"),
        )  # fmt: skip

    def make(text: str, context: Context) -> Test | None:
        return Test((name, "is"), where, {f"f_{name}": text}) if text else None

    return Custom(name, make)


def tag_search(label: str) -> Elsewhere:
    """Lets a search look into the names of the tags too."""

    def keys(matches: Matches) -> Any:
        mark, tag = TaggedItem.__table__.alias("mark"), Tag.__table__.alias("marked_with")
        marked = mark.join(tag, tag.c.pk == mark.c.tag_id)
        return select(mark.c.model_id).select_from(marked).where(mark.c.model_type == label, matches(tag.c.name))

    return Elsewhere(keys)
