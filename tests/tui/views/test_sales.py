"""What charts, seasons and forecasts of sales say in words and signs."""

from datetime import date
from decimal import Decimal

from tui.sales.book import Bar, Forecast, Season, Series, Target
from tui.views.sales import forecast_line, season_lines
from tui.views.sales_chart import Drawn, draw, legend_of

MONTH = date(2026, 1, 1)


def series(name: str, currency: str = "USD", note: str = "") -> Series:
    bar = Bar(MONTH, Decimal(4), Decimal(8), Decimal(1), Decimal(2), Decimal(8), Decimal(4))
    return Series(Target("part", 1, "", currency, name), "month", (bar,), note)


def test_the_legend_says_what_each_sign_is() -> None:
    one = [series("bolt", note="without EUR: no exchange rate")]
    assert legend_of(one, Drawn()) == "█ revenue USD   o year before   + moving average   without EUR: no exchange rate"
    assert legend_of(one, Drawn(of_units=True, before=False, average=False, plain=True)) == "# units"
    assert legend_of([series("bolt"), series("nut")], Drawn()) == "Revenue USD:  a bolt  b nut"


def test_amounts_of_two_currencies_are_not_drawn_together() -> None:
    both = [series("bolt"), series("bolt", "EUR")]
    (told,) = draw(both, Drawn(), 60, 12)
    assert "several currencies" in told
    assert len(draw(both, Drawn(of_units=True), 60, 12)) == 12


def test_a_plain_chart_is_ascii() -> None:
    assert "\n".join(draw([series("bolt")], Drawn(plain=True), 60, 12)).isascii()


def test_a_season_is_beside_the_average_whole_month() -> None:
    months = (Decimal(10), Decimal(30), Decimal(5), *[None] * 9)
    index = (Decimal("0.5"), Decimal("1.5"), *[None] * 10)
    season = Season("USD", ((2026, months, months),), index, index)
    average, year = season_lines(season, of_units=False, plain=False)
    assert average.cells[:3] == ["░ 50", "▓150", ""]
    assert year.cells[:4] == ["░ 50", "▓150", "░ 25", ""]
    assert year.total == "45.00 USD"
    assert season_lines(Season("USD"), of_units=True, plain=True) == []


def test_a_forecast_says_how_sure_it_is_or_why_there_is_none() -> None:
    bars = ((MONTH, Decimal("6.26"), Decimal(2), Decimal(11)), (MONTH, Decimal(20), Decimal(3), Decimal(40)))
    told = forecast_line(Forecast("month", "AutoETS", bars, Decimal("0.81"), Decimal("1.05")))
    assert told == "Forecast Jan: 6.3 units (2 to 11), next 2: 26; error 0.81, naive 1.05; AutoETS"
    assert forecast_line(Forecast("week", "", (), None, None, "only 3 weeks")) == "Forecast: only 3 weeks"
