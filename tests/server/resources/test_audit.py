"""The audit: who changed what, before and after, for those who may read it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, text

from server.db.models.events import Event
from tests.server.resources.people import People, people

AUDIT = "/plugin/bincard/audit/"
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m[bold]\u202e"


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), demo_template) as made:
        yield made


@pytest.fixture(scope="module")
def deeds(folk: People) -> dict[str, Any]:
    """A few changes by somebody, and what they were."""
    roles = dict.fromkeys(("stock", "stock_location", "part", "purchase_order"), ("view", "add", "change"))
    with folk.as_user("olga", staff=True, roles=roles) as api:
        place = _post(api, "stock/location/", name="Shelf Z9")["pk"]
        part = _post(api, "part/", name="Audited cog", description="", category=1, purchaseable=True)["pk"]
        item = _post(api, "stock/", part=part, quantity=10, location=place)[0]["pk"]
        assert api.post("stock/count/", json={"items": [{"pk": item, "quantity": 8}], "notes": ""}).is_success
        assert api.patch(f"stock/{item}/", json={"batch": HOSTILE, "status": 55}).is_success
        supplier = api.get("company/", params={"is_supplier": True, "limit": 1}).json()["results"][0]["pk"]
        order = _post(api, "order/po/", supplier=supplier)
        _post(api, "order/po-extra-line/", order=order["pk"], quantity=1, reference="freight")
        assert api.post(f"order/po/{order['pk']}/issue/").is_success
    return {"item": item, "part": part, "place": place, "order": order}


def _post(api: httpx.Client, path: str, **body: Any) -> Any:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def url(folk: People, more: str = "") -> str:
    return f"{folk.server.url}{AUDIT}{more}"


def asked(folk: People, api: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    answer = api.get(url(folk), params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_each_figure_is_told_before_and_after_in_words(folk: People, deeds: dict[str, Any]) -> None:
    with folk.client("admin") as api:
        rows = asked(folk, api, of=f"stockitem:{deeds['item']}", username="olga")
        first, counted, changed = rows[-1], rows[-2], rows[0]
        assert first["action"] == "created"
        assert "Location - → Shelf Z9" in first["changed"]
        assert counted["changed"].endswith("10 → 8")
        assert counted["origin"] == "POST /api/stock/count/"
        status = next(figure for figure in changed["figures"] if figure["name"] == "status")
        assert (status["before"], status["after"], status["told"]) == ("OK", "Damaged", True)
        assert counted["object_name"] == f"Audited cog #{deeds['item']}"
        assert {row["title"] for row in rows} == {"Stock item"}


def test_an_order_comes_with_its_lines_and_a_part_with_all_that_is_of_it(folk: People, deeds: dict[str, Any]) -> None:
    with folk.client("admin") as api:
        order = deeds["order"]
        rows = asked(folk, api, of=f"purchaseorder:{order['pk']}")
        assert {row["model"] for row in rows} == {"purchaseorder", "purchaseorderextraline"}
        assert "Pending → Placed" in rows[0]["changed"]
        assert all(order["reference"] in row["object_name"] for row in rows)
        assert {row["model"] for row in asked(folk, api, part=deeds["part"])} == {"part", "stockitem"}


def test_filters_narrow_and_what_cannot_be_read_is_refused(folk: People, deeds: dict[str, Any]) -> None:
    with folk.client("admin") as api:
        today = datetime.now(UTC).date()
        mine = asked(folk, api, username="olga", limit=1000)
        assert {row["username"] for row in mine} == {"olga"}
        keys = [row["pk"] for row in mine]
        assert keys == sorted(keys, reverse=True)
        user = mine[0]["user"]
        assert [row["pk"] for row in asked(folk, api, user=user, limit=1000)] == keys
        orders = asked(folk, api, username="olga", kind="order", action="created")
        assert {(row["kind"], row["action"]) for row in orders} == {("order", "created")}
        span = {"since": (today - timedelta(days=1)).isoformat(), "until": today.isoformat()}
        assert [row["pk"] for row in asked(folk, api, username="olga", limit=1000, **span)] == keys
        assert asked(folk, api, since=(today + timedelta(days=2)).isoformat()) == []
        assert asked(folk, api, until=(today - timedelta(days=2)).isoformat()) == []
        assert {row["part_key"] for row in asked(folk, api, search="audited COG olga")} == {deeds["part"]}
        reference = deeds["order"]["reference"]
        assert asked(folk, api, search=reference)[0]["about"]["reference"] == reference
        assert asked(folk, api, search="100%_no_such") == []
        for name, bad in (
            ("kind", "x"), ("of", "stockitem"), ("of", "nothing:1"), ("since", "soon"), ("until", "9999-12-31"),
            ("part", "x"), ("model", "'; DROP"),
        ):  # fmt: skip
            answer = api.get(url(folk), params={name: bad})
            assert answer.status_code == 400, (name, answer.text)
            assert name in answer.json()


def test_pages_follow_each_other_without_gap_or_repeat(folk: People, deeds: dict[str, Any]) -> None:
    with folk.client("admin") as api:
        whole = [row["pk"] for row in asked(folk, api, username="olga", limit=1000)]
        seen: list[int] = []
        before: int | None = None
        while True:
            params: dict[str, Any] = {"username": "olga", "limit": 2} | ({"before": before} if before else {})
            page = api.get(url(folk), params=params).json()
            seen += [row["pk"] for row in page["results"]]
            before = page["before"]
            if before is None:
                break
        assert seen == whole


def test_each_reads_what_their_roles_may_view_and_staff_alone_of_users_and_settings(
    folk: People, deeds: dict[str, Any]
) -> None:
    with folk.client("admin") as api:
        assert api.patch("settings/global/PART_NAME_FORMAT/", json={"value": "{{ part.IPN }}"}).is_success
        told = asked(folk, api, kind="setting")[0]
        assert told["object_name"] == "PART_NAME_FORMAT"
        assert told["figures"][0]["after"] == "{{ part.IPN }}"
        number = told["pk"]
    kinds = {}
    for name, staff, roles in (
        ("buyer", False, {"purchase_order": ("view",)}), ("clerk", False, {"stock": ("view",), "admin": ("view",)}),
        ("boss", True, {"admin": ("view",)}),
    ):  # fmt: skip
        with folk.as_user(name, staff=staff, roles=roles) as api:
            kinds[name] = {row["kind"] for row in asked(folk, api, limit=1000)}
            assert api.get(url(folk, f"{number}/")).status_code == (200 if name == "boss" else 404)
            chosen = api.get(url(folk, "choices/")).json()
            assert kinds[name] <= set(chosen["kinds"])
    assert kinds["buyer"] <= {"order", "company", "alert"}
    assert "stock" in kinds["clerk"]
    assert not kinds["clerk"] & {"user", "setting"}
    assert kinds["boss"] == {"user", "setting"}


def test_who_may_view_nothing_is_refused(folk: People) -> None:
    with folk.as_user("nobody", staff=True) as api:
        for path in ("", "choices/", "1/"):
            assert api.get(url(folk, path)).status_code == 403
    with httpx.Client() as client:
        for path in ("", "choices/", "1/"):
            assert client.get(url(folk, path)).status_code == 401


def test_the_export_holds_the_words_and_no_formula(folk: People, deeds: dict[str, Any]) -> None:
    with folk.client("admin") as api:
        answer = api.get(url(folk), params={"of": f"stockitem:{deeds['item']}", "export": "csv"})
        assert answer.status_code == 200
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["Before and after"] for row in rows][-2].endswith("10 → 8")
        assert {row["User name"] for row in rows} == {"olga"}
        assert "\x1b" not in answer.text
        assert not any(cell.startswith("=") for row in rows for cell in row.values() if cell)
        sheet = api.get(url(folk), params={"part": deeds["part"], "export": "xlsx"})
        assert sheet.content[:2] == b"PK"


def test_an_index_gives_each_page_in_its_order(folk: People, deeds: dict[str, Any]) -> None:
    with folk.server.database.write() as session:
        common = {"time": datetime.now(UTC), "action": "changed", "username": "", "origin": "job x", "user_key": None}
        session.execute(insert(Event), [
            {**common, "kind": "stock", "model": "stockitem", "object_key": 10**6 + n, "part_key": deeds["part"],
             "parent_key": None, "about": {"part": deeds["part"], "location": deeds["place"]},
             "changes": {"quantity": [n, n + 1]}}
            for n in range(300)
        ])  # fmt: skip
    with folk.server.database.read() as connection:
        asked_by = {
            "": "ORDER BY pk DESC LIMIT 100", "part": "WHERE part_key = 1 ORDER BY pk DESC LIMIT 100",
            "user": "WHERE user_key = 1 ORDER BY pk DESC LIMIT 100",
            "kind": "WHERE kind = 'x' ORDER BY pk DESC LIMIT 9",
            "model": "WHERE model = 'x' ORDER BY pk DESC LIMIT 100",
        }  # fmt: skip
        for what, rest in asked_by.items():
            plan = [
                row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN SELECT pk FROM bincard_event {rest}"))
            ]
            assert not any("TEMP B-TREE" in step for step in plan), (what, plan)
    with folk.client("admin") as api:
        rows = asked(folk, api, part=deeds["part"], limit=300)
        assert len(rows) == 300
        assert {row["object_name"].split(" #")[0] for row in rows} == {"Audited cog"}
