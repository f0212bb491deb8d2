"""Writing stock, movements, sales, supplier performance and forecasts as Parquet for BI (docs/export.md). What writes
the files is of the extra `analytics`, imported when the job runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from server.actions.bi_rows import DAILY, WHOLE, Days, fingerprints, rows_of_day
from server.db.session import Database
from server.domain.bi_tables import TABLES, BiTable
from server.jobs.declaring import JobFailed, Work, job
from server.settings import Settings

__all__ = ["JOBS", "MISSING", "export_parquet", "write_all"]

MISSING = (
    'Parquet files need the extra "analytics" (pyarrow), which is not installed: pip install "bincard[analytics]".'
)


@job("export_parquet", "Write the files for BI, once a day from BINCARD_EXPORT_HOUR on.", every=timedelta(hours=1))
def export_parquet(work: Work) -> dict[str, Any]:
    """Argument `now`: do it at once, whatever the hour and whether it is done for today. Tells the rows by table."""
    settings = work.settings
    if not settings.export_to:
        return {"skipped": "BINCARD_EXPORT_TO names no place for the files."}
    at_once = bool(work.arguments.get("now"))
    if not at_once and work.now.hour < settings.export_hour:
        return {"skipped": f"It is done from {settings.export_hour}:00 UTC on."}
    return write_all(work.database, settings, settings.export_to, work.now, work.progress, again=at_once)


def write_all(
    database: Database, settings: Settings, place: str, now: datetime, progress: Callable[[int, int], None], *,
    again: bool,
) -> dict[str, Any]:  # fmt: skip
    """Write all tables to a folder or bucket; without `again` nothing when that was done today. Raises JobFailed."""
    try:
        parquet = import_module("server.analytics.parquet")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("server"):
            raise
        raise JobFailed(MISSING) from None
    try:
        lake = parquet.open_lake(_target(parquet, settings, place))
        before = lake.manifest()
        if not again and str(before.get("exported_at", ""))[:10] == now.date().isoformat():
            return {"skipped": "It is done for today."}
        return _Export(database, lake, before, now, progress).run()
    except (OSError, ValueError) as error:
        raise JobFailed(f"The files could not be written to {place}: {_short(error)}") from None


def _target(parquet: Any, settings: Settings, place: str) -> Any:
    if not place.startswith("s3://"):
        return parquet.Target(str(Path(place).expanduser().absolute()))
    return parquet.Target(
        place, settings.export_s3_endpoint, settings.export_s3_region, settings.export_s3_key.get_secret_value(),
        settings.export_s3_secret.get_secret_value(),
    )  # fmt: skip


def _short(error: Exception) -> str:
    """The first line of what went wrong; pyarrow tells no secrets, but much."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


class _Export:
    """One export. The manifest of before says which days are as they were."""

    def __init__(
        self, database: Database, lake: Any, before: dict[str, Any], now: datetime, progress: Callable[[int, int], None]
    ) -> None:
        self._database = database
        self._lake = lake
        self._before: dict[str, dict[str, Any]] = before.get("tables", {})
        self._now = now
        self._progress = progress

    def run(self) -> dict[str, Any]:
        written: dict[str, int] = {}
        tables: dict[str, dict[str, Any]] = {}
        gone: list[tuple[str, date]] = []
        for number, table in enumerate(TABLES):
            self._progress(number, len(TABLES))
            days = DAILY.get(table.name)
            if days is None:
                tables[table.name], written[table.name] = self._whole(table)
            else:
                tables[table.name], written[table.name] = self._by_day(table, days)
                known = self._partitions(table)
                gone += [(table.name, date.fromisoformat(day)) for day in known if day not in tables[table.name]]
        self._lake.write_manifest({"exported_at": self._now.astimezone(UTC).isoformat(), "tables": tables})
        for name, day in gone:  # days of which nothing is left
            self._lake.remove(name, day)
        self._progress(len(TABLES), len(TABLES))
        return {"rows": written}

    def _partitions(self, table: BiTable) -> dict[str, Any]:
        return self._before.get(table.name, {})

    def _whole(self, table: BiTable) -> tuple[dict[str, Any], int]:
        """All of a table as it is, in the partition of today; those of days before stay."""
        day = self._now.astimezone(UTC).date()
        with self._database.read() as connection:
            count = self._lake.write(table, day, WHOLE[table.name](connection))
        made = {"path": self._lake.path_of(table.name, day), "rows": count}
        return {**self._partitions(table), day.isoformat(): made}, count

    def _by_day(self, table: BiTable, days: Days) -> tuple[dict[str, Any], int]:
        """The days that are not as they were, each anew; a day is read in the snapshot in which it was looked at."""
        before, made, written = self._partitions(table), {}, 0
        with self._database.read() as connection:
            for day, told in fingerprints(connection, days).items():
                known = before.get(day.isoformat())
                if known is not None and known.get("print") == told:
                    made[day.isoformat()] = known
                    continue
                count = self._lake.write(table, day, rows_of_day(connection, days, day))
                written += count
                path = self._lake.path_of(table.name, day)
                made[day.isoformat()] = {"path": path, "rows": count, "print": told}
        return made, written


JOBS = (export_parquet,)
