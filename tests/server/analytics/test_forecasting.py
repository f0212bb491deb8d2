"""Forecasts: kinds are recognised, nothing looks ahead, what is said can be."""

from datetime import date

import numpy as np
import pytest

from server.analytics.backtest import NAIVE, origins_of, rmsse, run
from server.analytics.choice import COMBINATION, choose, mixed, pooled_scores
from server.analytics.classes import Kind, classify
from server.analytics.forecasting import Forecast, forecast_all
from server.analytics.intervals import calibrate, interval
from server.analytics.models import CANDIDATES, naive, seasonal_naive
from server.analytics.series import Array, History, Panel, Series, corrected, scale_of, series_of

START = date(2023, 1, 2)
WEEKS = 118


def wave(seed: int = 1) -> Array:
    week = np.arange(WEEKS)
    return np.random.default_rng(seed).poisson(20 * (1 + 0.8 * np.sin(2 * np.pi * week / 52))).astype(float)


def smooth(seed: int = 2) -> Array:
    return np.random.default_rng(seed).poisson(30, WEEKS).astype(float)


def intermittent(seed: int = 3) -> Array:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(WEEKS) < 0.3, 3 + rng.poisson(1, WEEKS), 0).astype(float)


def lumpy(seed: int = 4) -> Array:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(WEEKS) < 0.3, np.ceil(rng.lognormal(2, 1.2, WEEKS)), 0)


def few() -> Array:
    return np.where(np.isin(np.arange(WEEKS), (5, 60)), 7.0, 0.0)


def history(demand: Array) -> History:
    return Panel.of([Series(1, demand)], START, "week").history(0, demand.size)


def warehouse() -> list[Series]:
    made = [make(seed) for seed in range(3) for make in (wave, smooth, intermittent, lumpy)]
    made[1][60:64] = np.nan
    rng = np.random.default_rng(9)
    return [Series(place, demand, rng.uniform(2, 3, WEEKS)) for place, demand in enumerate([*made, few()])]


@pytest.fixture(scope="module")
def made() -> list[Forecast]:
    return forecast_all(warehouse(), start=START, bucket="week", horizon=6)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(wave, Kind.SEASONAL), (smooth, Kind.SMOOTH), (intermittent, Kind.INTERMITTENT), (lumpy, Kind.LUMPY)],
)
def test_kinds_are_recognised(make: object, kind: Kind) -> None:
    assert callable(make) and classify(history(make())) is kind


def test_too_little_history_says_so(made: list[Forecast]) -> None:
    last = made[-1]
    assert not last.enough and last.why == "Only 2 of 113 buckets have demand; 4 are needed."
    assert last.kind == Kind.SHORT and last.error is None and len(last.mean) == 6
    young = np.concatenate([np.zeros(WEEKS - 5), np.full(5, 3.0)])
    [told] = forecast_all([Series(1, young)], start=START, bucket="week", horizon=2)
    assert told.why == "Its history is 5 buckets long; 8 are needed." and told.mean == [3.0, 3.0]
    [nothing] = forecast_all([Series(1, np.zeros(WEEKS))], start=START, bucket="week", horizon=2)
    assert nothing.why == "There has been no demand." and nothing.mean == [0.0, 0.0]
    assert forecast_all([], start=START, bucket="week", horizon=2) == []


def test_intervals_are_ordered_and_never_below_zero(made: list[Forecast]) -> None:
    for one in made:
        if one.enough:
            assert len(one.mean) == len(one.low) == len(one.high) == 6
            assert all(0 <= low <= mean <= high for low, mean, high in zip(one.low, one.mean, one.high, strict=True))
            assert one.high[0] > one.low[0]


def test_errors_are_measured_beside_the_naive_model(made: list[Forecast]) -> None:
    measured = [(one.error, one.naive_error) for one in made if one.enough]
    errors, naives = ([pair[n] or 0.0 for pair in measured] for n in (0, 1))
    assert min(errors) > 0 and np.mean(errors) < 0.9 * np.mean(naives)


def test_the_year_shows_in_the_forecast_of_seasonal_parts() -> None:
    demand = wave()
    [made] = forecast_all([Series(1, demand[:104])], start=START, bucket="week", horizon=13)
    assert made.kind == Kind.SEASONAL
    assert np.mean(made.mean[8:]) > 1.3 * made.mean[0], "from the mean up to the top of the wave"


def test_what_comes_later_changes_nothing() -> None:
    """Forecasts of an origin are of what was before it: in the backtest, in the filling of gaps, in the choice."""
    series, horizon = warehouse(), 4
    panel = Panel.of(series, START, "week")
    rows = [row for row in range(len(series)) if classify(panel.history(row, WEEKS)) is Kind.LUMPY]
    told = run(panel, rows, Kind.LUMPY, CANDIDATES[Kind.LUMPY], 4, horizon)
    origin = told.origins[2]
    changed = [Series(one.part, np.where(np.arange(WEEKS) >= origin, 999.0, one.demand), one.price) for one in series]
    again = run(Panel.of(changed, START, "week"), rows, Kind.LUMPY, CANDIDATES[Kind.LUMPY], 4, horizon)
    for name, said in told.said.items():
        np.testing.assert_array_equal(said[:, 2:], again.said[name][:, 2:])
        assert not np.array_equal(said[:, :2], again.said[name][:, :2])
    np.testing.assert_array_equal(panel.filled[:, :origin], Panel.of(changed, START, "week").filled[:, :origin])


