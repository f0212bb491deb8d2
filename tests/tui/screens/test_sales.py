"""The sales screens against a real server: what was imported, what was shipped, and the numbers behind the pictures."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.actions.sales.checking import check_sales
from server.actions.sales.following import catch_up
from server.actions.sales.forecasts import StoredForecast, store
from tests.faults import FaultServer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.screens.sales_shop import SalesShop
from tui.config import Launch
from tui.safe_text import is_safe

#: Units of lamps sold in each of the last twelve whole weeks, oldest first: all at 1.00, so revenue says the same.
LAMPS = (8, 4, 2, 1, 0, -3, 6, 8, 0, 0, 4, 8)
LAMP_BARS = "█▄▂▁.-▆█..▄█"
TAPES = 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("sales"), empty_template) as started:
        yield started


@pytest.fixture(scope="module")
def shop(server: Running) -> Iterator[SalesShop]:
    """Lamps and tapes were sold for twelve weeks, a year ago too; wire never; hostile things once."""
    with server.client() as api:
        made = SalesShop(api, "Acme")
        lamp, tape = made.part("lamp"), made.part("tape")
        made.part("wire")
        made.history(
            [("Acme lamp", units, 1, 12 - week) for week, units in enumerate(LAMPS) if units]
            + [("Acme tape", TAPES, 2, week) for week in range(1, 13)]
            + [("Acme lamp", 19, 1, 20), ("Acme lamp", 5, 1, 52 + 1), ("No such part", 1, 3, 2)]
            + [(f"Evil {text}"[:100], 1, 0.5, 3) for text in HOSTILE.values() if "\ud800" not in text]
        )
        made.order = made.sell([(lamp, 2, 3), (tape, 1, 4)])
        catch_up(server.database)
        check_sales(server.database)
        foretell(server, lamp)
        yield made


def foretell(server: Running, lamp: int) -> None:
    """Keep a forecast of the lamp."""
    now = datetime.now(UTC)
    told = StoredForecast(
        lamp, now, now.date() - timedelta(days=now.weekday()), "week", "smooth", "AutoETS", (6.0, 7.0), (2.0, 3.0),
        (10.0, 12.0), 0.81, 1.05, 40, True, "",
    )  # fmt: skip
    server.database.run_write(lambda session: store(session, [told]))


@pytest.fixture
def launch(server: Running, shop: SalesShop) -> Launch:
    return Launch(server.url, user="admin", token=server.token())


@pytest.fixture
async def client(launch: Launch) -> AsyncIterator[Driver]:
    """The sales screen, loaded."""
    async with driven(launch) as driver:
        await opened(driver)
        yield driver


async def opened(client: Driver) -> None:
    await client.see("admin at")
    await client.idle()
    await client.press("dollar_sign")
    await client.see("Sales  Parts  12 weeks", "Acme lamp", "rows")


async def test_the_table_says_what_was_sold(client: Driver) -> None:
    lamp, tape = client.line_with("Acme lamp"), client.line_with("Acme tape")
    assert "38.00 USD" in lamp
    assert LAMP_BARS in lamp
    assert "+100%" in lamp
    assert "120.00 USD" in tape
    assert "████████████" in tape
    assert "new" in tape
    assert client.text.index("Acme tape") < client.text.index("Acme lamp")
    assert "No such part" in client.text


async def test_the_rows_are_those_of_the_server(client: Driver, shop: SalesShop) -> None:
    answer = shop.api.get("../plugin/bincard/sales/table/", params={"limit": 5}).json()
    table = [line for line in client.lines if " USD" in line][:5]
    for row, line in zip(answer["results"], table, strict=True):
        assert f"{row['revenue']:.2f} {answer['currency']}" in line
        assert f" {row['abc']} " in line


async def test_it_is_sorted_and_searched(client: Driver) -> None:
    await client.press("s")
    await client.type("units")
    await client.press("enter")
    await client.see("Units▼")
    await client.idle()
    assert client.text.index("Acme tape") < client.text.index("Acme lamp")
    await client.press("S")
    await client.see("Units▲")
    await client.press("slash")
    await client.type("lamp")
    await client.lose("Acme tape")
    await client.see("1 row")
    assert "Acme lamp" in client.text
    await client.press("enter", "escape")
    await client.lose(" 1 row")
    await client.see("No such part")


async def test_categories_customers_and_suppliers_add_up(client: Driver) -> None:
    await client.press("2")
    await client.see("Sales  Categories", "Acme goods")
    assert "158.00 USD" in client.line_with("Acme goods")
    await client.press("3")
    await client.see("Sales  Customers", "Acme Customer")
    await client.press("tab")
    await client.see("Sales  Suppliers", "Acme Supplier")
    assert "158.00 USD" in client.line_with("Acme Supplier")
    await client.press("1")
    await client.see("Sales  Parts", "Acme lamp")


async def test_months_are_a_key_away(client: Driver) -> None:
    await client.press("w")
    await client.see("12 months", "w Weeks")
    await client.press("w")
    await client.see("12 weeks", LAMP_BARS)


async def find_lamp(client: Driver) -> None:
    await client.press("slash")
    await client.type("acme lamp")
    await client.see("1 row")
    await client.press("enter")


async def test_a_bar_leads_to_its_orders_and_back(client: Driver, shop: SalesShop) -> None:
    await find_lamp(client)
    await client.press("enter")
    await client.see("Sales of Acme lamp", "revenue USD", "moving average", "Year before")
    bars = [line for line in client.lines if "USD" in line and " W" in line]
    assert [amount for line in bars[:3] for amount in (6, 8, 4) if f" {amount}.00 USD" in line] == [6, 8, 4]
    await client.press("enter")
    await client.see("Orders of", "6.00 USD", "Acme Customer")
    await client.press("enter")
    reference = shop.api.get(f"order/so/{shop.order}/").json()["reference"]
    await client.see(reference, "Acme lamp")
    await client.press("[")
    await client.see("Orders of", reference)
    await client.press("backspace")
    await client.see("Sales of Acme lamp", "moving average")
    await client.press("down", "enter")
    await client.see("8.00 USD", "INV-")
    await client.press("enter")
    await client.see("no order")


async def test_the_chart_shows_months_years_units_and_the_year_before(client: Driver) -> None:
    await find_lamp(client)
    await client.press("enter")
    await client.see("o year before", "by week")
    await client.press("p")
    await client.lose("o year before")
    await client.press("a")
    await client.lose("moving average")
    await client.press("m")
    await client.see("█ units")
    await client.press("w")
    await client.see("by month")
    await client.press("w")
    await client.see("by year", str(date.today().year))


async def test_marked_rows_are_drawn_together(client: Driver) -> None:
    await client.press("space", "space", "enter")
    await client.see("and 1 more", "a Acme tape", "b Acme lamp")
    assert sum(line.count("b") for line in client.lines[3:13]) > 5


async def test_a_season_has_shades_and_figures(client: Driver) -> None:
    await client.press("e")
    await client.see("Season of all sales", "Average", str(date.today().year), "100 is the average month")
    assert any(shade in client.line_with("Average") for shade in "░▒▓█")


async def test_what_is_not_sold_is_told(client: Driver) -> None:
    await client.press("z")
    await client.see("Slow movers", "Acme wire")
    assert "never" in client.line_with("Acme wire")
    assert "Acme lamp" not in client.text


async def test_the_forecast_says_how_good_it_is(client: Driver) -> None:
    await find_lamp(client)
    await client.press("enter")
    await client.see("6 units (2 to 10)", "error 0.81, naive 1.05", "AutoETS")
    await client.press("backspace", "slash", *("backspace",) * 4, "t", "a", "p", "e")
    await client.see("Acme tape")
    await client.press("enter", "enter")
    await client.see("Sales of Acme tape", "moving average")
    await client.idle()
    assert "Forecast" not in client.text


async def test_a_plain_inventree_tells_what_was_shipped(server: Running, shop: SalesShop) -> None:
    with PlainInvenTree(server.url) as plain:
        async with driven(Launch(plain.url, user="admin", token=server.token()), (132, 43)) as client:
            await client.see("admin at")
            await client.idle()
            await client.press("dollar_sign")
            await client.see("From shipped orders", "Acme lamp", "6.00")
            await client.press("enter")
            await client.see("Sales of Acme", "revenue USD")
            await client.press("enter")
            await client.see("Orders of", "Acme Customer")
            await client.press("enter")
            await client.see("SO")
            await client.press("dollar_sign", "e")
            await client.see("no whole month")
            await client.press("dollar_sign", "z")
            await client.see("Acme wire")
            assert plain.strayed == []


async def test_a_server_that_fails_is_asked_again(server: Running, shop: SalesShop) -> None:
    own = "/plugin/bincard/sales"
    with FaultServer(server.url) as proxy:
        for name in ("table", "series", "orders", "season"):
            proxy.fail("GET", f"{own}/{name}/", Reply(500, {"detail": f"no {name} today"}))
        async with driven(Launch(proxy.url, user="admin", token=server.token())) as client:
            await client.see("admin at")
            await client.idle()
            await client.press("dollar_sign")
            await client.see("no table today", "Not loaded; r tries again.")
            await client.press("r")
            await client.see("Acme tape")
            await client.press("enter")
            await client.see("no series today")
            await client.press("r")
            await client.see("moving average")
            await client.press("enter")
            await client.see("no orders today")
            await client.press("r")
            await client.see("Acme Customer")
            await client.press("backspace", "e")
            await client.see("no season today")
            await client.press("r")
            await client.see("Average")


async def test_the_kind_can_be_typed(client: Driver) -> None:
    await client.press(":")
    await client.type("sales customers")
    await client.press("enter")
    await client.see("Sales  Customers")
    await client.press(":")
    await client.type("sales weather")
    await client.press("enter")
    await client.see("There are no sales per weather")


async def test_who_may_not_see_orders_is_not_offered_sales(tmp_path: Path, demo_template: Path) -> None:
    with running(tmp_path, demo_template) as server:
        launch = Launch(server.url, user="engineer", token=server.token("engineer", "partsonly", "sales"))
        async with driven(launch) as client:
            await client.see("engineer")
            await client.idle()
            assert all(action.id != "app.sales" for action in client.app.host.available())


async def test_where_nothing_was_sold_it_says_what_to_do(tmp_path: Path, empty_template: Path) -> None:
    with running(tmp_path, empty_template) as server:
        async with driven(Launch(server.url, user="admin", token=server.token())) as client:
            await client.see("admin at")
            await client.idle()
            await client.press("dollar_sign")
            await client.see("Nothing sold yet", "sales import FILE")
            await client.press("e")
            await client.see("no whole month of sales yet")


async def test_hostile_names_reach_no_terminal(client: Driver) -> None:
    await client.press("slash")
    await client.type("Evil")
    await client.see("> Evil ")
    await client.press("enter")
    rows = int(client.line_with("Sales  Parts").split()[-2])
    assert rows > 20
    for _ in range(rows // 15 + 1):
        await client.press("pagedown")
        await client.idle()
        assert all(is_safe(character) or character == "\n" for character in client.text)
    await client.press("enter")
    await client.see("Sales of Evil")
    await client.press("enter")
    await client.see("Orders of")
    assert all(is_safe(character) or character == "\n" for character in client.text)


def masked(client: Driver) -> list[str]:
    """The screen without what the day of the test decides."""
    text = client.text
    text = re.sub(r"\d{4} W\d\d", "YYYY WNN", text)
    text = re.sub(r"(?<= )W\d\d\b", "WNN", text)
    return text.split("\n")


@pytest.mark.parametrize("size", [(132, 43), (80, 24)])
async def test_screens(launch: Launch, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with driven(launch, size) as client:
        await opened(client)
        await client.press("slash")
        await client.type("acme")
        await client.see("2 rows")
        await client.press("enter")
        await client.check(f"sales-{name}", lambda: masked(client))
        await client.press("down", "enter")
        await client.see("Sales of Acme lamp", "year before", "Average")
        await client.check(f"sales-chart-{name}", lambda: masked(client))
