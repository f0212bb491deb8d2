"""The rules, one module each; each names its `RULE`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from server.alerts.declare import Rule
from server.domain.alert_kinds import KINDS

__all__ = ["all_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules, in the order of their kinds."""
    found = {rule.kind.key: rule for rule in (_rule(module.name) for module in iter_modules(__path__))}
    return tuple(found[kind.key] for kind in KINDS)


def _rule(name: str) -> Rule:
    rule: Rule = import_module(f"{__name__}.{name}").RULE
    return rule
