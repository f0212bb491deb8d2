"""The rules of parts."""

from typing import Any

import pytest

from server.domain.errors import InvalidInput, WrongState
from server.domain.parts import Namesakes, PartFacts, PartPolicy, Revised, check_deletion, check_part, key_of_test

PLAIN = PartFacts(name="Bolt", IPN="", revision="")
SECOND = PartFacts(name="Bolt", IPN="", revision="B")
FIRST = Revised(is_itself=False, is_template=False, assembly=False, variant_of=None)
NOBODY = Namesakes()


def refusal(part: PartFacts = PLAIN, revised: Revised | None = None, others: Namesakes = NOBODY, **policy: Any) -> Any:
    with pytest.raises(InvalidInput) as caught:
        check_part(part, revised, others, PartPolicy(**policy))
    return caught.value.errors


def test_a_plain_part_may_be_saved() -> None:
    check_part(PLAIN, None, NOBODY, PartPolicy())
    check_part(SECOND, FIRST, NOBODY, PartPolicy())


def test_name_ipn_and_revision_together_are_unique() -> None:
    assert refusal(others=Namesakes(alike=True)) == {
        "non_field_errors": ["The fields name, IPN, revision must make a unique set."]
    }


def test_structural_categories_take_no_parts() -> None:
    part = PartFacts(name="Bolt", IPN="", revision="", in_structural_category=True)
    assert refusal(part) == {"category": ["Parts cannot be assigned to structural part categories!"]}


@pytest.mark.parametrize(
    ("part", "revised", "policy", "field"),
    [
        (SECOND, Revised(is_itself=True, is_template=False, assembly=False, variant_of=None), {}, "revision_of"),
        (PLAIN, FIRST, {}, "revision"),
        (SECOND, FIRST, {"revisions_of_assemblies_only": True}, "revision_of"),
        (SECOND, Revised(is_itself=False, is_template=True, assembly=False, variant_of=None), {}, "revision_of"),
        (SECOND, Revised(is_itself=False, is_template=False, assembly=False, variant_of=7), {}, "revision_of"),
    ],
)
def test_what_cannot_be_a_revision(part: PartFacts, revised: Revised, policy: dict[str, Any], field: str) -> None:
    assert list(refusal(part, revised, **policy)) == [field]


def test_a_revision_code_is_given_once() -> None:
    assert refusal(SECOND, FIRST, Namesakes(same_revision=True)) == {
        "non_field_errors": ["Duplicate part revision already exists."]
    }


def test_an_ipn_is_shared_only_where_the_settings_allow_it() -> None:
    part, others = PartFacts(name="Bolt", IPN="B-1", revision=""), Namesakes(same_ipn=True)
    check_part(part, None, others, PartPolicy())
    assert refusal(part, others=others, allow_duplicate_ipn=False) == {
        "IPN": ["Duplicate IPN not allowed in part settings"]
    }


def test_an_ipn_matches_the_pattern_of_the_settings() -> None:
    part = PartFacts(name="Bolt", IPN="B-1", revision="")
    check_part(part, None, NOBODY, PartPolicy(ipn_pattern=r"^B-\d$"))
    assert refusal(part, ipn_pattern=r"^C-\d$") == {"non_field_errors": [r"IPN must match regex pattern ^C-\d$"]}
    check_part(part, None, NOBODY, PartPolicy(ipn_pattern="("))


@pytest.mark.parametrize(
    ("active", "locked", "used", "words"),
    [(True, True, True, "locked"), (True, False, True, "still active"), (False, False, True, "used in an assembly")],
)
def test_what_must_not_be_deleted(active: bool, locked: bool, used: bool, words: str) -> None:
    with pytest.raises(WrongState, match=words):
        check_deletion(active=active, locked=locked, used_in_assembly=used, policy=PartPolicy())


def test_the_settings_loosen_deletion() -> None:
    loose = PartPolicy(locking=False, allow_delete_from_assembly=True)
    check_deletion(active=False, locked=True, used_in_assembly=True, policy=loose)


@pytest.mark.parametrize(
    ("name", "key"),
    [("Corpus test", "corpustest"), ("Test 5V!", "test5v"), ("5 V", "_5v"), (" a_b ", "a_b"), ("---", "")],
)
def test_a_test_is_known_by_the_letters_of_its_name(name: str, key: str) -> None:
    assert key_of_test(name) == key
