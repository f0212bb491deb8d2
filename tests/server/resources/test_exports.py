"""Lists as files, straight and kept."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from server.actions.exports import DAYS_KEPT
from server.db.models import DataOutput, StockItem
from server.domain.spreadsheets import read_table
from server.resources import declared
from server.rest.resource import Resource
from tests.server.resources.making import make
from tests.server.resources.people import People, people

MANY = 2_500


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def shelf(folk: People, admin: httpx.Client) -> dict[str, int]:
    """A part, a place, and more stock items than go into one group of keys."""
    part = make(admin, "part/", name="=2+3", IPN="R-10", description="@SUM(A1)")["pk"]
    place = make(admin, "stock/location/", name="Shelf")["pk"]
    first = make(admin, "stock/", part=part, location=place, quantity=7, batch="first")["pk"]
    with folk.server.database.write() as session:
        row = session.execute(select(StockItem.__table__).where(StockItem.pk == first)).mappings().one()
        copied = {key: value for key, value in row.items() if key != "pk"}
        session.execute(
            insert(StockItem),
            [{**copied, "batch": f"b{number:04}", "quantity": number} for number in range(1, MANY)],
        )
    return {"part": part, "place": place}


def rows_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_file_holds_every_row_in_the_order_of_the_list(admin: httpx.Client, shelf: dict[str, int]) -> None:
    answer = admin.get("stock/", params={"export": "csv", "part": shelf["part"], "ordering": "-batch", "limit": 3})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="InvenTree_StockItem_{date.today()}.csv"'
    rows = rows_of(answer)
    batches = [row["Batch Code"] for row in rows]
    assert len(rows) == MANY
    assert batches == sorted(batches, reverse=True)
    assert rows[0]["Stock Quantity"] == "7"
    assert rows[0]["Part.Name"] == "'=2+3"
    assert rows[0]["Part.Description"] == "'@SUM(A1)"
    assert rows[0]["Location.Name"] == "Shelf"


def test_filters_and_search_apply(admin: httpx.Client, shelf: dict[str, int]) -> None:
    everything: dict[str, Any] = {"export": "csv", "part": shelf["part"]}
    assert [row["Batch Code"] for row in rows_of(admin.get("stock/", params={**everything, "batch": "b0007"}))] == [
        "b0007"
    ]
    assert rows_of(admin.get("stock/", params={"export": "csv", "search": "no such thing"})) == []
    refused = admin.get("stock/", params={"export": "csv", "part": 99999})
    assert refused.status_code == 400
    assert "part" in refused.json()


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_each_format_is_read_again(admin: httpx.Client, shelf: dict[str, int], kind: str) -> None:
    answer = admin.get("part/", params={"export": kind})
    (row,) = read_table(answer.content, f"parts.{kind}").rows
    assert row["Name"] == "=2+3"
    assert str(row["Total Stock"]) == str(sum(range(1, MANY)) + 7)


def test_excel_gets_no_formula(admin: httpx.Client, shelf: dict[str, int]) -> None:
    answer = admin.get("part/", params={"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n", "b"}
    assert any(cell.value == "=2+3" and cell.quotePrefix for row in sheet.iter_rows() for cell in row)


def test_a_kept_file_is_fetched_by_who_asked_for_it(folk: People, admin: httpx.Client, shelf: dict[str, int]) -> None:
    with folk.as_user("clerk", roles={"stock": ["view"]}) as clerk, folk.as_user("other") as other:
        kept = clerk.get("stock/", params={"export": "true", "export_format": "tsv", "part": shelf["part"]}).json()
        assert {key: kept[key] for key in ("total", "progress", "complete", "output_type", "plugin", "errors")} == {
            "total": MANY, "progress": 100, "complete": True, "output_type": "export", "plugin": "inventree-exporter",
            "errors": None,
        }  # fmt: skip
        assert kept["user_detail"]["username"] == "clerk"
        address = f"{folk.server.url}{kept['output']}"
        table = read_table(clerk.get(address).content, address)
        assert len(table.rows) == MANY
        assert other.get(address).status_code == 403
        assert other.get("data-output/").json() == []
        assert other.get(f"data-output/{kept['pk']}/").status_code == 404
        assert admin.get(address).status_code == 200
        assert clerk.delete(f"data-output/{kept['pk']}/").status_code == 204
        assert admin.get(address).status_code == 404


def test_who_may_not_see_the_list_gets_no_file(folk: People, shelf: dict[str, int]) -> None:
    with folk.as_user("nobody") as nobody, folk.client() as stranger:
        assert nobody.get("stock/", params={"export": "csv"}).status_code == 403
        assert nobody.get("stock/", params={"export": "true"}).status_code == 403
        assert stranger.get("stock/", params={"export": "csv"}).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"export": "true", "export_format": "pdf"}, "export_format"),
        ({"export": "true", "export_plugin": "pdf"}, "export_plugin"),
        ({"export": "pdf"}, "export"),
    ],
)
def test_other_forms_are_refused(admin: httpx.Client, query: dict[str, str], field: str) -> None:
    answer = admin.get("part/", params=query)
    assert answer.status_code == 400
    assert answer.json() == {field: ['"pdf" is not a valid choice.']}


def test_false_is_a_plain_list(admin: httpx.Client) -> None:
    assert isinstance(admin.get("part/", params={"export": "false"}).json(), list)


def test_options_tell_the_ways_to_export(admin: httpx.Client) -> None:
    actions = admin.options("part/", params={"export": "true"}).json()["actions"]
    assert [choice["value"] for choice in actions["GET"]["export_format"]["choices"]] == ["csv", "xlsx", "tsv"]
    assert actions["GET"]["export_format"]["default"] == "csv"
    assert actions["GET"]["export_plugin"]["default"] == "inventree-exporter"
    assert "name" in actions["POST"]


def test_old_files_go(folk: People, admin: httpx.Client, shelf: dict[str, int]) -> None:
    kept = admin.get("part/", params={"export": "true"}).json()
    with folk.server.database.write() as session:
        old = date.today() - timedelta(days=DAYS_KEPT + 1)
        session.execute(update(DataOutput).where(DataOutput.pk == kept["pk"]).values(created=old))
    newer = admin.get("part/", params={"export": "true"}).json()
    assert admin.get(f"data-output/{kept['pk']}/").status_code == 404
    assert admin.get(f"{folk.server.url}{kept['output']}").status_code == 404
    assert admin.get(f"{folk.server.url}{newer['output']}").status_code == 200


LISTS = sorted(
    resource.path
    for resource in declared()
    if isinstance(resource, Resource) and "list" in resource.can and "{" not in resource.path
)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_can_be_exported(admin: httpx.Client, path: str, kind: str) -> None:
    answer = admin.get(f"..{path}" if path.startswith("/") else path, params={"export": kind})
    assert answer.status_code == 200, answer.text
    content = answer.content if kind == "csv" else b""
    if kind == "xlsx":
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert len(next(sheet.iter_rows(values_only=True))) > 0
    else:
        header, *_ = csv.reader(io.StringIO(content.decode(), newline=""))
        assert len(header) == len(set(header))
        assert header
