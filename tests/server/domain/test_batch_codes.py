"""Batch codes from a template."""

from datetime import UTC, datetime

import pytest

from server.domain.batch_codes import batch_code

NOW = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("", ""),
        ("Batch-{{ year }}-{{week}}", "Batch-2026-47"),
        ("{{ date }}", "2026-11-22"),
        ("{{ month }}/{{ day }} {{ hour }}:{{ minute }}", "11/22 13:5"),
        ("{% if part %}A{% endif %}-{{ nosuch }}{{ year|add:1 }}", "A-2026"),
        ("plain", "plain"),
    ],
)
def test_the_date_goes_into_the_template(template: str, code: str) -> None:
    assert batch_code(template, NOW) == code
