"""`/plugin/bincard/forecast/`: the demand that is expected of each part, and the runs that worked it out."""

from typing import Any

from sqlalchemy import select

from server.actions.sales.forecasts import RUNS
from server.db.models.forecasts import Forecast
from server.jobs.queue import JOBS, queue_job
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import Exact, Flag
from server.rest.resource import Endpoint, Resource, Route, shape

__all__ = ["PATH", "RESOURCES"]

PATH = "/plugin/bincard/forecast/"
NAME = "forecast_demand"
RUNS_SHOWN = 10
LONGEST_HORIZON = 52

BODY = {
    "bucket": f.Choice(choices=(("week", "Week"), ("month", "Month")), default="week", required=False),
    "horizon": f.Integer(min_value=1, max_value=LONGEST_HORIZON, required=False, allow_null=True, default=None),
}
FORECASTS = Resource(
    path=PATH, access=Role("purchase_order"), title="Forecast", can=("list", "detail"),
    shape=shape(
        Forecast, "pk", "part", "made_at", "start", "bucket", "horizon", "kind", "model", "mean", "low", "high",
        "error", "naive_error", "history_buckets", "enough", "why",
    ),
    list_about="The last forecast of each part: units per bucket from `start` on, between `low` and `high` in eight of "
    "ten buckets. `error` is the RMSSE that the backtest measured, `naive_error` that of repeating what was last. "
    "Where `enough` is false, `why` says what history there is too little of.",
    detail_about="The last forecast of a part.",
    filters=(Exact("part"), Exact("kind"), Exact("bucket"), Flag("enough", lambda row: row.c.enough)),
    ordering={"pk": "pk", "part": "part", "error": "error"}, default_order=("pk",),
)  # fmt: skip


def _runs(context: Context) -> Answer:
    return Answer(_told(context.api.database))


def _told(database: Any) -> dict[str, Any]:
    with database.read() as connection:
        rows = connection.execute(select(RUNS).order_by(RUNS.c.pk.desc()).limit(RUNS_SHOWN)).mappings()
        runs = [{**row, "started": _iso(row["started"]), "finished": _iso(row["finished"])} for row in rows]
        waiting = select(JOBS.c.task_id).where(JOBS.c.name == NAME, JOBS.c.state == "queued").limit(1)
        return {"waiting": connection.execute(waiting).first() is not None, "runs": runs}


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _run(context: Context) -> Answer:
    asked = f.read_body(BODY, context.body(), context)
    task = queue_job(context.session, NAME, asked, waiting_key=NAME)
    return Answer({"task_id": task}, 202)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    FORECASTS,
    Endpoint(
        path=f"{PATH}run/", access=Role("purchase_order"), title="Forecast Run", body=BODY,
        description="GET: the last runs, newest first, with how far they are, and whether one waits. POST: forecast "
        "all parts anew, beside requests; while one waits, that one is it. Without a horizon: 13 weeks or 6 months.",
        methods={"GET": Route(_runs), "POST": Route(_run, writes=True)},
    ),
)  # fmt: skip
