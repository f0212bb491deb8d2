"""What a barcode means, how an answer shows it, and keeping what was scanned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal_column, select, union_all

from server.actions.barcodes import BARCODE_TARGETS, CODES, Scan, keep_scan
from server.actions.targets import Target, may
from server.db.models.plugin import PluginConfig, PluginSetting
from server.domain.barcodes import LONGEST, barcode_hash, references
from server.domain.errors import Forbidden, InvalidInput
from server.resources.instances import instance_of, resource_of
from server.rest import fields as f
from server.rest.access import Access, Authenticated
from server.rest.context import Context
from server.rest.resource import Endpoint, Route

__all__ = ["BARCODE", "PLUGIN", "Hit", "about", "as_texts", "find", "format_of", "keep", "post", "refuse", "shown"]

PLUGIN = "InvenTreeBarcode"
BARCODE = f.String(label="Barcode", help_text="Scanned barcode data", max_length=LONGEST)


@dataclass(frozen=True)
class Format:
    """How this server writes barcodes."""

    short: bool
    prefix: str


def format_of(context: Context) -> Format:
    """The settings of the barcode plugin."""
    setting, plugin = PluginSetting.__table__, PluginConfig.__table__
    rows = context.ask(
        "barcode settings",
        lambda: (
            select(setting.c.key, setting.c.value)
            .select_from(setting.join(plugin, plugin.c.pk == setting.c.plugin_id))
            .where(plugin.c.key == "inventreebarcode")
        ),
    )
    values = dict(rows)
    return Format(
        short=values.get("INTERNAL_BARCODE_FORMAT", "short") != "json",
        prefix=values.get("SHORT_BARCODE_PREFIX", "INV-"),
    )


# ------------------------------------------------------------------------------------------------- finding


@dataclass(frozen=True)
class Hit:
    target: Target
    pk: int
    short: bool = False


def find(context: Context, text: str) -> Hit | None:
    """The object that a barcode means."""
    for reference in references(text, CODES, format_of(context).prefix):
        target = BARCODE_TARGETS[reference.kind]
        if context.exists(target.model, reference.pk):
            return Hit(target, reference.pk, reference.short)
    rows = context.ask("barcode hash", _by_hash, hash=barcode_hash(text))
    if not rows:
        return None
    number, pk = min(rows)
    return Hit(list(BARCODE_TARGETS.values())[number], pk)


def _by_hash() -> Any:
    """Key and kind of what the hash is linked to: one look into the index of each table."""
    return union_all(
        *(
            select(literal_column(str(number)), target.model.__table__.c.pk).where(
                target.model.__table__.c.barcode_hash == bindparam("hash")
            )
            for number, target in enumerate(BARCODE_TARGETS.values())
        )
    )


def shown(context: Context, hit: Hit) -> dict[str, Any]:
    """The object as a scan shows it. Raises Forbidden where the user may not view it."""
    if not may(context.user, hit.target.label, "view"):
        raise Forbidden("User does not have permission to view this model")
    resource = resource_of(context, hit.target.model)
    made: dict[str, Any] = {"pk": hit.pk}
    if resource is not None:
        made["api_url"] = f"/api/{resource.path}{hit.pk}/"
        made["instance"] = instance_of(context, resource, hit.pk)
    return {**made, "web_url": f"/web/{hit.target.web}/{hit.pk}"}


def as_texts(value: Any) -> Any:
    """Every value as a text ("None", "True", "4000.0"), as InvenTree's refusals hold them."""
    if isinstance(value, Mapping):
        return {key: as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    return str(value)


def keep(context: Context, text: str, answer: Mapping[str, Any], *, matched: bool) -> None:
    """Keep the scan where the setting says so. It stays kept when the answer is a refusal.

    In a writing request it is kept once that is over: in a transaction of its own, whether the request succeeds
    (`matched`) or fails."""
    keeping = _keeping(context, text, answer, matched=matched)
    if keeping is None:
        return
    if not context.writing:
        keeping()
    elif matched:
        context.after_commit.append(keeping)
    else:
        context.on_failure.append(keeping)


def _keeping(context: Context, text: str, answer: Mapping[str, Any], *, matched: bool) -> Callable[[], None] | None:
    """What keeps the scan; None where scans are not kept."""
    if not context.setting("BARCODE_STORE_RESULTS"):
        return None
    given = {**context.query, **context.body()}
    scan = Scan(
        text=text, user=context.user.pk, path=context.incoming.path, matched=matched,
        context={key: str(value) for key, value in given.items() if key != "barcode"},
        answer={key: str(value) for key, value in answer.items()},
    )  # fmt: skip
    most = int(context.setting("BARCODE_RESULTS_MAX_NUM"))
    return lambda: context.api.database.run_write(lambda session: keep_scan(session, scan, context.now, most))


def about(text: str) -> dict[str, Any]:
    """What every answer says of the barcode itself."""
    return {"barcode_data": text, "barcode_hash": barcode_hash(text)}


def refuse(context: Context, text: str, answer: dict[str, Any], error: str) -> InvalidInput:
    """The refusal of a scan, kept."""
    answer = {**answer, "error": error}
    keep(context, text, answer, matched=False)
    return InvalidInput(as_texts(answer))


def post(
    path: str, run: Any, title: str, description: str, body: Mapping[str, f.Field], *, writes: bool = False,
    access: Access = Authenticated(),  # noqa: B008 - a constant
) -> Endpoint:  # fmt: skip
    """An endpoint that a barcode is posted to."""
    route = Route(run, writes=writes)
    return Endpoint(path=path, access=access, methods={"POST": route}, title=title, description=description, body=body)
