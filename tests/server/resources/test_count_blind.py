"""What was expected never reaches who may not see it; and the papers say what they should and run nothing."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from server.resources import declared
from server.resources.count_rights import PATH
from tests.server.resources.count_room import COUNT, CountRoom
from tests.server.resources.people import people

EXPECTED = 73_519
"""A figure that is found nowhere else."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[CountRoom]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk:
        made = CountRoom(folk)
        for name, what in (("ann", "counter"), ("bob", "counter"), ("lea", "leader"), ("sue", "supervisor")):
            made.as_(name, what)
        yield made
        made.close()


def count_routes() -> list[tuple[str, str]]:
    """Every route of counting, with its methods, and OPTIONS."""
    found = []
    for declaration in declared():
        for path, endpoint in declaration.routes().items():
            if path.startswith(PATH):
                found += [(path, method) for method in (*endpoint.methods, "OPTIONS")]
    return sorted(found)


def everything(room: CountRoom, client: httpx.Client, session: int, line: int, item: int) -> list[tuple[str, str]]:
    """What a client gets from every route, asked in every way that could tell: (what was asked, what came)."""
    bodies: list[dict[str, Any]] = [
        {}, {"lines": [line]}, {"lines": [{"line": line, "reason": "OTHER"}]}, {"accept_incomplete": True},
        {"entries": [{"key": f"probe-{n}", "line": line, "quantity": n} for n in (0, EXPECTED - 3, EXPECTED + 3)]},
        {"entries": [{"key": "probe-item", "stock_item": item, "quantity": -1, "mode": "add"}]},
        {"scope": {"items": [item]}, "blind": False}, {"key": "k", "barcode": "b"},
    ]  # fmt: skip
    queries = ["", "?expected=true&all=true", "?export=csv&expected=true", "?export=tsv", "?export=html",
               f"?session={session}&status=40", "?ordering=expected", "?search=7", "?variance=1&limit=5",
               f"?code=INV-SI{item}&here=1&expected=true"]  # fmt: skip
    told = []
    for path, method in count_routes():
        if path.endswith(("cancel/", "reopen/")) or (method == "DELETE"):
            continue  # they end what the others are asked about
        address = f"..{path}".replace("session/{pk}", f"session/{session}").replace("line/{pk}", f"line/{line}")
        address = address.replace("{pk}", "1")
        for query in queries if method == "GET" else [""]:
            answer = client.request(method, f"{address}{query}")
            told.append((f"{method} {address}{query} {answer.status_code}", f"{answer.headers}{answer.text}"))
        for body in bodies if method in ("POST", "PATCH", "PUT") else []:
            answer = client.request(method, address, json=body)
            told.append((f"{method} {address} {body} {answer.status_code}", f"{answer.headers}{answer.text}"))
    return told


def hidden(text: str) -> bool:
    """Whether the figure, or the variance of a count of 73,000, is in a text that we did not send ourselves."""
    return not any(figure in text for figure in (str(EXPECTED), f"{EXPECTED:,}", "519.0", "-519", "73519"))


@pytest.mark.parametrize("name", ["ann", "lea"])
@pytest.mark.parametrize("stage", ["open", "counted", "closed", "recounted"])
def test_a_blind_counter_learns_nothing_from_any_route(room: CountRoom, stage: str, name: str) -> None:
    item = room.shop.item(room.shop.part(), EXPECTED)
    session = room.session(scope={"items": [item]})["pk"]
    (line,) = room.lines(session)
    if stage != "open":
        room.enter(room.as_("bob"), session, {"line": line["pk"], "quantity": 73_000})
    if stage in ("closed", "recounted"):
        room.do(room.as_("sue"), session, "close")
    if stage == "recounted":
        room.enter(room.as_("sue"), session, {"line": line["pk"], "quantity": 73_000})
    told = everything(room, room.as_(name, "counter"), session, line["pk"], item)
    assert len(told) > 80
    assert [asked for asked, text in told if not hidden(text)] == []
    assert not any(" 500" in asked for asked, _ in told)


def test_a_code_is_looked_up_without_its_quantity(room: CountRoom) -> None:
    shop, ann = room.shop, room.as_("ann")
    part, shelf, other = shop.part(IPN="FIND-1"), shop.location(name="Find A"), shop.location(name="Find B")
    item = shop.item(part, EXPECTED, location=shelf, batch="FIND-LOT")
    away = shop.item(shop.part(), EXPECTED, location=other, batch="LOT-AWAY")
    for name in ("one", "two"):
        shop.item(part, EXPECTED, location=other, batch=name)
    shop.api.post("barcode/link/", json={"barcode": "4006381333931", "stockitem": item}).raise_for_status()
    session = room.session(scope={"location": shelf})["pk"]
    (line,) = room.lines(session)

    def found(code: str, here: int | None = shelf) -> dict[str, Any]:
        answer = ann.get(f"{COUNT}session/{session}/find/", params={"code": code, **({"here": here} if here else {})})
        assert answer.status_code == 200 and hidden(answer.text), answer.text
        return dict(answer.json())

    for code in (f"INV-SI{item}", f'{{"stockitem": {item}}}', "4006381333931", "FIND-LOT", "find-lot", "FIND-1"):
        told = found(code)["item"]
        assert (told["stock_item"], told["line"], told["batch"]) == (item, line["pk"], "FIND-LOT"), code
        assert (told["location"], told["location_path"], told["misplaced"]) == (shelf, "Find A", False)
    told = found(f"INV-SI{away}")["item"]
    assert (told["line"], told["location"], told["misplaced"], told["expected"]) == (None, other, True, None)
    assert found("LOT-AWAY", here=None)["item"]["misplaced"] is None
    # Several lie there, and ann may not see parts or locations: she learns no more than from a code that nobody knows.
    assert found("FIND-1", other) == {"code": "FIND-1", "item": None, "location": None, "part": None}
    assert found(f"INV-SL{other}")["location"] is None
    assert found("nobody-knows-it")["item"] is None
    with_all = room.admin.get(f"{COUNT}session/{session}/find/", params={"code": "FIND-1", "here": other}).json()
    assert with_all["part"]["pk"] == part
    with_all = room.admin.get(f"{COUNT}session/{session}/find/", params={"code": "find b"}).json()
    assert with_all["location"] == {"pk": other, "name": "Find B", "pathstring": "Find B"}
    assert ann.get(f"{COUNT}session/{session}/find/").status_code == 400
    assert ann.get(f"{COUNT}session/999999/find/", params={"code": "x"}).status_code == 404


