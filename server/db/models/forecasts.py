"""What demand is expected, and the runs that worked it out. Bincard's own."""

from sqlalchemy import UniqueConstraint

from server.db.columns import Base, boolean, char, day, floating, foreign, json_field, moment, positive
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["Forecast", "ForecastRun"]


class Forecast(Keyed, Base):
    """The last forecast of a part. `mean`, `low` and `high` are lists of units per bucket, the one that begins at
    `start` first; eight of ten buckets are expected between low and high. Errors are RMSSE, null where nothing could be
    measured."""

    __tablename__ = "bincard_forecast"
    __table_args__ = autoincrement(UniqueConstraint("part_id"))

    part_id = foreign("part_part", "Part", on_delete="CASCADE", index=False)
    made_at = moment("Made at", null=False)
    start = day("Start", "The first day of the first bucket", null=False)
    bucket = char(10, "Bucket", "week or month")
    horizon = positive("Horizon", "How many buckets")
    kind = char(20, "Kind", "smooth, seasonal, intermittent, lumpy, too short")
    model = char(200, "Model", "Whose forecasts are combined, the weightiest first", blank=True)
    mean = json_field("Mean")
    low = json_field("Low")
    high = json_field("High")
    error = floating("Error", "Measured by rolling origin", null=True)
    naive_error = floating("Naive error", "Of the last value (or year) repeated, on the same origins", null=True)
    history_buckets = positive("History buckets", default=0)
    enough = boolean("Enough", "Whether there is enough history", default=True)
    why = char(250, "Why", "Why there is not enough", blank=True)


class ForecastRun(Keyed, Base):
    """One run of the job. `done` of `parts` are forecast."""

    __tablename__ = "bincard_forecastrun"
    __table_args__ = autoincrement()

    started = moment("Started", null=False)
    finished = moment("Finished")
    parts = positive("Parts", default=0)
    done = positive("Done", default=0)
    state = char(20, "State", "running, done, failed, unavailable")
    message = char(500, "Message", blank=True)
