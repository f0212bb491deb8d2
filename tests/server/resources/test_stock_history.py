"""The history of stock and the results of tests on it, over the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.backends.test_files import PNG
from tests.server.resources.making import make
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def shop(folk: People) -> Iterator[Shop]:
    with folk.client("admin") as client:
        yield Shop(client)


@pytest.fixture
def template(shop: Shop) -> dict[str, Any]:
    """A test of a part, for stock of that part or its variants."""
    part = shop.part(testable=True, is_template=True)
    return make(shop.api, "part/test-template/", part=part, test_name="Burn in", description="For a day")


# ------------------------------------------------------------------------------------------------------------- history


def test_entries_show_what_they_point_to(shop: Shop) -> None:
    item, place = shop.item(shop.part(), 10), shop.location(name="Far away")
    shop.act("transfer", {"pk": item, "quantity": 10}, location=place, notes="Tidied up").raise_for_status()
    entry, _ = shop.api.get("stock/track/", params={"item": item}).json()
    assert (entry["tracking_type"], entry["label"], entry["notes"]) == (20, "Location changed", "Tidied up")
    assert entry["deltas"]["location_detail"]["name"] == "Far away"
    assert not {"item_detail", "user_detail", "part_detail"} & set(entry)
    one = f"stock/track/{entry['pk']}/"
    full = shop.api.get(one, params={"item_detail": "true", "user_detail": "true", "part_detail": "true"}).json()
    assert (full["item_detail"]["pk"], full["user_detail"]["username"]) == (item, "admin")
    assert full["part_detail"]["pk"] == full["part"]


def test_the_history_is_only_read(shop: Shop) -> None:
    item = shop.item(shop.part())
    (entry,) = shop.api.get("stock/track/", params={"item": item}).json()
    one = f"stock/track/{entry['pk']}/"
    assert shop.api.post("stock/track/", json={"item": item}).status_code == 405
    for method in ("PUT", "PATCH", "DELETE"):
        assert shop.api.request(method, one, json={"notes": "x"}).status_code == 405


def test_entries_are_narrowed_and_searched(shop: Shop) -> None:
    family = shop.part(is_template=True)
    variant = shop.part(variant_of=family)
    first, second = shop.item(family), shop.item(variant)
    shop.act("count", {"pk": second, "quantity": 1}, notes="Needle in it").raise_for_status()

    def items(**query: Any) -> list[int]:
        answer = shop.api.get("stock/track/", params=query)
        assert answer.status_code == 200, answer.text
        return [row["item"] for row in answer.json()]

    assert items(part=family) == [first]
    assert items(part=family, include_variants="true") == [second, second, first]
    assert items(search="needle in") == [second]
    assert items(item=second, min_date="2020-01-01", ordering="date") == [second, second]
    assert items(item=second, max_date="2020-01-01") == []
    assert items(item=second, user=1) == [second, second]
    assert shop.api.get("stock/track/", params={"item": 9999999}).status_code == 400


def test_a_long_note_is_kept_and_one_without_end_refused(shop: Shop) -> None:
    item = shop.item(shop.part())
    long = "ä" * 2000
    shop.act("count", {"pk": item, "quantity": 1}, notes=long).raise_for_status()
    assert shop.api.get("stock/track/", params={"item": item}).json()[0]["notes"] == long
    answer = shop.act("count", {"pk": item, "quantity": 1}, notes="x" * 5001)
    assert (answer.status_code, set(answer.json())) == (400, {"notes"})


# -------------------------------------------------------------------------------------------------------- test results


def test_a_result_is_kept_with_who_and_when(shop: Shop, template: dict[str, Any]) -> None:
    item = shop.item(template["part"])
    made = make(shop.api, "stock/test/", stock_item=item, template=template["pk"], result=True, notes="warm")
    assert (made["user"], made["result"], made["value"]) == (1, True, "")
    assert made["date"]
    query = {"template_detail": "true", "user_detail": "true"}
    full = shop.api.get(f"stock/test/{made['pk']}/", params=query).json()
    assert (full["template_detail"]["test_name"], full["user_detail"]["username"]) == ("Burn in", "admin")
    changed = shop.api.patch(f"stock/test/{made['pk']}/", json={"result": False}).json()
    assert changed["result"] is False
    assert [row["pk"] for row in shop.read(item, tests="true")["tests"]] == [made["pk"]]
    assert shop.api.delete(f"stock/test/{made['pk']}/").status_code == 204


def test_a_test_may_be_named_instead_of_its_template(shop: Shop, template: dict[str, Any]) -> None:
    variant = shop.part(variant_of=template["part"], testable=True)
    item = shop.item(variant)
    made = make(shop.api, "stock/test/", stock_item=item, test="burn IN", result=True)
    assert made["template"] == template["pk"]
    for body in ({"stock_item": item, "test": "Unheard of"}, {"stock_item": item}):
        answer = shop.api.post("stock/test/", json=body)
        assert (answer.status_code, set(answer.json())) == (400, {"test"})


def test_a_result_must_hold_what_its_template_asks_for(shop: Shop, template: dict[str, Any]) -> None:
    item = shop.item(template["part"])
    rules = {"requires_value": True, "choices": "good, bad"}
    shop.api.patch(f"part/test-template/{template['pk']}/", json=rules).raise_for_status()
    body = {"stock_item": item, "template": template["pk"], "result": True}
    late, early = "2026-02-02 10:00", "2026-02-02 09:00"
    for more, field in (
        ({}, "value"), ({"value": "so so"}, "value"), ({"value": "good", "stock_item": 9999999}, "stock_item"),
        ({"value": "good", "started_datetime": late, "finished_datetime": early}, "finished_datetime"),
    ):  # fmt: skip
        answer = shop.api.post("stock/test/", json=body | more)
        assert (answer.status_code, set(answer.json())) == (400, {field})
    assert make(shop.api, "stock/test/", **body, value="good")["value"] == "good"


def test_a_file_comes_with_a_result_and_goes_with_it(folk: People, shop: Shop, template: dict[str, Any]) -> None:
    item = shop.item(template["part"])
    shop.api.patch(f"part/test-template/{template['pk']}/", json={"requires_attachment": True}).raise_for_status()
    body = {"stock_item": str(item), "template": str(template["pk"]), "result": "true"}
    assert set(shop.api.post("stock/test/", json=body).json()) == {"attachment"}
    answer = shop.api.post("stock/test/", data=body, files={"attachment": ("proof.png", PNG, "image/png")})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["attachment"].startswith(f"/media/stock_files/{item}/")
    kept = folk.server.settings.media_dir / made["attachment"].removeprefix("/media/")
    assert kept.read_bytes() == PNG
    assert shop.api.request("DELETE", "stock/test/", json={"items": [made["pk"]]}).status_code == 200
    assert not kept.exists()


def test_results_are_narrowed(shop: Shop, template: dict[str, Any]) -> None:
    machine, motor = template["part"], shop.part(testable=True)
    make(shop.api, "bom/", part=shop.part(assembly=True), sub_part=motor, quantity=1)
    shop.api.patch(f"part/{machine}/", json={"assembly": True}).raise_for_status()
    make(shop.api, "bom/", part=machine, sub_part=motor, quantity=1)
    inner = make(shop.api, "part/test-template/", part=motor, test_name="Spin", description="s", required=False)
    outside, inside = shop.item(machine, 1), shop.item(motor, 1)
    shop.api.post(f"stock/{outside}/install/", json={"stock_item": inside, "quantity": 1}).raise_for_status()
    burnt = make(shop.api, "stock/test/", stock_item=outside, template=template["pk"], result=True, value="7")["pk"]
    spun = make(shop.api, "stock/test/", stock_item=inside, template=inner["pk"], result=False)["pk"]

    def found(**query: Any) -> list[int]:
        answer = shop.api.get("stock/test/", params=query)
        assert answer.status_code == 200, answer.text
        return [row["pk"] for row in answer.json() if row["pk"] in (burnt, spun)]

    assert found(stock_item=outside) == [burnt]
    assert found(stock_item=outside, include_installed="true") == [burnt, spun]
    assert found(part=motor) == [spun]
    assert found(test="SPIN") == [spun]
    assert found(template=inner["pk"]) == [spun]
    assert (found(result="true"), found(result="false")) == ([burnt], [spun])
    assert found(required="false") == [spun]
    assert found(value="7") == [burnt]
    assert found(enabled="true", ordering="-date") == [spun, burnt]
    for query in ({"stock_item": 9999999}, {"part": "x"}, {"template": 9999999}, {"user": "x"}):
        assert shop.api.get("stock/test/", params=query).status_code == 400


def test_only_the_role_for_stock_shows_history_and_results(folk: People) -> None:
    with (
        folk.as_user("stranger", roles={"part": ["view"]}) as stranger,
        folk.as_user("reader", roles={"stock": ["view"]}) as reader,
    ):
        for path in ("stock/track/", "stock/test/"):
            assert (stranger.get(path).status_code, reader.get(path).status_code) == (403, 200)
        answer: httpx.Response = reader.post("stock/test/", json={})
        assert answer.status_code == 403
