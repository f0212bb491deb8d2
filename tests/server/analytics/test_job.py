"""The job that forecasts: from the demand in the database to what the API tells."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select

from server.actions.sales.forecasts import RUNS, forecasts
from server.db.models.sales import Demand, SalesSum, StockOut
from server.jobs.declaring import Work, declared_jobs
from server.jobs.queue import JOBS
from server.jobs.tasks.forecasts import MISSING
from tests.server.resources.people import People, people

NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
WEEKS = 60


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


def filled(folk: People) -> list[int]:
    """Three parts: a steady one that was out of stock for four weeks, a rare one, one that was hardly ever wanted."""
    with folk.client("admin") as admin:
        parts = [admin.post("part/", json={"name": name, "description": name}).json()["pk"] for name in ("a", "b", "c")]
    rng, start = np.random.default_rng(1), MONDAY - timedelta(weeks=WEEKS)
    out = range(30, 34)
    units = [
        [0 if week in out else int(rng.poisson(20)) for week in range(WEEKS)],
        [int(rng.poisson(5)) * int(week % 3 == 0) for week in range(WEEKS)],
        [9 * int(week == 2) for week in range(WEEKS)],
    ]
    rows = [
        {"part_key": part, "location_key": 0, "day": start + timedelta(weeks=week, days=2), "sold": sold,
         "consumed": sold % 2, "lost": 0}
        for part, weeks in zip(parts, units, strict=True) for week, sold in enumerate(weeks) if sold
    ]  # fmt: skip
    away = datetime.combine(start, datetime.min.time(), UTC)
    with folk.server.database.write() as session:
        session.execute(insert(Demand), rows)
        session.execute(insert(StockOut).values(
            part_key=parts[0], location_key=0, since=away + timedelta(weeks=30), until=away + timedelta(weeks=34)
        ))  # fmt: skip
        session.execute(insert(SalesSum).values(
            about="P", span="W", object_key=parts[0], code="", start=start, currency="USD", quantity_sold=4,
            total_revenue=10,
        ))  # fmt: skip
    return parts


def run(folk: People, **arguments: Any) -> Any:
    told: list[tuple[int, int]] = []
    work = Work(folk.server.database, folk.server.settings, arguments, NOW, lambda *step: told.append(step))
    result = declared_jobs()["forecast_demand"].run(work)
    return result, told


def test_demand_is_forecast_kept_and_told(folk: People) -> None:
    steady, rare, hardly = filled(folk)
    result, told = run(folk)
    assert result == {"parts": 3, "enough": 2} and told[-1] == (3, 3)
    assert run(folk)[0] == result, "twice comes to the same"
    with folk.server.database.read() as connection:
        kept = forecasts(connection, None)
        assert set(forecasts(connection, [rare, 999])) == {rare}
        runs = connection.execute(select(RUNS).order_by(RUNS.c.pk)).mappings().all()
    assert [(one["state"], one["parts"], one["done"]) for one in runs] == [("done", 3, 3)] * 2
    assert runs[0]["message"] == "2 parts forecast, 1 with too little history."
    one = kept[steady]
    assert (one.start, one.bucket, len(one.mean), one.made_at) == (MONDAY, "week", 13, NOW) and one.enough
    assert one.mean[0] == pytest.approx(20.5, abs=4), (
        "sold and used, and the weeks out of stock were not without demand"
    )
    assert one.history_buckets == WEEKS - 4 and one.error is not None and one.naive_error is not None
    assert 0 <= kept[rare].low[0] <= kept[rare].mean[0] <= kept[rare].high[0]
    assert not kept[hardly].enough and kept[hardly].why.startswith("Only 1 of ")
    folk.make("buyer", roles={"purchase_order": ("view",)})
    with folk.client("buyer") as buyer:
        listed = buyer.get(f"{folk.server.url}/plugin/bincard/forecast/", params={"enough": "true", "limit": 10}).json()
        assert [row["part"] for row in listed["results"]] == [steady, rare]
        assert listed["results"][0]["mean"] == list(one.mean) and listed["results"][0]["start"] == "2026-03-02"
        assert buyer.get(f"{folk.server.url}/plugin/bincard/forecast/run/").json()["runs"][0]["state"] == "done"
        assert buyer.post(f"{folk.server.url}/plugin/bincard/forecast/run/", json={}).status_code == 403


def test_a_run_is_queued_once(folk: People) -> None:
    with folk.client("admin") as admin:
        first, second = (
            admin.post(f"{folk.server.url}/plugin/bincard/forecast/run/", json={"bucket": "month", "horizon": 4})
            for _ in range(2)
        )
        assert first.status_code == 202 and first.json() == second.json()
        assert admin.get(f"{folk.server.url}/plugin/bincard/forecast/run/").json() == {"waiting": True, "runs": []}
        assert admin.post(f"{folk.server.url}/plugin/bincard/forecast/run/", json={"horizon": 99}).status_code == 400
    with folk.server.database.read() as connection:
        [row] = connection.execute(select(JOBS).where(JOBS.c.name == "forecast_demand")).mappings().all()
    assert row["arguments"] == {"bucket": "month", "horizon": 4}


def test_without_demand_and_without_the_extra_it_says_so(folk: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(folk)[0] == {"parts": 0, "enough": 0}
    for name in [name for name in sys.modules if name.startswith("server.analytics.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    assert run(folk)[0] == {"skipped": MISSING}
    with folk.client("admin") as admin:
        last = admin.get(f"{folk.server.url}/plugin/bincard/forecast/run/").json()["runs"][0]
    assert last["state"] == "unavailable" and last["message"] == MISSING
