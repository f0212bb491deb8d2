"""Saving, following and deleting part categories."""

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.actions.attached import drop_attached
from server.actions.parts import remove_part
from server.actions.trees import plant, uproot
from server.db.models.part import Part, PartCategory, PartCategoryStar
from server.db.trees import below
from server.domain.errors import InvalidInput, WrongState

__all__ = ["check_category", "delete_category", "settle_category", "star_category"]

CATEGORIES: Table = PartCategory.__table__  # type: ignore[assignment]
PARTS: Table = Part.__table__  # type: ignore[assignment]
STARS: Table = PartCategoryStar.__table__  # type: ignore[assignment]


def check_category(session: Session, category: PartCategory) -> None:
    """Raises InvalidInput where the category must not be saved as it is now."""
    here = CATEGORIES.c.parent_id
    siblings = here.is_(None) if category.parent_id is None else here == category.parent_id
    namesake = select(CATEGORIES.c.pk).where(siblings, CATEGORIES.c.name == category.name)
    if session.execute(namesake.where(CATEGORIES.c.pk != (category.pk or 0)).limit(1)).first():
        raise InvalidInput("Duplicate names cannot exist under the same parent")
    if category.structural and category.pk is not None:
        held = select(func.count()).select_from(PARTS).where(PARTS.c.category_id == category.pk)
        if session.execute(held).scalar_one():
            raise InvalidInput(
                "You cannot make this part category structural because some parts are already assigned to it!"
            )


def settle_category(session: Session, category: PartCategory) -> None:
    """Write where a saved category is in the tree."""
    plant(session, category)


def star_category(session: Session, category: int, user: int, wanted: bool) -> None:
    """Let a user follow a category, or not."""
    mine = (STARS.c.category_id == category, STARS.c.user_id == user)
    if not wanted:
        session.execute(delete(STARS).where(*mine))
    elif session.execute(select(STARS.c.pk).where(*mine)).first() is None:
        session.execute(insert(STARS).values(category_id=category, user_id=user))


def delete_category(
    session: Session, category: PartCategory, *, delete_parts: bool, delete_children: bool, locking: bool
) -> list[str]:
    """Delete a category. Its parts, and with `delete_children` those of all categories below it, go too or move to the
    category above; the categories below go too or hang on the one above. Locked parts do not go (WrongState). Gives
    the paths of the files that nothing refers to any more."""
    low, high = below(category.tree_path)
    nodes = session.scalars(
        select(PartCategory)
        .where(PartCategory.tree_path > low, PartCategory.tree_path < high)
        .order_by(PartCategory.level.desc(), PartCategory.pk)
    ).all()
    gone = [category.pk, *([node.pk for node in nodes] if delete_children else [])]
    files = _delete_parts(session, gone, locking) if delete_parts else []
    session.execute(update(Part).where(Part.category_id.in_(gone)).values(category_id=category.parent_id))
    if not delete_children:
        uproot(session, category)
    for node in (*(nodes if delete_children else ()), category):
        session.delete(node)
        session.flush()
    return files + drop_attached(session, "part.partcategory", gone)


def _delete_parts(session: Session, categories: list[int], locking: bool) -> list[str]:
    parts = session.scalars(select(Part).where(Part.category_id.in_(categories)).order_by(Part.pk)).all()
    locked = [part.name for part in parts if part.locked]
    if locked and locking:
        raise WrongState(f"These parts are locked and cannot be deleted: {', '.join(locked[:5])}")
    return [path for part in parts for path in remove_part(session, part)]