def test_a_code_is_looked_up_with_its_quantity_in_an_open_count(room: CountRoom) -> None:
    room.setting("COUNT_OPEN_ALLOWED", "yes")
    item = room.shop.item(room.shop.part(), EXPECTED)
    session = room.session(scope={}, blind=False)["pk"]
    room.setting("COUNT_OPEN_ALLOWED", "no")
    answer = room.as_("ann").get(f"{COUNT}session/{session}/find/", params={"code": f"INV-SI{item}"}).json()
    assert answer["item"]["expected"] == EXPECTED


def test_a_misplaced_item_is_brought_without_its_quantity(room: CountRoom) -> None:
    shop, ann = room.shop, room.as_("ann")
    shelf, other = shop.location(), shop.location()
    item = shop.item(shop.part(), EXPECTED, location=other)
    session = room.session(scope={})["pk"]
    for _ in range(2):  # asked again, because the first answer was lost
        answer = ann.post(f"{COUNT}session/{session}/bring/", json={"stock_item": item, "location": shelf})
        assert answer.status_code == 200 and answer.json() == {"stock_item": item, "location": shelf}
    now = shop.read(item)
    assert (now["location"], now["quantity"]) == (shelf, EXPECTED)
    moves = room.admin.get("stock/track/", params={"item": item, "limit": 9}).json()["results"]
    assert [row["notes"] for row in moves if row["tracking_type"] == 20] == ["Found while counting."]
    gone = {"stock_item": 999_999, "location": shelf}
    assert ann.post(f"{COUNT}session/{session}/bring/", json=gone).status_code == 400
    room.do(room.as_("sue"), session, "cancel")
    answer = ann.post(f"{COUNT}session/{session}/bring/", json={"stock_item": item, "location": other})
    assert answer.status_code in (400, 409) and hidden(answer.text)


def test_a_supervisor_is_told_when_asked(room: CountRoom) -> None:
    item = room.shop.item(room.shop.part(), EXPECTED)
    session = room.session(scope={"items": [item]})["pk"]
    sue = room.as_("sue")
    assert room.lines(session, sue)[0]["expected"] is None
    assert room.lines(session, sue, expected=True)[0]["expected"] == EXPECTED
    assert str(EXPECTED) in sue.get(f"{COUNT}session/{session}/sheet/", params={"expected": True}).text
    assert str(EXPECTED) not in sue.get(f"{COUNT}session/{session}/sheet/").text


def test_sheet_and_report_as_files(room: CountRoom) -> None:
    shelf = room.shop.location(name="=cmd|x")
    item = room.shop.item(room.shop.part(IPN="R-1"), 10, location=shelf, batch="B1")
    session = room.session(scope={"items": [item]})["pk"]
    sheet = room.as_("ann").get(f"{COUNT}session/{session}/sheet/", params={"export": "csv"})
    (row,) = csv.DictReader(io.StringIO(sheet.text))
    assert row["Location"] == "'=cmd|x" and row["Batch"] == "B1" and row["Counted"] == "" and "Expected" not in row
    room.enter(room.as_("ann"), session, {"stock_item": item, "quantity": 8, "note": "torn bag"})
    sue = room.as_("sue")
    room.do(sue, session, "close")
    (variance,) = sue.get(f"{COUNT}session/{session}/variances/").json()
    assert (variance["expected_then"], variance["counted"], variance["variance"], variance["percent"]) == (
        10,
        8,
        -2,
        -20,
    )
    assert variance["counters"] == {"first": ["ann"], "again": [], "notes": ["torn bag"]}
    report = sue.get(f"{COUNT}session/{session}/report/", params={"export": "xlsx"})
    assert report.headers["content-type"].endswith("sheet")
    head, line = load_workbook(io.BytesIO(report.content)).worksheets[0].iter_rows(values_only=True)
    told = dict(zip(head, line, strict=True))
    assert (told["Variance"], told["Counted by"], told["Status"]) == (-2, "ann", "recount")
    assert sue.get(f"{COUNT}session/{session}/report/", params={"export": "pdf"}).status_code == 400


def test_the_printed_page_runs_nothing(room: CountRoom) -> None:
    part = room.shop.part()
    room.admin.patch(f"part/{part}/", json={"IPN": '"><img src=x onerror=y>'})
    room.admin.patch(f"part/{part}/", json={"IPN": "\"&'x"})
    item = room.shop.item(part, 10, batch="<b")
    session = room.session(scope={"items": [item]}, description='a & b "c"')["pk"]
    answer = room.as_("ann").get(f"{COUNT}session/{session}/sheet/", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "&lt;b" in answer.text and "<b<" not in answer.text and "a &amp; b &quot;c&quot;" in answer.text
    assert "<script" not in answer.text and "onerror" not in answer.text
    assert "&quot;&amp;&#x27;x" in answer.text
