"""The figures of the sales screen over a real history that was taken in, checked against the file itself."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from server.actions.sales.checking import check_sales
from server.actions.sales.history import demand_history
from server.actions.sales.tables import LINES
from server.db.models.common import ExchangeBackend, Rate
from server.db.models.company import Company, SupplierPart
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem
from server.domain.spreadsheets import write_table
from tests.server.resources.people import People, people

HISTORY = Path(__file__).parents[2] / "data" / "sales-history.csv"
OWN = "../plugin/bincard/sales/"  # clients are at /api/
NOT_PRODUCTS = {"POST", "D", "M", "DOT", "C2"}
END = date(2011, 12, 10)


def sold() -> list[dict[str, Any]]:
    """The lines of the file that are sales of products."""
    with HISTORY.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["StockCode"] not in NOT_PRODUCTS]
    return [
        {
            "code": row["StockCode"].upper(), "day": date.fromisoformat(row["InvoiceDate"][:10]),
            "units": int(row["Quantity"]), "revenue": int(row["Quantity"]) * float(row["UnitPrice"]),
            "customer": row["CustomerID"].removesuffix(".0"),
        }
        for row in rows
        if int(row["Quantity"]) > 0 or float(row["UnitPrice"])
    ]  # fmt: skip


TRUTH = sold()
TOP = [code for code, _ in Counter(row["code"] for row in TRUTH).most_common(2)]


def send(api: httpx.Client, content: bytes | None = None, name: str = "sales.csv", **values: Any) -> httpx.Response:
    content = HISTORY.read_bytes() if content is None else content
    return api.post(f"{OWN}import/", data={"currency": "GBP", **values}, files={"file": (name, content)})


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        with made.server.database.write() as session:
            category = PartCategory(name="Lights", tree_path="/1/", pathstring="Lights")
            maker = Company(name="Maker", is_supplier=True)
            session.add_all([category, maker])
            session.flush()
            part = Part(name="Heart", IPN=TOP[0].lower(), description="", category_id=category.pk, creation_date=END)
            other = Part(name="Stand", description="", creation_date=END)
            session.add_all([part, other])
            session.flush()
            session.add(SupplierPart(part_id=other.pk, supplier_id=maker.pk, SKU=TOP[1]))
            backend = ExchangeBackend(name="InvenTreeExchange", base_currency="USD")
            session.add_all([StockItem(part_id=part.pk, quantity=7), StockItem(part_id=other.pk, quantity=3), backend])
            session.flush()
            session.add_all([Rate(currency=name, value=value, backend_id=backend.pk)
                             for name, value in (("USD", 1.0), ("GBP", 0.5))])  # fmt: skip
        with made.client("admin") as api:
            answer = send(api, create_customers="true")
            assert answer.status_code in (200, 201), answer.text
        yield made


@pytest.fixture(scope="module")
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def ask(api: httpx.Client, path: str, **query: Any) -> Any:
    answer = api.get(f"{OWN}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def key_of(folk: People, name: str) -> int:
    with folk.server.database.read() as connection:
        return int(connection.scalar(select(Part.pk).where(Part.name == name)) or 0)


def test_a_file_is_taken_in_once(api: httpx.Client, folk: People) -> None:
    dry = send(api, dry_run="true").json()
    assert (dry["lines"], dry["new_lines"], dry["dry_run"]) == (len(TRUTH), 0, True)
    assert dry["parts"] == {"IPN": 1, "SKU": 1, "name": 0} and set(dry["not_products"]) <= NOT_PRODUCTS
    assert dry["revenue"]["GBP"] == pytest.approx(sum(row["revenue"] for row in TRUTH))
    assert dry["unknown_codes"] == len({row["code"] for row in TRUTH}) - 2 and dry["unknown_customers"] == 0
    assert dry["written_off"] == 2 and dry["returns"] == sum(row["units"] < 0 for row in TRUTH)
    again = send(api).json()
    assert (again["new_lines"], again["written"]) == (0, 0)
    mended = check_sales(folk.server.database)
    assert not any(count for name, count in mended.items() if name.endswith("_mended"))


@pytest.mark.parametrize(
    ("content", "values", "words"),
    [
        (b"Code,Amount\nA,1\n", {}, "No column says the quantity, the date"),
        (b"part,quantity,date,price\nA,x,2020-01-01,1\nB,1,yesterday,1\n", {}, "Row 3: the date 'yesterday'"),
        (b"part,quantity,date,price\nA,1,2020-01-01,1\n", {"columns": '{"part": "Nix"}'}, "no column 'Nix'"),
        (b"part,quantity,date,price\nA,1,2020-01-01,1\n", {"columns": "[1]"}, "JSON object"),
        (b"part,quantity,date,price\nA,1,2020-01-01,1\n", {"currency": "1"}, "is none"),
        (b"part,quantity,date,price\nA,9e99,2020-01-01,1\n", {}, "too large"),
        (b"\xff\xfe", {}, "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(
    api: httpx.Client, content: bytes, values: dict[str, str], words: str
) -> None:
    answer = send(api, content, **values)
    assert answer.status_code == 400 and words in answer.text, answer.text


def test_bad_rows_may_be_left_out_and_columns_named(api: httpx.Client) -> None:
    content = b"Art,N,On,Each\nA-1,2,12/31/2009 8:15,1.50\n,1,12/31/2009 8:15,1\n"
    columns = '{"part": "Art", "quantity": "N", "date": "On", "price": "Each"}'
    values = {"columns": columns, "dates": "%m/%d/%Y %H:%M", "skip_bad": "true", "dry_run": "true"}
    told = send(api, content, **values).json()
    assert (told["lines"], told["error_count"], told["since"]) == (1, 1, "2009-12-31")
    assert told["revenue"] == {"GBP": 3.0} and told["unknown"][0]["code"] == "A-1"


def test_the_table_is_what_the_file_says(api: httpx.Client, folk: People) -> None:
    told = ask(api, "table/", until=END.isoformat(), period="months", currency="GBP", limit=500)
    starts = [date.fromisoformat(day) for day in told["starts"]]
    assert starts[0] == date(2010, 12, 1) and starts[-1] == date(2011, 11, 1) and len(starts) == 12
    current = date.fromisoformat(told["current"])
    truth: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in TRUTH:
        if starts[0] <= row["day"] < current:
            truth[row["code"]][0] += row["units"]
            truth[row["code"]][1] += row["revenue"]
    names = {TOP[0]: "Heart", TOP[1]: "Stand"}
    found = {row["name"]: row for row in told["results"]}
    for code, (units, revenue) in truth.items():
        row = found[names.get(code, code)]
        assert (row["units"], row["revenue"]) == (units, pytest.approx(revenue)), code
        assert sum(row["units_series"]) == units and sum(row["revenue_series"]) == pytest.approx(revenue)
    assert told["total"]["revenue"] == pytest.approx(sum(one[1] for one in truth.values()))
    revenues = [row["revenue"] for row in told["results"]]
    assert revenues == sorted(revenues, reverse=True) and told["results"][0]["abc"] == "A"
    assert told["converted"] == told["unconverted"] == []


def test_groups_add_up_and_money_is_converted(api: httpx.Client) -> None:
    query = {"until": END.isoformat(), "period": "months"}
    parts = ask(api, "table/", currency="GBP", **query)["total"]
    for by in ("category", "customer", "supplier"):
        told = ask(api, "table/", by=by, currency="GBP", **query)
        assert told["total"]["revenue"] == pytest.approx(parts["revenue"]) and told["count"] >= 2
    dollars = ask(api, "table/", currency="USD", **query)
    assert dollars["total"]["revenue"] == pytest.approx(2 * parts["revenue"]) and dollars["converted"] == ["GBP"]
    assert dollars["results"][0]["own_currencies"]["GBP"] * 2 == pytest.approx(dollars["results"][0]["revenue"])
    francs = ask(api, "table/", currency="CHF", **query)
    assert (francs["total"]["revenue"], francs["unconverted"]) == (0, ["GBP"])
    assert francs["total"]["units"] == parts["units"]


def test_the_table_is_searched_sorted_and_turned(api: httpx.Client) -> None:
    query = {"until": END.isoformat(), "period": "months", "currency": "GBP"}
    assert [row["name"] for row in ask(api, "table/", search="heart", **query)["results"]] == ["Heart"]
    both = ask(api, "table/", **query)
    paged = [ask(api, "table/", limit=1, offset=place, **query)["results"][0] for place in range(2)]
    assert paged == both["results"][:2]
    for ordering in ("units", "-units", "name", "-name", "growth", "-growth"):
        rows = ask(api, "table/", ordering=ordering, **query)["results"]
        values = [row[ordering.removeprefix("-")] for row in rows]
        told = [value.lower() if isinstance(value, str) else value for value in values if value is not None]
        assert told == sorted(told, reverse=ordering.startswith("-")) and len(values) == both["count"]
    for wrong in ({"by": "colour"}, {"ordering": "size"}, {"until": "soon"}, {"currency": "pounds"}):
        assert api.get(f"{OWN}table/", params=wrong).status_code == 400


@pytest.mark.parametrize("bucket", ["week", "month", "year"])
def test_a_series_is_what_the_file_says(api: httpx.Client, folk: People, bucket: str) -> None:
    part = key_of(folk, "Heart")
    told = ask(
        api, "series/", key=part, bucket=bucket, until=END.isoformat(), currency="GBP", window=3, count=14,
        code="unknown code",
    )  # fmt: skip
    row = told["results"][0]
    starts = [date.fromisoformat(day) for day in told["starts"]]
    ends = [*starts[1:], date(2012, 1, 1)]
    values = [
        sum(one["units"] for one in TRUTH if one["code"] == TOP[0] and start <= one["day"] < end)
        for start, end in zip(starts, ends, strict=True)
    ]
    assert row["units"]["values"] == values and any(values)
    assert row["units"]["average"][-1] == pytest.approx(sum(values[-3:]) / 3)
    earlier = [date.fromisoformat(day) for day in told["starts_year_before"]]
    place = starts.index(earlier[-1]) if earlier[-1] in starts else None
    if place is not None:
        assert row["units"]["year_before"][-1] == row["units"]["values"][place]
    assert told["results"][1]["name"] == "unknown code" and not any(told["results"][1]["units"]["values"])


def test_the_year_and_the_orders_behind_a_bar(api: httpx.Client, folk: People) -> None:
    part = key_of(folk, "Heart")
    told = ask(api, "season/", key=part, until=END.isoformat(), currency="GBP")
    truth: Counter[Any] = Counter()
    for row in TRUTH:
        if row["code"] == TOP[0]:
            truth[row["day"].year, row["day"].month] += row["units"]
    for year in told["years"]:
        for month, units in enumerate(year["units"], start=1):
            assert (units or 0) == truth[year["year"], month]
    first = min(month for year, month in truth if year == 2011)
    whole = [value for (year, month), value in truth.items() if (year, month) != (2011, 12)]
    expected = truth[2011, first] / (sum(whole) / len(whole))
    if len(whole) == 12:
        assert told["index"]["units"][first - 1] == pytest.approx(expected)
    behind = ask(api, "orders/", key=part, since=f"2011-{first:02}-01", bucket="month", limit=500)
    assert sum(line["quantity"] for line in behind["results"]) == truth[2011, first]
    assert behind["totals"][0]["units"] == truth[2011, first] and behind["count"] == len(behind["results"])
    assert {line["part"] for line in behind["results"]} == {part}
    assert api.get(f"{OWN}orders/", params={"bucket": "month"}).status_code == 400


def test_slow_movers_were_sold_long_ago_or_never(api: httpx.Client, folk: People) -> None:
    last = max(row["day"] for row in TRUTH if row["code"] == TOP[0] and row["units"] > 0)
    told = ask(api, "slow/", until=(last + timedelta(days=200)).isoformat())
    rows = {row["name"]: row for row in told["results"]}
    assert rows["Heart"]["last_sale"] == last.isoformat() and rows["Heart"]["days"] == 200
    assert rows["Heart"]["in_stock"] == 7 and told["days"] == 180
    assert "Heart" not in {row["name"] for row in ask(api, "slow/", until=last.isoformat())["results"]}


def test_reports_are_listed_and_demand_is_known(api: httpx.Client, folk: People) -> None:
    part = key_of(folk, "Heart")
    rows = ask(api, "", part=part, since="2011-01-01", until="2011-02-01", limit=500)["results"]
    truth: Counter[Any] = Counter()
    for row in TRUTH:
        if row["code"] == TOP[0] and (row["day"].year, row["day"].month) == (2011, 1):
            truth[row["day"].isoformat()] += row["units"]
    found: Counter[str] = Counter()
    for row in rows:
        found[row["sales_date"]] += row["quantity_sold"]
    assert found == truth and {(row["part"], row["source"]) for row in rows} == {(part, "import")}
    with folk.server.database.read() as connection:
        buckets = demand_history(connection, [part], since=date(2011, 1, 1), until=date(2011, 2, 1), bucket="day")[part]
    assert {one.start.isoformat(): float(one.sold) for one in buckets if one.sold} == {
        day: units for day, units in truth.items() if units > 0
    }


def test_the_number_of_statements_does_not_depend_on_the_answer(api: httpx.Client, folk: People) -> None:
    part = key_of(folk, "Heart")
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        asked.extend([] if statement == "BEGIN" else [statement])

    engine = folk.server.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for path, query, most in (
            ("table/", {"limit": 1, "search": "e", "ordering": "name"}, 8), ("table/", {"limit": 100}, 8),
            ("series/", {"key": part}, 3), ("season/", {}, 2), ("slow/", {}, 2), ("orders/", {"limit": 100}, 2),
        ):  # fmt: skip
            asked.clear()
            ask(api, path, until=END.isoformat(), **query)
            assert 1 <= len(asked) <= most, (path, asked)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_only_those_who_see_sales_orders_see_sales(folk: People) -> None:
    with folk.as_user("storeman", roles={"stock": ("view", "add")}) as client:
        for path in ("", "table/", "season/", "slow/", "orders/", "series/?key=1"):
            assert client.get(f"{OWN}{path}").status_code == 403
    with folk.as_user("seller", roles={"sales_order": ("view",)}) as client:
        assert client.get(f"{OWN}table/").status_code == 200
        assert send(client).status_code == 403
    with folk.as_user("clerk", roles={"sales_order": ("view", "add")}) as client:
        assert send(client, dry_run="true").status_code in (200, 201)
        assert send(client, create_parts="true").status_code == 400
    with folk.server.database.read() as connection:
        assert connection.scalar(select(LINES.c.pk).limit(1)) is not None


def test_a_workbook_says_the_same_as_text(api: httpx.Client) -> None:
    with HISTORY.open(newline="") as file:
        names, *rows = csv.reader(file)
    book = BytesIO()
    write_table(book, "xlsx", names, rows)
    told = send(api, book.getvalue(), "sales.xlsx", dry_run="true").json()
    assert (told["lines"], told["new_lines"], told["error_count"]) == (len(TRUTH), 0, 0)
