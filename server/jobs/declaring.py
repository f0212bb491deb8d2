"""How a job is declared.

    @job("prune_events", "Forget events that are too old.", every=timedelta(hours=1))
    def prune_events(work: Work) -> dict[str, int]: ...

    JOBS = (prune_events,)

A job may be run twice (its process may die after the work and before the note that it is done): it must come to the
same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from server.db.session import Database
from server.settings import Settings

__all__ = ["JobFailed", "JobKind", "Work", "declared_jobs", "job"]


class JobFailed(Exception):
    """A job could not do its work; the message is shown to staff and holds no secret."""


@dataclass(frozen=True)
class Work:
    """What a job has at hand. `now` is when it was begun (UTC); `progress(done, total)` tells how far it is."""

    database: Database
    settings: Settings
    arguments: Mapping[str, Any]
    now: datetime
    progress: Callable[[int, int], None] = field(default=lambda done, total: None)


@dataclass(frozen=True)
class JobKind:
    """A declared job. `every`: how often it runs by itself, None: only when it is queued. `tries`: how often it is
    begun before it counts as failed; it is tried again after 10 seconds, then twice as long each time."""

    name: str
    description: str
    run: Callable[[Work], Any]
    every: timedelta | None = None
    tries: int = 5


def job(
    name: str, description: str, *, every: timedelta | None = None, tries: int = 5
) -> Callable[[Callable[[Work], Any]], JobKind]:
    """Declares the function as a job. What it returns (JSON) is kept as the result."""
    return lambda run: JobKind(name, description, run, every, tries)


def declared_jobs() -> dict[str, JobKind]:
    """All jobs by their names."""
    package = import_module("server.jobs.tasks")
    found: dict[str, JobKind] = {}
    for module in iter_modules(package.__path__):
        for kind in import_module(f"server.jobs.tasks.{module.name}").JOBS:
            if kind.name in found:
                raise ValueError(f"the job {kind.name} is declared twice")
            found[kind.name] = kind
    return found
