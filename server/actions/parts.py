"""Saving, copying, following and deleting parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.actions.attached import drop_attached
from server.actions.boms import used_in
from server.actions.stock.deletion import delete_items
from server.actions.trees import ancestors, plant, uproot
from server.db.models.common import Parameter, ParameterTemplate
from server.db.models.part import (
    BomItem,
    Part,
    PartCategory,
    PartCategoryParameterTemplate,
    PartStar,
    PartTestTemplate,
)
from server.db.models.stock import StockItem
from server.domain.parts import Namesakes, PartFacts, PartPolicy, Revised, check_deletion, check_part

__all__ = [
    "check",
    "copy_category_parameters",
    "copy_tests",
    "delete_part",
    "remove_part",
    "settle",
    "shares_image",
    "star",
]

PARTS: Table = Part.__table__  # type: ignore[assignment]
ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
STARS: Table = PartStar.__table__  # type: ignore[assignment]
PARAMETERS: Table = Parameter.__table__  # type: ignore[assignment]
TESTS: Table = PartTestTemplate.__table__  # type: ignore[assignment]


# ------------------------------------------------------------------------------------------------------------ saving


def check(session: Session, part: Part, policy: PartPolicy) -> None:
    """Raises InvalidInput where the part must not be saved as it is now."""
    category = session.get(PartCategory, part.category_id) if part.category_id is not None else None
    facts = PartFacts(
        name=part.name, IPN=part.IPN, revision=part.revision, assembly=part.assembly, variant_of=part.variant_of_id,
        in_structural_category=category is not None and category.structural,
    )  # fmt: skip
    check_part(facts, _revised(session, part), _namesakes(session, part, policy), policy)


def _revised(session: Session, part: Part) -> Revised | None:
    if part.revision_of_id is None:
        return None
    first = session.get_one(Part, part.revision_of_id)
    return Revised(
        is_itself=first.pk == part.pk, is_template=first.is_template, assembly=first.assembly,
        variant_of=first.variant_of_id,
    )  # fmt: skip


def _namesakes(session: Session, part: Part, policy: PartPolicy) -> Namesakes:
    """What the database says of other parts; only what a rule asks for is looked up."""
    other = PARTS.c.pk != (part.pk or 0)

    def there_is(*conditions: Any) -> bool:
        found = session.execute(select(PARTS.c.pk).where(other, *conditions).limit(1))
        return found.first() is not None

    return Namesakes(
        alike=part.IPN is not None and part.revision is not None and there_is(
            PARTS.c.name == part.name, PARTS.c.IPN == part.IPN, PARTS.c.revision == part.revision
        ),
        same_ipn=bool(part.IPN) and not policy.allow_duplicate_ipn
        and there_is(func.lower(PARTS.c.IPN) == str(part.IPN).lower()),
        same_revision=part.revision_of_id is not None and bool(part.revision) and there_is(
            PARTS.c.revision_of_id == part.revision_of_id, PARTS.c.revision == part.revision
        ),
    )  # fmt: skip


def settle(session: Session, part: Part, changed: Mapping[str, Any] | Sequence[str]) -> None:
    """What follows from a saved part: its place among the variants, its name on its stock, and that what is made of a
    trackable part is trackable. `changed` names the fields that were written."""
    if not part.tree_path or "variant_of" in changed:
        plant(session, part, "variant_of")
    if "name" in changed:
        session.execute(
            update(ITEMS).where(ITEMS.c.part_id == part.pk, ITEMS.c.part_name != part.name).values(part_name=part.name)
        )
    if part.trackable and "trackable" in changed:
        _make_assemblies_trackable(session, [part.pk])


def _make_assemblies_trackable(session: Session, parts: Sequence[int]) -> None:
    while parts:
        assemblies = used_in(session, parts)
        parts = session.scalars(
            select(PARTS.c.pk).where(PARTS.c.pk.in_(assemblies), PARTS.c.trackable.is_(False)).order_by(PARTS.c.pk)
        ).all()
        if parts:
            session.execute(update(Part).where(Part.pk.in_(parts)).values(trackable=True))


def star(session: Session, part: int, user: int, wanted: bool) -> None:
    """Let a user follow a part, or not."""
    mine = (STARS.c.part_id == part, STARS.c.user_id == user)
    if not wanted:
        session.execute(delete(STARS).where(*mine))
    elif session.execute(select(STARS.c.pk).where(*mine)).first() is None:
        session.execute(insert(STARS).values(part_id=part, user_id=user))


# ----------------------------------------------------------------------------------------------------------- copying


def copy_category_parameters(session: Session, part: Part, **written: Any) -> None:
    """Give a part the parameters that its category and those above it name, the nearest one first. Templates whose
    values must be unique are passed over."""
    category = session.get(PartCategory, part.category_id) if part.category_id is not None else None
    if category is None:
        return
    usual, template = PartCategoryParameterTemplate, ParameterTemplate
    rows = session.execute(
        select(usual.template_id, usual.default_value.label("data"))
        .join(PartCategory, PartCategory.pk == usual.category_id)
        .join(template, template.pk == usual.template_id)
        .where(usual.category_id.in_(ancestors(category.tree_path)), template.unique == 0)
        .order_by(PartCategory.level.desc(), usual.pk)
    )
    has = set(
        session.scalars(
            select(PARAMETERS.c.template_id).where(
                PARAMETERS.c.model_type == "part.part", PARAMETERS.c.model_id == part.pk
            )
        )
    )
    wanted: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.template_id not in has:
            wanted.setdefault(row.template_id, {"template_id": row.template_id, "data": row.data, "note": ""})
    _add_parameters(session, part.pk, list(wanted.values()), written)


def _add_parameters(session: Session, part: int, rows: list[dict[str, Any]], written: Mapping[str, Any]) -> None:
    if rows:
        same = {"model_type": "part.part", "model_id": part, **written}
        session.execute(insert(PARAMETERS), [{"data_numeric": None, **row, **same} for row in rows])


def copy_tests(session: Session, original: int, part: Part) -> None:
    """Give a testable part the test templates of another one, but for those that it or a template above it has."""
    if not part.testable:
        return
    here = ancestors(part.tree_path)
    known = set(session.scalars(select(TESTS.c.key).where(TESTS.c.part_id.in_(here))))
    rows = session.execute(select(TESTS).where(TESTS.c.part_id == original).order_by(TESTS.c.pk)).mappings().all()
    copies = [{**row, "part_id": part.pk} for row in rows if row["key"] not in known]
    for copy in copies:
        del copy["pk"]
    if copies:
        session.execute(insert(TESTS), copies)


# ---------------------------------------------------------------------------------------------------------- deleting


def delete_part(session: Session, part: Part, policy: PartPolicy) -> list[str]:
    """Delete a part with its stock and all that belongs to it; its variants hang on the template above. Gives the
    paths of the files that nothing refers to any more. Raises WrongState where it is active, locked or part of an
    assembly."""
    used = session.execute(select(BomItem.pk).where(BomItem.sub_part_id == part.pk).limit(1)).first() is not None
    check_deletion(active=part.active, locked=part.locked, used_in_assembly=used, policy=policy)
    return remove_part(session, part)


def remove_part(session: Session, part: Part) -> list[str]:
    """Delete a part without asking whether it may go; the paths of its files."""
    uproot(session, part, "variant_of")
    files = delete_items(session, session.scalars(select(ITEMS.c.pk).where(ITEMS.c.part_id == part.pk)).all())
    files += drop_attached(session, "part.part", [part.pk])
    if part.image and not shares_image(session, part):
        files.append(part.image)
    session.delete(part)
    session.flush()
    return files


def shares_image(session: Session, part: Part) -> bool:
    """Whether another part shows the same picture."""
    same = select(PARTS.c.pk).where(PARTS.c.image == part.image, PARTS.c.pk != part.pk)
    return session.execute(same.limit(1)).first() is not None
