"""Notifications: each user's own, with what they are about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.db.models.common import NotificationMessage
from server.db.models.part import Part
from server.db.models.stock import StockLocation
from server.resources.notifications import age_text
from tests.server.resources.people import People, people

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


def tell(folk: People, user: int, **about: Any) -> int:
    """A message to a user; its key."""
    given = {
        "category": "part.low_stock", "name": "Low stock", "message": "Only 3 left", "creation": NOW, "read": False,
        "target_model_type": "",
    }  # fmt: skip
    with folk.server.database.write() as session:
        message = NotificationMessage(user_id=user, **(given | about))
        session.add(message)
        session.flush()
        return int(message.pk)


def test_a_message_says_what_it_is_about(folk: People) -> None:
    sam = folk.make("sam")
    with folk.server.database.write() as session:
        part = Part(name="M3 nut", IPN="N-3", description="", tree_path="/1/", level=0)
        shelf = StockLocation(name="Shelf", pathstring="Hall/Shelf", description="top")
        session.add_all([part, shelf])
        session.flush()
        keys = (part.pk, shelf.pk)
    tell(
        folk,
        sam,
        target_model_type="part.part",
        target_model_id=keys[0],
        source_model_type="auth.user",
        source_model_id=1,
    )
    tell(folk, sam, target_model_type="stock.stocklocation", target_model_id=keys[1])
    tell(folk, sam, target_model_type="part.part", target_model_id=999)
    tell(folk, sam, target_model_type="no.such", target_model_id=1)
    with folk.client("sam") as client:
        first, second, gone, odd = client.get("notifications/").json()
    assert first["target"] == {
        "name": "N-3 | M3 nut", "model_name": "Part", "model_type": "part", "model_id": keys[0],
        "link": f"{folk.server.url}/web/part/{keys[0]}",
    }  # fmt: skip
    assert first["source"] == {"name": "admin", "model_name": "user", "model_type": "user", "model_id": 1}
    assert second["target"]["name"] == "Hall/Shelf - top"
    assert gone["target"] is None and odd["target"] is None and second["source"] is None
    assert first["creation"] == "2026-03-01 12:00" and first["age"] > 0 and first["age_human"].endswith("ago")


def test_nobody_sees_changes_or_deletes_anothers_messages(folk: People) -> None:
    number = tell(folk, folk.make("sam"))
    with folk.as_user("eve", superuser=True) as eve:
        assert eve.get("notifications/").json() == []
        for answer in (
            eve.get(f"notifications/{number}/"), eve.patch(f"notifications/{number}/", json={"read": True}),
            eve.delete(f"notifications/{number}/"),
        ):  # fmt: skip
            assert answer.json() == {"detail": "No NotificationMessage matches the given query."}
        assert eve.request("DELETE", "notifications/", json={"items": [number]}).json() == {
            "non_field_errors": "No items match the provided criteria"
        }
        assert eve.post("notifications/readall/", json={}).json() == {"status": "ok"}
    with folk.client("sam") as sam:
        assert [message["read"] for message in sam.get("notifications/").json()] == [False]


def test_messages_are_read_one_by_one_or_all_at_once_and_deleted(folk: People) -> None:
    sam = folk.make("sam")
    numbers = [tell(folk, sam, name=name) for name in ("a", "b", "c")]
    with folk.client("sam") as client:
        sent = {"read": True, "name": "changed"}
        assert client.patch(f"notifications/{numbers[0]}/", json=sent).json()["name"] == "a"
        assert [message["name"] for message in client.get("notifications/?read=false").json()] == ["b", "c"]
        client.post("notifications/readall/", json={})
        assert client.get("notifications/?read=false").json() == []
        assert client.delete(f"notifications/{numbers[0]}/").status_code == 204
        deleted = client.request("DELETE", "notifications/", json={"items": numbers})
        assert deleted.json() == {"success": "Deleted 2 items"}
        assert client.post("notifications/", json={}).status_code == 405


def test_messages_are_found_filtered_and_ordered(folk: People) -> None:
    sam = folk.make("sam")
    tell(folk, sam, name="old", category="x", creation=NOW - timedelta(days=1))
    tell(folk, sam, name="new", category="y")
    with folk.client("sam") as client:
        assert [message["name"] for message in client.get("notifications/?ordering=-creation").json()] == ["new", "old"]
        assert [message["name"] for message in client.get("notifications/?category=x").json()] == ["old"]
        assert [message["name"] for message in client.get("notifications/?search=NEW 3").json()] == ["new"]


def test_a_page_costs_as_many_queries_as_one_message(folk: People) -> None:
    sam = folk.make("sam")
    with folk.server.database.write() as session:
        session.add_all(StockLocation(name=f"L{number}", pathstring=f"L{number}") for number in range(60))
    for number in range(1, 61):
        tell(folk, sam, target_model_type="stock.stocklocation", target_model_id=number)
    with folk.client("sam") as client:
        page = client.get("notifications/?limit=50").json()["results"]
    assert [message["target"]["name"] for message in page] == [f"L{number}" for number in range(50)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"), (1, "a second ago"), (45, "45 seconds ago"), (60, "a minute ago"), (150, "2 minutes ago"),
        (3600, "an hour ago"), (7200, "2 hours ago"), (90_000, "1 day, 1 hour ago"), (864_000, "1 week, 3 days ago"),
        (31_536_000 * 2, "2 years ago"),
    ],
)  # fmt: skip
def test_ages_are_told_in_words(seconds: int, text: str) -> None:
    assert age_text(seconds) == text