def test_the_regression_of_an_origin_learns_from_earlier_ones_alone() -> None:
    from server.analytics.regression import add_regression

    series = warehouse()[:-1]
    rng = np.random.default_rng(5)
    origins = origins_of(WEEKS, 4)
    truth = rng.uniform(5, 30, (len(series), len(origins), 4))
    base = rng.uniform(5, 30, truth.shape)
    panel, rows = Panel.of(series, START, "week"), range(len(series))
    said, future = add_regression(panel, rows, origins, 4, base, base[:, 0], truth)
    later = truth.copy()
    later[:, :3] += 50
    again, future_again = add_regression(panel, rows, origins, 4, base, base[:, 0], later)
    np.testing.assert_array_equal(said[:, 2:], again[:, 2:])
    assert not np.allclose(said[:, 0], again[:, 0]) and not np.allclose(future, future_again)
    assert np.isnan(said[:, -1]).all(), "the earliest has nothing to learn from"


def test_days_without_stock_are_no_days_without_demand() -> None:
    found = corrected([7, 4, 0, 5, -2], [0, 3, 7, 5, 0], [7] * 5)
    np.testing.assert_allclose(found, [7, 7, np.nan, np.nan, 0])
    gaps = 28 + smooth() % 5
    gaps[np.arange(WEEKS) % 4 == 0] = np.nan
    [told] = forecast_all([Series(1, gaps)], start=START, bucket="week", horizon=2)
    assert told.mean[0] == pytest.approx(30, abs=4), "and not three quarters of it"


def test_errors_are_those_of_the_formula() -> None:
    """Hyndman and Koehler's scaling, squared: differences 2 and -4 have a mean square of 10."""
    assert scale_of(np.array([1.0, 3.0, -1.0])) == 10 and scale_of(np.array([1.0])) == 0
    said, truth = np.array([[[3.0, 1.0]]]), np.array([[[5.0, np.nan]]])
    assert rmsse(said, truth, np.array([[10.0]]))[0] == pytest.approx(np.sqrt(4 / 10))
    assert np.isnan(rmsse(said, truth * np.nan, np.array([[10.0]]))[0])


def test_naive_models_repeat_the_past() -> None:
    past = History(np.arange(1.0, 15), np.arange(1.0, 15), 12)
    assert naive(past, 2).tolist() == [14, 14] and seasonal_naive(past, 3).tolist() == [3, 4, 5]


def test_a_score_of_few_origins_is_drawn_towards_everybodys() -> None:
    truth = np.ones((5, 2, 1))
    said = {COMBINATION: np.zeros((5, 2, 1)), "other": np.full((5, 2, 1), 3.0)}
    said["other"][0] = 1.0  # right for the first part alone
    scores = pooled_scores(said, truth, np.ones((5, 2)))
    assert scores[1, 1] > scores[0, 1] > 1.0 and scores[0, 0] == pytest.approx(1.0)
    weights = choose(np.array([[1.0, 0.5, 2.0], [1.0, 0.99, 1.01]]))
    assert weights[0].tolist() == [0, 1, 0] and weights[1].argmax() == 1 and (weights[1] > 0).all()
    assert weights.sum(axis=1) == pytest.approx([1, 1])
    half = mixed({"a": np.array([[2.0, np.nan]]), "b": np.array([[4.0, 6.0]])}, np.array([[0.5, 0.5]]))
    assert half.tolist() == [[3.0, 6.0]], "where one says nothing the other stands for both"


def test_eight_of_ten_lie_between_low_and_high() -> None:
    rng = np.random.default_rng(7)
    said = np.full((100, 5, 2), 10.0)
    truth = np.maximum(said + rng.gumbel(0, 3, said.shape), 0)
    reach = calibrate(said, truth, np.full(said.shape, 3.0))
    low, high = interval(said, np.full(said.shape, 3.0), reach)
    assert np.mean((truth >= low) & (truth <= high)) == pytest.approx(0.8, abs=0.01)
    assert calibrate(said[:1], truth[:1], np.full((1, 5, 2), 3.0)) == (1.2816, 1.2816), "too few to learn from"


def test_months_progress_and_prices_that_are_not_known() -> None:
    rng, steps = np.random.default_rng(8), []
    series = [series_of(n, rng.poisson(9, 30).astype(float), [None, 2.5] * 15) for n in range(12)]
    made = forecast_all(
        series, start=date(2023, 1, 1), bucket="month", horizon=3, progress=lambda done, total: steps.append(done)
    )
    assert steps == list(range(1, 13)) and all(one.enough and one.mean[0] == pytest.approx(9, abs=5) for one in made)
    assert NAIVE not in " ".join(one.model for one in made)
