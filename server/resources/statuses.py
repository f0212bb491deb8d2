"""Status codes: InvenTree's own, and those that users added to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from server.db.models.common import InvenTreeCustomUserStateModel
from server.domain.content_types import BY_LABEL, BY_NUMBER
from server.domain.errors import InvalidInput, NotFound
from server.domain.status import STATUS_CLASSES, describe
from server.rest import fields as f
from server.rest.access import Authenticated, StaffWrites
from server.rest.context import Context
from server.rest.filters import BAD_CHOICE, Custom, Exact
from server.rest.query import Column, Derived, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape

__all__ = ["RESOURCES", "status_endpoint"]

COLORS = ("primary", "secondary", "success", "danger", "warning", "info", "dark")


# ------------------------------------------------------------------------------------------------- reading


def _custom_states(context: Context) -> dict[str, list[dict[str, Any]]]:
    """The users' own states by the class that they belong to."""
    state = InvenTreeCustomUserStateModel.__table__.c
    rows = context.ask(
        "custom states",
        lambda: select(
            state.reference_status, state.key, state.name, state.label, state.color, state.logical_key
        ).order_by(state.pk),
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for reference, key, name, label, color, logical_key in rows:
        about = {"key": key, "name": name, "label": label, "color": color, "custom": True}
        about["logical_key"] = str(logical_key)  # a text, as InvenTree gives it out
        found.setdefault(reference, []).append(about)
    return found


def _described(name: str, custom: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    about = describe(name)
    for state in custom.get(name, ()):
        about["values"].setdefault(state["name"], state)
    return about


def _all(context: Context) -> dict[str, Any]:
    custom = _custom_states(context)
    return {name: _described(name, custom) for name in STATUS_CLASSES}


def _one(context: Context, statusmodel: str) -> dict[str, Any]:
    if statusmodel not in STATUS_CLASSES:
        raise NotFound(f"No status class is called {statusmodel}.")
    return _described(statusmodel, _custom_states(context))


def status_endpoint(path: str, name: str) -> Endpoint:
    """The codes of the status class `name` under an address of their own ("stock/status/")."""
    return Endpoint(
        path=path, access=Authenticated(), title="Status",
        description="Retrieve information about a specific status code",
        methods={"GET": Route(lambda context: _one(context, name))},
    )  # fmt: skip


GENERIC = [
    Endpoint(
        path="generic/status/", access=Authenticated(), title="All Status Views", methods={"GET": Route(_all)},
        description="Endpoint for listing all defined status models.",
    ),
    Endpoint(
        path="generic/status/{statusmodel}/", access=Authenticated(), title="Status",
        description="Retrieve information about a specific status code", methods={"GET": Route(_one)},
    ),
]  # fmt: skip


# Each class is also found beside what it is the status of. (Those of stock are with their resources.)
BESIDE = [
    status_endpoint(f"{path}/status/", name)
    for path, name in (
        ("build", "BuildStatus"), ("order/po", "PurchaseOrderStatus"), ("order/ro", "ReturnOrderStatus"),
        ("order/ro-line", "ReturnOrderLineStatus"), ("order/so", "SalesOrderStatus"),
    )
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- the users' own


@dataclass(frozen=True, kw_only=True)
class _KindOfObject(f.Field):
    """A content type's number in, its label ("stock.stockitem") kept."""

    meta: Mapping[str, Any] = field(
        default_factory=lambda: {
            "model": "contenttype", "api_url": "/api/contenttype/", "pk_field": "pk", "filters": {},
        }
    )  # fmt: skip

    kind = "related field"

    def convert(self, value: Any, context: Context) -> str:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdigit())):
            raise InvalidInput([f"Incorrect type. Expected pk value, received {type(value).__name__}."])
        if int(value) not in BY_NUMBER:
            raise InvalidInput([f'Invalid pk "{value}" - object does not exist.'])
        return BY_NUMBER[int(value)].label


def _number_of(label: Any) -> int | None:
    kind = BY_LABEL.get(str(label))
    return None if kind is None else kind.pk


def _model_name(row: Mapping[str, Any]) -> str | None:
    kind = BY_NUMBER.get(row["model"] or 0)
    return None if kind is None else kind.app_labeled_name.split(" | ")[1]


STATE = shape(
    InvenTreeCustomUserStateModel,
    "pk",
    "key",
    "name",
    "label",
    Column(
        name="color",
        field=f.Choice(
            label="Color", help_text="Color that will be displayed in the frontend", required=False,
            choices=tuple((color, color) for color in COLORS), max_length=10, meta={"default": "secondary"},
        ),
    ),
    "logical_key",
    Column(
        name="model", encode=_number_of,
        field=_KindOfObject(label="Model", help_text="Model this state is associated with", allow_null=True),
    ),
    Derived(name="model_name", needs=("model",), make=_model_name, field=f.String(read_only=True)),
    Column(
        name="reference_status",
        field=f.Choice(
            label="Reference Status Set", help_text="Status set that is extended with this custom state",
            choices=tuple((name, name) for name in STATUS_CLASSES), max_length=250,
        ),
    ),
)  # fmt: skip


def _check_state(context: Context, row: InvenTreeCustomUserStateModel, values: Mapping[str, Any], made: bool) -> None:
    """A state of the users stands for one of InvenTree's (`logical_key`) and clashes with none."""
    if row.model is None:
        raise InvalidInput("Model must be selected", field="model")
    if not str(row.name).isidentifier():
        raise InvalidInput("Value must be a valid Python identifier", field="name")
    codes = {int(code): code.name for code in STATUS_CLASSES[row.reference_status]}
    if row.key == row.logical_key:
        raise InvalidInput("Key must be different from logical key", field="key")
    if row.key in codes:
        raise InvalidInput("Key must be different from the logical keys of the reference status", field="key")
    if row.logical_key not in codes:
        raise InvalidInput("Logical key must be in the logical keys of the reference status", field="logical_key")
    if row.name in codes.values():
        raise InvalidInput("Name must be different from the names of the reference status", field="name")
    _check_unique(context, row)


def _check_unique(context: Context, row: InvenTreeCustomUserStateModel) -> None:
    state = InvenTreeCustomUserStateModel
    for name, attribute in (("key", state.key), ("name", state.name)):
        same = select(state.pk).where(state.reference_status == row.reference_status, attribute == getattr(row, name))
        if context.session.scalar(same) not in (None, row.pk):
            raise InvalidInput(f"The fields reference_status, {name} must make a unique set.")


def _of_model(text: str, context: Context) -> Test | None:
    if text == "":
        return None
    if not text.isdigit() or int(text) not in BY_NUMBER:
        raise InvalidInput({"model": [BAD_CHOICE]})
    label = BY_NUMBER[int(text)].label
    return Test(("model", "is"), lambda row: row.c.model == bindparam("f_model"), {"f_model": label})


STATES = Resource(
    path="generic/status/custom/", access=StaffWrites(), shape=STATE, title="Custom State",
    list_about="List view for all custom states.", detail_about="Detail view for a particular custom states.",
    filters=(Custom("model", _of_model), Exact("reference_status")), search=("label", "name", "reference_status"),
    ordering={"key": "key"}, default_order=("key",), hooks=Hooks(before_save=_check_state),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (*GENERIC, *BESIDE, STATES)
