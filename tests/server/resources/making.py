"""Making objects through the API, for tests."""

from typing import Any

import httpx

__all__ = ["make"]


def make(client: httpx.Client, path: str, **values: Any) -> dict[str, Any]:
    """A new object, or the first of several where the address makes several."""
    answer = client.post(path, json=values)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    first: dict[str, Any] = made[0] if isinstance(made, list) else made
    return first
