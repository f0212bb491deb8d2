"""What makes a password too weak."""

import pytest

from server.domain.passwords import weaknesses

ABOUT = {"username": "samantha", "email address": "sam.salesperson@example.com", "last name": ""}


@pytest.mark.parametrize(
    "password", ["correct horse battery", "Str0ng-corpus-pw", "пять зелёных ящиков", "tr0ub4dor&3x", "a" * 5000]
)
def test_good_ones_have_no_fault(password: str) -> None:
    assert weaknesses(password, ABOUT) == []


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "too short"), ("PASSWORD123", "too common"), (" qwerty123 ", "too common"),
        ("йцукенгш", "too common"),
        ("90210902109", "entirely numeric"), ("Samantha1", "too similar to the username"),
        ("salesperson", "too similar to the email address"),
    ],
)  # fmt: skip
def test_weak_ones_are_told_why(password: str, fault: str) -> None:
    assert any(fault in text for text in weaknesses(password, ABOUT))


def test_all_faults_are_told_at_once() -> None:
    assert weaknesses("123", {}) == [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]
