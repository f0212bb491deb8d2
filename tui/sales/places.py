"""Targets and bars written into places, so that going back shows the same chart."""

import json
from collections.abc import Sequence
from datetime import date
from typing import get_args

from tui.history import Place
from tui.sales.book import BY, By, Target
from tui.sales.periods import Span

__all__ = ["by_of", "chart_place", "orders_place", "read_bar", "read_targets", "season_place"]


def by_of(text: str) -> By:
    """The kind called so; parts for anything else."""
    return next((by for by in BY if by == text), "part")


def _written(target: Target) -> list[object]:
    return [target.pk, target.code, target.currency, target.name]


def _target(by: By, told: Sequence[object]) -> Target:
    pk, code, currency, name = told
    return Target(by, pk if isinstance(pk, int) else None, str(code), str(currency), str(name))


def chart_place(targets: Sequence[Target]) -> Place:
    """The chart of these targets, of one kind."""
    first = targets[0]
    text = json.dumps([_written(target) for target in targets])
    return Place("sales-chart", first.by, first.pk, title=first.title, text=text)


def read_targets(place: Place) -> list[Target]:
    """The targets of a chart or a season; without a text the one of its pk, in whatever currency there is."""
    by = by_of(place.model)
    if not place.text:
        return [] if place.pk is None else [Target(by, place.pk, "", "", place.title)]
    return [_target(by, told) for told in json.loads(place.text)]


def season_place(by: By, targets: Sequence[Target]) -> Place:
    """The season of these targets together; without any of everything."""
    if not targets:
        return Place("sales-season", by, None, title="Season")
    chart = chart_place(targets)
    return Place("sales-season", chart.model, chart.pk, chart.title, chart.text)


def orders_place(target: Target, span: Span, start: date) -> Place:
    """The orders behind the bar of a target that begins at `start`."""
    text = json.dumps([*_written(target), span, start.isoformat()])
    return Place("sales-orders", target.by, target.pk, title=target.title, text=text)


def read_bar(place: Place) -> tuple[Target, Span, date]:
    """The bar of such a place."""
    *told, span, start = json.loads(place.text)
    known: Span = next(each for each in get_args(Span) if each == span)
    return _target(by_of(place.model), told), known, date.fromisoformat(start)
