"""Sales: taking in what changed, and the nightly check against what they are made of."""

from datetime import timedelta

from server.actions.sales.checking import check_sales
from server.actions.sales.following import catch_up
from server.jobs.declaring import Work, job

__all__ = ["JOBS", "follow_sales", "sales_check"]


@job(
    "follow_sales", "Take what was shipped, came back and was used into the sales reports.", every=timedelta(minutes=2)
)
def follow_sales(work: Work) -> dict[str, int]:
    """What was looked at and written. The first time everything is."""
    return catch_up(work.database) or check_sales(work.database, work.progress)


@job("check_sales", "Compare the sales reports with what they are made of, and mend them.", every=timedelta(days=1))
def sales_check(work: Work) -> dict[str, int]:
    """Of what was checked and mended, how much."""
    return check_sales(work.database, work.progress)


JOBS = (follow_sales, sales_check)
