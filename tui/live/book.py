"""The alerts that an open board shows, kept up to date one by one; and what is done with them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tui.api_client import ApiClient
from tui.api_errors import BadAnswer, NotFound
from tui.live.alerts import Alert, Counts, alert_of

__all__ = ["MOST", "AlertBook", "Step", "Summary", "load_history", "load_summary", "send_deed"]

PATH: Final = "/plugin/bincard/alert/"
MOST: Final = 1000
"""So many alerts are listed at most, the worst and newest ones."""
_ONE_BY_ONE: Final = 8
"""So many changed ones are asked for by themselves; of more, the whole list."""
_RESOLVED: Final = 250


@dataclass(frozen=True, slots=True)
class Summary:
    """How many alerts there are, and how many came in each of the last 24 hours, oldest first."""

    counts: Counts = field(default_factory=Counts)
    unresolved: int = 0
    per_hour: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the life of an alert: what was done, when (UTC), by whom ("" for the server), until when, a note."""

    what: str
    at: str
    who: str = ""
    until: str = ""
    note: str = ""


class AlertBook:
    """Alerts by key. `total` is how many are unresolved, listed or not; None until they were loaded."""

    def __init__(self, client: ApiClient) -> None:
        self.alerts: dict[int, Alert] = {}
        self.total: int | None = None
        self._client = client

    async def load(self) -> None:
        """Read all unresolved ones anew. Raises ApiError."""
        found: dict[int, Alert] = {}
        while True:
            page = await self._client.page(PATH, len(found), 250, {"unresolved": True})
            alerts = _alerts(page.results)
            fresh = [one for one in alerts if one.pk not in found]
            found.update((one.pk, one) for one in fresh)
            if not fresh or len(found) >= min(page.count, MOST):
                break
        self.alerts, self.total = found, max(page.count, len(found))

    async def load_resolved(self) -> None:
        """Read those that were resolved last, too. Raises ApiError."""
        page = await self._client.page(PATH, 0, _RESOLVED, {"state": "resolved", "ordering": "-resolved_at"})
        for one in _alerts(page.results):
            self.alerts.setdefault(one.pk, one)

    async def update(self, keys: Collection[int]) -> None:
        """Read these anew; one that this user may not see (or that is gone) is left out. Raises ApiError."""
        if len(keys) > _ONE_BY_ONE:
            gone = [self.alerts[key] for key in keys if key in self.alerts]
            await self.load()
            keys = [one.pk for one in gone if one.pk not in self.alerts][:_ONE_BY_ONE]
        for key, alert in zip(keys, await asyncio.gather(*map(self._one, keys)), strict=True):
            if alert is not None:
                self.alerts[key] = alert
            else:
                self.alerts.pop(key, None)

    async def _one(self, key: int) -> Alert | None:
        try:
            return _alerts([await self._client.get(f"{PATH}{key}/")])[0]
        except NotFound:
            return None


def _alerts(rows: Sequence[Any]) -> list[Alert]:
    try:
        return [alert_of(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"Alerts were expected: {error}.", call=f"GET {PATH}") from error


async def load_summary(client: ApiClient) -> Summary:
    """Ask how many there are. Raises ApiError."""
    told = await client.get(f"{PATH}summary/")
    try:
        return Summary(
            Counts(int(told["open"]), int(told["by_severity"]["critical"])), int(told["unresolved"]),
            tuple(int(hour) for hour in told["per_hour"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"A summary of alerts was expected: {error}.", call=f"GET {PATH}summary/") from error


async def load_history(client: ApiClient, pk: int) -> list[Step]:
    """What became of an alert, oldest first. Raises ApiError."""
    told = await client.get(f"{PATH}{pk}/")
    return [
        Step(
            str(row.get("what") or ""), str(row.get("at") or ""), str(row.get("user_name") or ""),
            str(row.get("until") or ""), str(row.get("note") or ""),
        )
        for row in told.get("history") or () if isinstance(row, dict)
    ]  # fmt: skip


async def send_deed(
    client: ApiClient, deed: str, keys: Sequence[int], *, note: str = "", hours: int | None = None
) -> tuple[list[int], dict[int, str]]:
    """Acknowledge, snooze (for so many hours) or resolve these; the keys of those that were changed, and why the others
    were not. Raises ApiError."""
    body: dict[str, Any] = {"alerts": list(keys), "note": note}
    if hours is not None:
        body["hours"] = hours
    told = await client.post(f"{PATH}{deed}/", body)
    try:
        return [int(key) for key in told["changed"]], {int(row["alert"]): str(row["reason"]) for row in told["refused"]}
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"It is not told what was changed: {error}.", call=f"POST {PATH}{deed}/") from error
