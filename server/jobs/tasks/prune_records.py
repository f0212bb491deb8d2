"""Forgetting what is kept for a while only: answers for repeats, and jobs that are done."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from server.db.models.bincard import IdempotencyRecord
from server.jobs.declaring import Work, job
from server.jobs.queue import JOBS as ROWS

__all__ = ["JOBS", "prune_records"]

KEPT_DONE = timedelta(days=7)
KEPT_FAILED = timedelta(days=90)


@job("prune_records", "Forget answers kept for repeats, and jobs that ended long ago.", every=timedelta(hours=6))
def prune_records(work: Work) -> dict[str, int]:
    """How many of each are gone."""
    answers = IdempotencyRecord.__table__
    old = {
        "answers": delete(answers).where(  # type: ignore[arg-type]
            answers.c.created < work.now - timedelta(days=work.settings.idempotency_days)
        ),
        "jobs": delete(ROWS).where(ROWS.c.state == "done", ROWS.c.finished_at < work.now - KEPT_DONE),
        "failed jobs": delete(ROWS).where(ROWS.c.state == "failed", ROWS.c.finished_at < work.now - KEPT_FAILED),
    }

    def run(session: Any) -> dict[str, int]:
        return {name: session.execute(statement).rowcount for name, statement in old.items()}

    return work.database.run_write(run)


JOBS = (prune_records,)
