"""`/plugin/bincard/alert-rule/`: the rules with their settings and how they last ran."""

from typing import Any

from sqlalchemy import select

from server.db.models.alerts import AlertRuleRun
from server.db.models.plugin import PluginConfig, PluginSetting
from server.domain.alert_kinds import KINDS, Kind, thresholds_from
from server.resources.alert_rights import PATH, visible
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.pages import page_of
from server.rest.query import encoder_of
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

RUNS, SETTINGS, PLUGINS = AlertRuleRun.__table__, PluginSetting.__table__, PluginConfig.__table__


def _told(kind: Kind, kept: dict[str, str], run: Any) -> dict[str, Any]:
    limits, minute = thresholds_from(kind, kept), encoder_of(RUNS.c.ran_at) or str
    return {
        "kind": kind.key, "alert_type": kind.title, "description": kind.about, "role": kind.role or None,
        "staff_only": not kind.role, "action": kind.action, "enabled": kept.get(kind.switch, "yes") == "yes",
        "setting": kind.switch,
        "thresholds": [
            {
                "key": one.key, "setting": kind.setting(one), "value": limits[one.key], "default": one.default,
                "units": one.units, "name": one.name, "description": one.about, "minimum": one.least,
                "maximum": one.most,
            }
            for one in kind.thresholds
        ],
        "last_run": None if run is None else {
            "at": minute(run[1]), "seconds": run[2], "found": run[3], "opened": run[4], "recovered": run[5],
            "error": run[6],
        },
    }  # fmt: skip


def _rules(context: Context) -> Answer:
    kinds = visible(context)
    runs = {
        row[0]: row
        for row in context.ask(
            "alert rule runs",
            lambda: select(
                RUNS.c.kind, RUNS.c.ran_at, RUNS.c.seconds, RUNS.c.found, RUNS.c.opened, RUNS.c.recovered, RUNS.c.error
            ),
        )
    }
    kept = dict(
        context.ask(
            "own settings",
            lambda: (
                select(SETTINGS.c.key, SETTINGS.c.value)
                .select_from(SETTINGS.join(PLUGINS, PLUGINS.c.pk == SETTINGS.c.plugin_id))
                .where(PLUGINS.c.key == "bincard")
            ),
        )
    )
    return page_of(context, [_told(kind, kept, runs.get(kind.key)) for kind in KINDS if kind.key in kinds])


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}alert-rule/", access=Authenticated(), title="Alert Rule List", methods={"GET": Route(_rules)},
        description="The rules whose alerts you may see: thresholds (settings of the plugin bincard, which staff "
        "changes) and how each last ran.",
    ),
)  # fmt: skip
