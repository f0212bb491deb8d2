"""Spreadsheets that become objects."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.domain.spreadsheets import write_table
from tests.server.resources.making import make
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def trade(admin: httpx.Client) -> dict[str, int]:
    """Two suppliers of three parts; both call one of theirs S-2, and one SKU looks like a key."""
    first = make(admin, "company/", name="First", is_supplier=True)["pk"]
    second = make(admin, "company/", name="Second", is_supplier=True)["pk"]
    made = {"first": first, "second": second}
    for number in (1, 2, 3):
        part = make(admin, "part/", name=f"Part {number}", IPN=f"P-{number}")["pk"]
        made[f"part{number}"] = part
        made[f"first{number}"] = make(admin, "company/part/", part=part, supplier=first, SKU=f"S-{number}")["pk"]
    made["second2"] = make(admin, "company/part/", part=made["part2"], supplier=second, SKU="S-2")["pk"]
    made["numeric"] = make(admin, "company/part/", part=made["part3"], supplier=second, SKU="1")["pk"]
    return made


def table(columns: Sequence[str], *rows: Sequence[Any], kind: str = "csv") -> dict[str, Any]:
    target = io.BytesIO()
    write_table(target, kind, columns, rows)
    return {"data_file": (f"lines.{kind}", target.getvalue())}


def begin(client: httpx.Client, files: dict[str, Any], model: str, **more: Any) -> httpx.Response:
    data = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in more.items()}
    return client.post("importer/session/", data={"model_type": model, **data}, files=files)


def tried(client: httpx.Client, files: dict[str, Any], model: str, **more: Any) -> tuple[int, list[dict[str, Any]]]:
    """A session whose mapping was taken as it was guessed: its key and its rows."""
    begun = begin(client, files, model, **more)
    assert begun.status_code == 201, begun.text
    pk = begun.json()["pk"]
    accepted = client.post(f"importer/session/{pk}/accept_fields/")
    assert accepted.status_code == 200, accepted.text
    return pk, client.get("importer/row/", params={"session": pk}).json()


def accept(client: httpx.Client, pk: int, rows: Sequence[dict[str, Any]]) -> httpx.Response:
    return client.post(f"importer/session/{pk}/accept_rows/", json={"rows": [row["pk"] for row in rows]})


def test_a_session_tells_what_it_found(admin: httpx.Client) -> None:
    begun = begin(admin, table(["Name", "IPN", "Colour"], ["a", "b", "c"]), "part").json()
    assert begun["columns"] == ["Name", "IPN", "Colour"]
    assert begun["status"] == 10
    assert begun["user_detail"]["username"] == "admin"
    mapped = {entry["field"]: entry["column"] for entry in begun["column_mappings"]}
    assert mapped["name"] == "Name"
    assert mapped["IPN"] == "IPN"
    assert mapped["keywords"] == ""
    assert begun["available_fields"]["name"]["required"] is True
    assert "image" not in begun["available_fields"]
    (entry,) = [entry for entry in begun["column_mappings"] if entry["field"] == "keywords"]
    changed = admin.patch(f"importer/column-mapping/{entry['pk']}/", json={"column": "Colour"})
    assert changed.json()["column"] == "Colour"
    assert changed.json()["label"] == "Keywords"
    twice = admin.patch(f"importer/column-mapping/{entry['pk']}/", json={"column": "Name"})
    assert twice.json() == {"column": ["Column is already mapped to a database field"]}
    missing = admin.patch(f"importer/column-mapping/{entry['pk']}/", json={"column": "Size"})
    assert missing.json() == {"column": ["Column does not exist in the data file"]}


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_rows_become_objects(admin: httpx.Client, trade: dict[str, int], kind: str) -> None:
    sku = trade["first1"]
    files = table(
        ["SKU", "Quantity", "Price", "Currency"], ["S-1", 10, 4.5, "EUR"], ["S-1", 100, 3.25, "EUR"], kind=kind
    )
    pk, rows = tried(admin, files, "supplierpricebreak", field_filters={"part": {"supplier": trade["first"]}})
    assert [row["valid"] for row in rows] == [True, True], rows
    assert rows[0]["data"]["part"] == sku
    assert admin.get("company/price-break/", params={"part": sku}).json() == []
    done = accept(admin, pk, rows)
    assert done.status_code == 201
    breaks = admin.get("company/price-break/", params={"part": sku}).json()
    assert [(entry["quantity"], entry["price"], entry["price_currency"]) for entry in breaks] == [
        (10, 4.5, "EUR"), (100, 3.25, "EUR"),
    ]  # fmt: skip
    session = admin.get(f"importer/session/{pk}/").json()
    assert (session["status"], session["row_count"], session["completed_row_count"]) == (40, 2, 2)
    assert accept(admin, pk, rows).json() == {"rows": ["Row has already been completed"]}
    for entry in breaks:
        admin.delete(f"company/price-break/{entry['pk']}/")


def test_a_bad_row_says_what_a_post_would_say(admin: httpx.Client, trade: dict[str, int]) -> None:
    files = table(["Name", "Minimum Stock"], ["Good", 1], ["<b>bad</b>", -5], ["", 3])
    pk, rows = tried(admin, files, "part")
    posted = admin.post("part/", json={"name": "<b>bad</b>", "minimum_stock": -5}).json()
    assert [row["valid"] for row in rows] == [True, False, False]
    assert rows[1]["errors"] == posted
    assert rows[2]["errors"] == {"name": ["This field is required."]}
    assert accept(admin, pk, rows).json() == {"rows": ["Row contains invalid data"]}
    mended = admin.patch(f"importer/row/{rows[1]['pk']}/", json={"data": {"name": "Mended", "minimum_stock": 5}}).json()
    assert mended["valid"] is True
    assert mended["errors"] is None
    assert admin.delete(f"importer/row/{rows[2]['pk']}/").status_code == 204
    assert accept(admin, pk, rows[:2]).status_code == 201
    assert admin.get(f"importer/session/{pk}/").json()["status"] == 40
    assert {"Good", "Mended"} <= {part["name"] for part in admin.get("part/").json()}


def test_all_rows_are_written_or_none(admin: httpx.Client) -> None:
    """Each is right by itself, the second is not after the first."""
    files = table(["Name", "IPN"], ["Twin", "T-1"], ["Twin", "T-1"], ["Single", "T-2"])
    pk, rows = tried(admin, files, "part")
    assert [row["valid"] for row in rows] == [True, True, True]
    before = len(admin.get("part/").json())
    refused = accept(admin, pk, rows)
    assert refused.status_code == 400
    assert refused.json()["rows"][0].startswith("Row 2: ")
    assert len(admin.get("part/").json()) == before
    now = admin.get("importer/row/", params={"session": pk}).json()
    assert [row["valid"] for row in now] == [True, False, True]
    assert [row["complete"] for row in now] == [False] * 3
    assert now[1]["errors"]
    assert accept(admin, pk, [now[0], now[2]]).status_code == 201
    assert len(admin.get("part/").json()) == before + 2


def test_names_that_fit_none_or_several_are_told(admin: httpx.Client, trade: dict[str, int]) -> None:
    files = table(["Part", "Quantity", "Price"], ["S-2", 1, 1], ["S-9", 1, 1], ["1", 1, 1], [" s-3 ", 1, 1])
    _, rows = tried(admin, files, "supplierpricebreak")
    both = sorted((trade["first2"], trade["second2"]))
    assert rows[0]["errors"] == {"part": [f'"S-2" matches several of SupplierPart ({both[0]}, {both[1]}): give its ID']}
    assert rows[1]["errors"] == {"part": ['No SupplierPart matches "S-9"']}
    assert rows[2]["errors"] == {
        "part": [f'"1" matches several of SupplierPart (1, {trade["numeric"]}): give its ID']
    }  # fmt: skip
    assert rows[3]["data"]["part"] == trade["first3"]


def test_objects_are_changed_by_their_key(admin: httpx.Client) -> None:
    part = make(admin, "part/", name="Before", description="kept")["pk"]
    files = table(["ID", "Name"], [part, "After"], [999_999, "Nobody"])
    pk, rows = tried(admin, files, "part", update_records="true")
    assert [row["valid"] for row in rows] == [True, False]
    assert accept(admin, pk, rows[:1]).status_code == 201
    now = admin.get(f"part/{part}/").json()
    assert (now["name"], now["description"]) == ("After", "kept")


def test_an_export_comes_back(admin: httpx.Client) -> None:
    """What a list exports, an import reads: here companies with texts that look like formulas."""
    make(admin, "company/", name="=cmd()", phone="+49 30 12345", description="-5 to +5 V", is_supplier=True)
    exported = admin.get("company/", params={"export": "csv", "name": "=cmd()"}).content
    (row,) = tried(admin, {"data_file": ("companies.csv", exported)}, "company")[1]
    assert {key: row["data"][key] for key in ("name", "phone", "description")} == {
        "name": "=cmd()", "phone": "+49 30 12345", "description": "-5 to +5 V",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("lines.pdf", b"%PDF", "Unsupported data file format"),
        ("lines.csv", b"", "The submitted file is empty"),
        ("lines.csv", b"a,b\n", "no rows"),
        ("lines.xlsx", b"PK\x03\x04", "no Excel workbook"),
    ],
)
def test_bad_files_are_refused(admin: httpx.Client, name: str, content: bytes, message: str) -> None:
    answer = begin(admin, {"data_file": (name, content)}, "part")
    assert answer.status_code == 400
    assert message in answer.json()["data_file"][0]


def test_what_must_be_told_is_asked_for(admin: httpx.Client) -> None:
    assert admin.post("importer/session/", json={}).json() == {
        "data_file": ["No file was submitted."], "model_type": ["This field is required."],
    }  # fmt: skip
    assert begin(admin, table(["a"], ["b"]), "user").json() == {"model_type": ['"user" is not a valid choice.']}
    begun = begin(admin, table(["a"], ["b"]), "part").json()
    refused = admin.post(f"importer/session/{begun['pk']}/accept_fields/")
    assert refused.json() == {"error": ["Some required fields have not been mapped"], "fields": ["name"]}
    wrong = begin(admin, table(["a"], ["b"]), "part", field_overrides="[1]")
    assert wrong.json() == {"field_overrides": ["Value must be a valid dictionary object"]}


def test_who_may_not_write_may_not_import(folk: People) -> None:
    files = table(["Name"], ["Mine"])
    with (
        folk.as_user("reader", roles={"part": ["view"]}) as reader,
        folk.as_user("maker", roles={"part": ["view", "add"]}) as maker,
    ):
        assert begin(reader, files, "part").status_code == 403
        assert begin(maker, files, "company").status_code == 403
        pk, rows = tried(maker, files, "part")
        assert reader.get("importer/session/").json() == []
        assert reader.get("importer/row/", params={"session": pk}).json() == []
        assert reader.get(f"importer/session/{pk}/").status_code == 404
        file = folk.server.url + maker.get(f"importer/session/{pk}/").json()["data_file"]
        assert maker.get(file).status_code == 200
        assert reader.get(file).status_code == 403
        assert accept(reader, pk, rows).status_code == 404
        folk.make("maker", roles={"part": ["view"]})
        assert accept(maker, pk, rows).status_code == 403


def test_the_models_are_listed(admin: httpx.Client) -> None:
    models = {entry["model_type"]: entry for entry in admin.get("importer/models/").json()}
    assert models["part"] == {"serializer": "PartSerializer", "model_type": "part", "api_url": "/api/part/"}
    assert models["tag"]["api_url"] is None


def test_a_session_goes_with_its_rows_and_file(folk: People, admin: httpx.Client) -> None:
    pk, rows = tried(admin, table(["Name"], ["Gone"]), "part")
    file = admin.get(f"importer/session/{pk}/").json()["data_file"]
    assert admin.get(f"{folk.server.url}{file}").status_code == 200
    assert admin.delete(f"importer/session/{pk}/").status_code == 204
    assert admin.get(f"importer/row/{rows[0]['pk']}/").status_code == 404
    assert admin.get(f"{folk.server.url}{file}").status_code == 404


def test_the_lines_of_an_order_come_from_a_list(admin: httpx.Client, trade: dict[str, int]) -> None:
    """SKUs are those of the order's supplier, whoever else has the same; the order's total follows."""
    order = make(admin, "order/po/", reference="PO-0901", supplier=trade["second"], description="")["pk"]
    files = table(
        ["SKU", "Quantity", "Purchase Price", "Currency", "Target Date"],
        ["S-2", 10, 2.5, "USD", "2027-01-31"], ["1", 4, 1, "USD", ""], ["S-3", 1, 1, "USD", ""],
        ["S-2", 0.000001, 1, "USD", ""], kind="xlsx",
    )  # fmt: skip
    pk, rows = tried(admin, files, "purchaseorderlineitem", field_overrides={"order": order})
    assert [row["valid"] for row in rows] == [True, True, False, False], [row["errors"] for row in rows]
    assert rows[2]["errors"] == {"part": ['No SupplierPart matches "S-3"']}
    assert "decimal places" in rows[3]["errors"]["quantity"][0]
    assert accept(admin, pk, rows[:2]).status_code == 201
    lines = admin.get("order/po-line/", params={"order": order, "ordering": "pk"}).json()
    found = {line["part"]: (line["quantity"], line["purchase_price"], line["target_date"]) for line in lines}
    assert found == {trade["second2"]: (10, 2.5, "2027-01-31"), trade["numeric"]: (4, 1, None)}
    assert admin.get(f"order/po/{order}/").json()["total_price"] == 29


@pytest.mark.parametrize(
    ("kind", "model", "party"),
    [
        ("so", "salesorderlineitem", "customer"),
        ("so", "salesorderextraline", "customer"),
        ("po", "purchaseorderextraline", "supplier"),
        ("ro", "returnorderextraline", "customer"),
        ("transfer-order", "transferorderlineitem", None),
    ],
)
def test_the_lines_of_other_orders_too(
    admin: httpx.Client, trade: dict[str, int], kind: str, model: str, party: str | None
) -> None:
    company = make(admin, "company/", name=f"Party of {model}", is_customer=True, is_supplier=True)["pk"]
    sold = make(admin, "part/", name=f"Sold {model}", IPN=f"X-{model}", salable=True)["pk"]
    with_whom = {party: company} if party else {}
    order = make(admin, f"order/{kind}/", **with_whom, description="")["pk"]
    files = table(["IPN", "Description", "Quantity", "Reference"], [f"X-{model}", "freight", 3, "first"])
    pk, rows = tried(admin, files, model, field_overrides={"order": order})
    assert [row["errors"] for row in rows] == [None]
    assert accept(admin, pk, rows).status_code == 201
    path = next(entry["api_url"] for entry in admin.get("importer/models/").json() if entry["model_type"] == model)
    (line,) = admin.get(path.removeprefix("/api/"), params={"order": order}).json()
    assert (line["quantity"], line["reference"]) == (3, "first")
    assert line.get("part", sold) == sold
