"""InvenTree's refusals come in many shapes and reach people in one. The bodies are recorded ones."""

from typing import Any

import pytest

from tui.api_errors import flatten_errors, readable


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"non_field_errors": ["Remove HTML tags from this value"]}, "Remove HTML tags from this value"),
        ({"detail": "API endpoint not found", "url": "http://127.0.0.1:12345/api/x"}, "API endpoint not found"),
        ({"name": ["This field is required."]}, "name: This field is required."),
        ({"quantity": "Quantity is required"}, "quantity: Quantity is required"),
        ({"non_field_errors": "List of items must be provided"}, "List of items must be provided"),
        (["Order cannot be cancelled"], "Order cannot be cancelled"),
        (
            {"initial_stock": {"quantity": ["Ensure this value is greater than or equal to 0."]}},
            "initial stock quantity: Ensure this value is greater than or equal to 0.",
        ),
        (
            {"items": {"1": {"pk": ['Invalid pk "99999" - object does not exist.']}}},
            'line 2, pk: Invalid pk "99999" - object does not exist.',
        ),
        (
            {"items": ["This field is required."], "location": ["This field is required."]},
            "items: This field is required. location: This field is required.",
        ),
        (
            {"password": "['This password is too short.', 'This password is too common.']"},
            "password: This password is too short. This password is too common.",
        ),
        (
            {"plugin": "None", "barcode_data": "x", "error": "No match found for barcode data"},
            "No match found for barcode data",
        ),
        (
            {"error": "AttributeError", "detail": "Error details can be found in the admin panel", "status_code": 500},
            "AttributeError",
        ),
        ("406 Not Acceptable", "406 Not Acceptable"),
        (
            {"items": [{}, {"quantity": ["A valid number is required."]}]},
            "line 2, quantity: A valid number is required.",
        ),
        ({"items": {"0": ["Bad line"]}}, "line 1: Bad line"),
        (None, ""),
        ({}, ""),
        ({"a": ["twice", "twice"]}, "a: twice"),
        ({"a": "['broken"}, "a: ['broken"),
    ],
)
def test_a_refusal_reads_as_a_sentence(body: Any, message: str) -> None:
    assert readable(flatten_errors(body)) == message


def test_messages_are_found_by_field() -> None:
    body = {"items": {"0": {"pk": ["a"], "quantity": ["b", "c"]}}, "non_field_errors": ["d"]}
    assert flatten_errors(body) == {"items.0.pk": ("a",), "items.0.quantity": ("b", "c"), "": ("d",)}
