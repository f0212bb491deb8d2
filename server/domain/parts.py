"""The rules of parts: what may be saved, which names are taken, and what may be deleted."""

import re
from dataclasses import dataclass

from server.domain.errors import InvalidInput, WrongState

__all__ = ["Namesakes", "PartFacts", "PartPolicy", "Revised", "check_deletion", "check_part", "key_of_test"]


@dataclass(frozen=True, kw_only=True)
class PartPolicy:
    """What the settings say of parts."""

    allow_duplicate_ipn: bool = True
    ipn_pattern: str = ""
    """What an IPN must match; empty: anything."""
    revisions_of_assemblies_only: bool = False
    locking: bool = True
    """Whether locked parts are protected."""
    allow_delete_from_assembly: bool = False
    """Whether a part may go although bills of materials use it."""


@dataclass(frozen=True, kw_only=True)
class PartFacts:
    """A part as it is to be saved."""

    name: str
    IPN: str | None
    revision: str | None
    assembly: bool = False
    variant_of: int | None = None
    in_structural_category: bool = False


@dataclass(frozen=True, kw_only=True)
class Revised:
    """The part that another one is a revision of."""

    is_itself: bool
    is_template: bool
    assembly: bool
    variant_of: int | None


@dataclass(frozen=True, kw_only=True)
class Namesakes:
    """What other parts there are: with the same name, IPN and revision; with the same IPN, whatever its case; with the
    same revision of the same part."""

    alike: bool = False
    same_ipn: bool = False
    same_revision: bool = False


def check_part(part: PartFacts, revised: Revised | None, others: Namesakes, policy: PartPolicy) -> None:
    """Raises InvalidInput where a part must not be saved like this."""
    if others.alike:
        raise InvalidInput("The fields name, IPN, revision must make a unique set.")
    if part.in_structural_category:
        raise InvalidInput("Parts cannot be assigned to structural part categories!", field="category")
    if revised is not None:
        _check_revision(part, revised, policy)
    if policy.ipn_pattern and not _matches(policy.ipn_pattern, part.IPN or ""):
        raise InvalidInput(f"IPN must match regex pattern {policy.ipn_pattern}")
    if part.IPN and others.same_ipn and not policy.allow_duplicate_ipn:
        raise InvalidInput("Duplicate IPN not allowed in part settings", field="IPN")
    if revised is not None and others.same_revision:
        raise InvalidInput("Duplicate part revision already exists.")


def _check_revision(part: PartFacts, revised: Revised, policy: PartPolicy) -> None:
    if revised.is_itself:
        raise InvalidInput("Part cannot be a revision of itself", field="revision_of")
    if not part.revision:
        raise InvalidInput("Revision code must be specified for a part marked as a revision", field="revision")
    if policy.revisions_of_assemblies_only and not (part.assembly and revised.assembly):
        raise InvalidInput("Revisions are only allowed for assembly parts", field="revision_of")
    if revised.is_template:
        raise InvalidInput("Cannot make a revision of a template part", field="revision_of")
    if revised.variant_of != part.variant_of:
        raise InvalidInput("Parent part must point to the same template", field="revision_of")


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; one that is no regular expression binds nobody."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def check_deletion(*, active: bool, locked: bool, used_in_assembly: bool, policy: PartPolicy) -> None:
    """Raises WrongState where a part must not be deleted."""
    if locked and policy.locking:
        raise WrongState("Cannot delete this part as it is locked")
    if active:
        raise WrongState("Cannot delete this part as it is still active")
    if used_in_assembly and not policy.allow_delete_from_assembly:
        raise WrongState("Cannot delete this part as it is used in an assembly")


def key_of_test(name: str) -> str:
    """The key of a test from its name: letters and digits in lower case, "Test 5V!" is "test5v". A key that begins with
    a digit gets an underscore before it."""
    key = "".join(character for character in name.strip().lower() if character.isalnum() or character == "_")
    return f"_{key}" if key[:1].isdigit() else key
