"""The reorder desk over a real server: what is short and why, and the draft orders made of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from server.db.models import PurchaseOrder, StockItem, StockItemTracking, SupplierPriceBreak
from server.db.models.alerts import LocationLevel
from server.db.models.forecasts import Forecast
from server.db.models.sales import Demand
from server.domain.status import StockHistoryCode
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop

URL = "/plugin/bincard/reorder/"
ORDER = f"{URL}order/"
NUMBERS = count(1)


class Desks(Desk):
    """Parts that run low."""

    def reorder(self, **query: Any) -> dict[str, Any]:
        answer = self.api.get(f"{self.folk.server.url}{URL}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def line(self, part: int) -> dict[str, Any]:
        (found,) = self.reorder(part=part)["results"]
        line: dict[str, Any] = found
        return line

    def send(self, *lines: dict[str, Any], key: str = "", api: httpx.Client | None = None, **more: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        url = f"{self.folk.server.url}{ORDER}"
        return (api or self.api).post(url, json={"lines": list(lines), **more}, headers=headers)

    def price(self, supplied: int, *steps: tuple[int, str]) -> None:
        for quantity, price in steps:
            self.add(
                SupplierPriceBreak(
                    part_id=supplied, quantity=Decimal(quantity), price=Decimal(price), price_currency="USD"
                )
            )

    def low(self, *, minimum: float = 10, pack: float = 1, price: str = "2", **supplier: Any) -> tuple[int, int]:
        """A part of which nothing is there, and who sells it."""
        part = self.part(minimum_stock=minimum)
        supplied = self.supplied(part, pack, **supplier)
        self.price(supplied, (1, price))
        return part, supplied

    def used(self, part: int, per_week: float, weeks: int = 26) -> None:
        """Usage that only the history of stock items tells."""
        monday = date.today() - timedelta(days=date.today().weekday())
        with self.folk.server.database.write() as session:
            item = StockItem(
                part_id=part, part_name="x", quantity=Decimal(30), creation_date=datetime.now(UTC),
                updated=datetime.now(UTC),
            )  # fmt: skip
            session.add(item)
            session.flush()
            for week in range(1, weeks + 1):
                day = monday - timedelta(weeks=week) + timedelta(days=2)
                session.add(
                    StockItemTracking(
                        item_id=item.pk, part_id=part, date=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                        tracking_type=int(StockHistoryCode.STOCK_REMOVE), deltas={"removed": per_week}, notes="",
                    )
                )  # fmt: skip


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("reorder"), empty_template) as found:
        yield found


@pytest.fixture
def desk(folk: People) -> Iterator[Desks]:
    with folk.server.client() as api:
        yield Desks(folk, Shop(api))


class TestWhatIsShort:
    def test_a_part_below_its_minimum_with_each_number(self, desk: Desks) -> None:
        part = desk.part(minimum_stock=50)
        supplied = desk.supplied(part, 5)
        desk.price(supplied, (1, "10"), (8, "9"))
        desk.shop.item(part, 12)
        desk.purchase({"part": supplied, "quantity": Decimal(2)}, supplier_id=None)
        line = desk.line(part)
        assert (line["on_hand"], line["on_order"], line["allocated"]) == (12, 10, 0)
        assert (line["forecast"], line["safety_stock"], line["minimum"], line["needed"]) == (0, 0, 50, 50)
        assert line["short"] == 28
        assert line["demand"]["source"] == "none"
        assert line["lead"] == {"days": 14, "deviation": 0, "receipts": 0, "of": "setting"}
        order = line["order"]
        assert (order["supplier_part"], order["packs"], order["quantity"], order["total"]) == (supplied, 6, 30, 60)
        assert order["expected"] == (datetime.now(UTC).date() + timedelta(days=14)).isoformat()

    def test_usage_of_the_stock_history_makes_the_forecast(self, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.used(part, 14)
        line = desk.line(part)
        assert line["demand"]["source"] == "tracking"
        assert line["demand"]["per_day"] == pytest.approx(2)
        assert line["forecast"] == pytest.approx(42)  # 2 a day for 14 + 7 days
        assert line["safety_stock"] == 0  # always the same, and no receipts to vary
        assert line["short"] == pytest.approx(12)
        assert line["cover_days"] == pytest.approx(15)

    def test_a_forecast_goes_before_what_was_used(self, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.used(part, 14)
        today = datetime.now(UTC).date()
        desk.add(
            Forecast(
                part_id=part, made_at=datetime.now(UTC), start=today - timedelta(days=8), bucket="week", horizon=5,
                kind="smooth", model="theta", mean=[99, 7, 14, 21, 28], low=[99, 7, 14, 21, 28],
                high=[99, 7, 14, 21, 28], history_buckets=60, enough=True, why="",
            )
        )  # fmt: skip
        line = desk.line(part)
        assert (line["demand"]["source"], line["demand"]["periods"]) == ("forecast", 60)
        assert line["forecast"] == 7 + 14 + 21  # the week that is over is not expected any more

    def test_a_forecast_with_too_little_history_does_not_count(self, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.used(part, 14)
        desk.add(
            Forecast(
                part_id=part, made_at=datetime.now(UTC), start=date.today(), bucket="week", horizon=1, kind="too short",
                model="", mean=[500], low=[500], high=[500], history_buckets=2, enough=False, why="2 weeks",
            )
        )  # fmt: skip
        assert desk.line(part)["demand"]["source"] == "tracking"

    def test_demand_that_is_kept_goes_before_the_stock_history(self, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.used(part, 14)
        monday = date.today() - timedelta(days=date.today().weekday())
        for week in range(1, 27):
            day = monday - timedelta(weeks=week)
            desk.add(
                Demand(part_key=part, location_key=0, day=day, sold=Decimal(4), consumed=Decimal(2), lost=Decimal(1))
            )
        line = desk.line(part)
        assert (line["demand"]["source"], line["demand"]["per_day"]) == ("history", 1)

    def test_the_settings_count(self, folk: People, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.used(part, 14)
        desk.set_own("REORDER_REVIEW_DAYS", "14")
        try:
            assert desk.line(part)["forecast"] == pytest.approx(56)
        finally:
            desk.set_own("REORDER_REVIEW_DAYS", "7")
        answer = desk.api.patch("plugins/bincard/settings/REORDER_SERVICE_LEVEL/", json={"value": "100"})
        assert answer.status_code == 400

    def test_the_next_price_break_is_taken_where_it_costs_less(self, desk: Desks) -> None:
        part = desk.part(minimum_stock=95)
        supplied = desk.supplied(part)
        desk.price(supplied, (1, "1"), (100, "0.5"))
        order = desk.line(part)["order"]
        assert (order["quantity"], order["total"], order["before"]["quantity"], order["before"]["total"]) == (
            100, 50, 95, 95,
        )  # fmt: skip

    def test_levels_of_locations_are_filled_up(self, desk: Desks) -> None:
        part, _ = desk.low(minimum=0)
        desk.add(LocationLevel(part_id=part, location_id=desk.shop.location(), minimum=Decimal(5), maximum=Decimal(20)))
        assert desk.line(part)["short"] == 20

    def test_what_is_not_short_is_not_listed(self, desk: Desks) -> None:
        low, _ = desk.low()
        full, _ = desk.low()
        desk.shop.item(full, 10)
        listed = {line["part"] for line in desk.reorder(limit=5000)["results"]}
        assert low in listed
        assert full not in listed
        assert desk.line(full)["order"] is None

    def test_inactive_suppliers_and_templates_are_left_out(self, desk: Desks) -> None:
        part, _ = desk.low(supplier_id=desk.company(is_supplier=True, active=False))
        assert desk.line(part)["order"] is None
        template = desk.part(minimum_stock=5, is_template=True)
        assert desk.reorder(part=template)["results"] == []

    def test_narrowed_by_supplier_category_and_location(self, desk: Desks) -> None:
        supplier = desk.company(is_supplier=True)
        category = desk.api.post("part/category/", json={"name": f"Reorder {next(NUMBERS)}"}).json()["pk"]
        place = desk.shop.location()
        part = desk.part(minimum_stock=3, category=category, default_location=place)
        desk.price(desk.supplied(part, supplier_id=supplier), (1, "1"))
        for query in ({"supplier": supplier}, {"category": category}, {"location": place}):
            found = desk.reorder(**query)
            assert [line["part"] for line in found["results"]] == [part]
            assert found["count"] == 1
        answer = desk.api.get(f"{desk.folk.server.url}{URL}", params={"category": "zzz"})
        assert answer.status_code == 400


class TestOrders:
    def test_one_draft_for_each_supplier_with_prices_and_dates(self, desk: Desks) -> None:
        one, two = desk.company(is_supplier=True), desk.company(is_supplier=True)
        lines: list[dict[str, Any]] = []
        for supplier, pack in ((one, 1), (one, 10), (two, 1)):
            part, supplied = desk.low(pack=pack, supplier_id=supplier)
            lines.append({"part": part, "supplier_part": supplied, "quantity": 20, "notes": "20 to the minimum"})
        answer = desk.send(*lines)
        assert answer.status_code == 201, answer.text
        orders = answer.json()["orders"]
        assert [(each["supplier"], each["lines"]) for each in orders] == [(one, 2), (two, 1)]
        assert answer.json()["refused"] == []
        assert orders[0]["total_price"] == 20 * 2 + 2 * 2
        due = (datetime.now(UTC).date() + timedelta(days=14)).isoformat()
        made = desk.api.get(f"order/po/{orders[0]['pk']}/").json()
        assert (made["status"], made["target_date"]) == (10, due)
        rows = desk.api.get("order/po-line/", params={"order": orders[0]["pk"]}).json()
        assert sorted(row["quantity"] for row in rows) == [2, 20]
        assert {(row["reference"], row["notes"], row["purchase_price"], row["target_date"]) for row in rows} == {
            ("Reorder", "20 to the minimum", 2.0, due)
        }
        assert desk.line(lines[0]["part"])["short"] == 0  # drafts are on order

    def test_a_repeat_with_the_same_key_makes_nothing_again(self, desk: Desks) -> None:
        part, supplied = desk.low()
        line = {"part": part, "supplier_part": supplied, "quantity": 10}
        first, second = (desk.send(line, key="again-1") for _ in range(2))
        assert first.json() == second.json()
        assert len(desk.api.get("order/po/", params={"supplier_part": supplied}).json()) == 1

    def test_added_to_a_pending_draft_of_the_desk_when_asked(self, desk: Desks) -> None:
        supplier = desk.company(is_supplier=True)
        desk.purchase(status=10, supplier_id=supplier)  # somebody's own draft is left alone
        made = []
        for more in (False, True, False):
            part, supplied = desk.low(supplier_id=supplier)
            line = {"part": part, "supplier_part": supplied, "quantity": 10}
            (order,) = desk.send(line, add_to_drafts=more).json()["orders"]
            made.append((order["pk"], order["added_to_draft"]))
        assert made[1] == (made[0][0], True)
        assert made[2][0] != made[0][0]
        assert made[2][1] is False

    def test_a_supplier_is_ordered_from_all_or_not_at_all(self, desk: Desks) -> None:
        bad, good = desk.company(is_supplier=True), desk.company(is_supplier=True)
        fine, boxed, other = desk.low(supplier_id=bad), desk.low(pack=12, supplier_id=bad), desk.low(supplier_id=good)
        lines = [{"part": part, "supplier_part": supplied, "quantity": 10} for part, supplied in (fine, boxed, other)]
        lines.append({"part": fine[0], "supplier_part": 999_999, "quantity": 1})
        answer = desk.send(*lines)
        assert answer.status_code == 201
        assert [order["supplier"] for order in answer.json()["orders"]] == [good]
        refused = {one["supplier"]: one["lines"] for one in answer.json()["refused"]}
        assert refused[bad]["1"]["quantity"][0].endswith("comes in steps of 12: 10 is none, 12 would be.")
        assert refused[None]["3"] == {"supplier_part": ["There is no such supplier part any more."]}
        assert desk.api.get("order/po/", params={"supplier": bad}).json() == []

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"quantity": 0}, "quantity"),
            ({"quantity": -5}, "quantity"),
            ({"quantity": 0.5}, "quantity"),
            ({"part": 999_999}, "supplier_part"),
        ],
    )
    def test_what_cannot_be_ordered_is_refused_by_line(self, desk: Desks, change: dict[str, Any], field: str) -> None:
        part, supplied = desk.low()
        answer = desk.send({"part": part, "supplier_part": supplied, "quantity": 10, **change})
        assert answer.status_code == 400
        assert field in answer.json()["lines"]["0"]

    def test_the_same_twice_and_what_is_not_sold_any_more(self, desk: Desks) -> None:
        part, supplied = desk.low()
        line = {"part": part, "supplier_part": supplied, "quantity": 10}
        assert "supplier_part" in desk.send(line, line).json()["lines"]["1"]
        desk.api.patch(f"company/part/{supplied}/", json={"active": False})
        assert "supplied any more" in desk.send(line).json()["lines"]["0"]["supplier_part"][0]
        assert desk.send().status_code == 400

    def test_hostile_text_stays_text(self, desk: Desks) -> None:
        part, supplied = desk.low()
        line = {"part": part, "supplier_part": supplied, "quantity": 10, "notes": "'; drop table x; \x1b[2J[red]"}
        (order,) = desk.send(line).json()["orders"]
        (row,) = desk.api.get("order/po-line/", params={"order": order["pk"]}).json()
        assert "drop table x" in row["notes"]


class TestRights:
    def test_seeing_asks_for_view_and_ordering_for_add(self, folk: People, desk: Desks) -> None:
        part, supplied = desk.low()
        line = {"part": part, "supplier_part": supplied, "quantity": 10}
        url = f"{folk.server.url}{URL}"
        with folk.as_user("nothing", roles={"stock": ["view", "add"]}) as nobody:
            assert nobody.get(url).status_code == 403
        with folk.as_user("looks", roles={"purchase_order": ["view"]}) as looks:
            assert looks.get(url, params={"part": part}).status_code == 200
            assert desk.send(line, api=looks).status_code == 403
        with folk.as_user("buys", roles={"purchase_order": ["view", "add"]}) as buys:
            assert desk.send(line, api=buys).status_code == 201


def test_the_number_of_statements_does_not_depend_on_what_there_is(desk: Desks, folk: People) -> None:
    seen: list[str] = []
    event.listen(folk.server.database._reading, "before_cursor_execute", lambda *args: seen.append(args[2]))
    desk.low()
    seen.clear()
    desk.reorder()
    first = len(seen)
    for _ in range(5):
        desk.low()
    seen.clear()
    assert len(desk.reorder()["results"]) > 5
    assert len(seen) == first


def test_drafts_of_the_desk_are_marked(desk: Desks) -> None:
    part, supplied = desk.low()
    (order,) = desk.send({"part": part, "supplier_part": supplied, "quantity": 10}).json()["orders"]
    assert desk.read(PurchaseOrder, order["pk"]).metadata_ == {"bincard": {"reorder": True}}
