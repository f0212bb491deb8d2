"""Settings of the server and of each user. Only values that differ from the default are kept."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from server.db.models.common import InvenTreeSetting, InvenTreeUserSetting
from server.db.models.users import Group
from server.domain.errors import InvalidInput, NotFound
from server.domain.money import NAMES, codes_in, currency_choices
from server.domain.order_references import BadPattern, reading
from server.domain.settings_catalog import GLOBAL, USER, Setting, SettingValue
from server.rest import fields as f
from server.rest.access import Authenticated, StaffWrites
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean
from server.rest.pages import page_of
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES", "instance_id", "read_global"]

LONGEST = 2000
Choices = Sequence[tuple[str, str]]


# ------------------------------------------------------------------------------------------------- reading


def read_global(context: Context, key: str) -> SettingValue:
    """The value of a global setting, in its own type; asked for once in a request. Raises LookupError for a key that
    is none."""
    known: dict[str, SettingValue] = context.__dict__.setdefault("global_settings", {})
    if key not in known:
        kept = InvenTreeSetting.__table__.c
        rows = context.ask(
            "global setting", lambda: select(kept.value).where(kept.key == bindparam("setting")), setting=key
        )
        known[key] = GLOBAL[key].value_of(rows[0][0] if rows else None)
    return known[key]


def _kept_global(context: Context) -> dict[str, str]:
    kept = InvenTreeSetting.__table__.c
    return dict(tuple(row) for row in context.ask("global settings", lambda: select(kept.key, kept.value)))


def _kept_own(context: Context) -> dict[str, str]:
    kept = InvenTreeUserSetting.__table__.c
    rows = context.ask("user settings", lambda: select(kept.key, kept.value).where(kept.user_id == bindparam("_user")))
    return dict(tuple(row) for row in rows)


def instance_id(context: Context) -> str:
    """A name for this installation that no other has: the kept one, else one that follows from its secret without
    telling it."""
    kept = read_global(context, "INVENTREE_INSTANCE_ID")
    return str(kept) if kept else str(uuid.uuid5(uuid.NAMESPACE_OID, context.api.services.tokens.secret.hex()))


def _value(context: Context, setting: Setting, kept: Mapping[str, str]) -> SettingValue:
    if setting.key == "INVENTREE_BASE_URL":
        return context.incoming.origin
    if setting.key == "INVENTREE_INSTANCE_ID":
        return instance_id(context)
    return setting.value_of(kept.get(setting.key))


def _choices(context: Context, setting: Setting) -> Choices:
    if setting.choices_of == "currency":
        return currency_choices(str(read_global(context, "CURRENCY_CODES")))
    if setting.choices_of == "group":
        group = Group.__table__.c
        groups = context.ask("group names", lambda: select(group.pk, group.name).order_by(group.pk))
        return (("", "No group"), *((str(pk), name) for pk, name in groups))
    return setting.choices


def _shown(context: Context, setting: Setting, kept: Mapping[str, str], *, own: bool) -> dict[str, Any]:
    about = {
        "pk": setting.number,
        "key": setting.key,
        "value": _value(context, setting, kept),
        "name": setting.name,
        "description": setting.description,
        "user": context.user.pk,
        "type": setting.kind,
        "units": setting.units,
        "choices": [{"value": value, "display_name": text} for value, text in _choices(context, setting)],
        "model_name": None,
        "api_url": None,
        "typ": "user" if own else "inventree",
        "read_only": setting.locked,
        "confirm": bool(setting.confirm_text),
        "confirm_text": setting.confirm_text,
    }
    del about["read_only" if own else "user"]
    return about


def _listing(context: Context, *, own: bool) -> Answer:
    """All settings; `search` looks into their keys, `ordering` takes pk, key and name."""
    catalogue, kept = (USER, _kept_own(context)) if own else (GLOBAL, _kept_global(context))
    words = context.query.get("search", "").lower().split()
    found = [setting for setting in catalogue.values() if all(word in setting.key.lower() for word in words)]
    for wanted in reversed(context.query.get("ordering", "").replace("+", "").split(",")):
        name = wanted.strip()
        attribute = {"pk": "number", "key": "key", "name": "name"}.get(name.lstrip("-"))
        if attribute is not None:
            found.sort(key=lambda setting: getattr(setting, attribute), reverse=name.startswith("-"))
    return page_of(context, [_shown(context, setting, kept, own=own) for setting in found])


def _setting(catalogue: Mapping[str, Setting], key: str) -> Setting:
    setting = catalogue.get(key.upper())
    if setting is None:
        raise NotFound("Not found.")
    return setting


def _one(context: Context, key: str, *, own: bool) -> dict[str, Any]:
    setting = _setting(USER if own else GLOBAL, key)
    return _shown(context, setting, _kept_own(context) if own else _kept_global(context), own=own)


# ------------------------------------------------------------------------------------------------- changing

VALUE = {"value": f.Json(label="Value", help_text="Settings value", allow_null=True, required=True)}


def _change(context: Context, key: str, *, own: bool) -> dict[str, Any]:
    setting = _setting(USER if own else GLOBAL, key)
    body = f.read_body(VALUE, context.body(), context, partial=context.incoming.method == "PATCH")
    if "value" in body:
        text = _checked(context, setting, body["value"])
        row = _kept_row(context, setting, own=own)
        row.value = text
        context.session.flush()
        context.__dict__.pop("global_settings", None)
    return _one(context, key, own=own)


def _kept_row(context: Context, setting: Setting, *, own: bool) -> Any:
    """The row that keeps the value, made where there is none."""
    session, user = context.session, context.user.pk
    if own:
        mine = select(InvenTreeUserSetting).where(
            InvenTreeUserSetting.key == setting.key, InvenTreeUserSetting.user_id == user
        )
        row: Any = session.scalars(mine).one_or_none() or InvenTreeUserSetting(key=setting.key, user_id=user)
    else:
        kept = select(InvenTreeSetting).where(InvenTreeSetting.key == setting.key)
        row = session.scalars(kept).one_or_none() or InvenTreeSetting(key=setting.key)
    session.add(row)
    return row


def _checked(context: Context, setting: Setting, value: Any) -> str:
    """The text to keep. Raises InvalidInput in InvenTree's words."""
    if setting.locked:
        raise InvalidInput("Site URL is locked by configuration")
    if isinstance(value, (list, dict)):
        raise InvalidInput("Not a valid string.", field="value")
    text = "" if value is None else str(value).strip()
    if len(text) > LONGEST:
        raise InvalidInput(f"Ensure this field has no more than {LONGEST} characters.", field="value")
    if setting.kind == "boolean":
        wanted = value if isinstance(value, bool) else read_boolean(text)
        if wanted is None:
            raise InvalidInput("Must be a valid boolean.")
        return str(wanted)
    if setting.kind == "integer":
        return str(_whole_number(setting, text))
    choices = _choices(context, setting)
    if choices and text not in [known for known, _ in choices]:
        raise InvalidInput("Chosen value is not a valid option")
    _check_text(setting, text)
    return text


def _whole_number(setting: Setting, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise InvalidInput("Provided value is not a valid integer") from None
    if number < setting.minimum:
        raise InvalidInput(f"Ensure this value is greater than or equal to {setting.minimum}.")
    if setting.maximum is not None and number > setting.maximum:
        raise InvalidInput(f"Ensure this value is less than or equal to {setting.maximum}.")
    return number


def _check_text(setting: Setting, text: str) -> None:
    """What single settings ask of their texts."""
    if setting.key.endswith("_REFERENCE_PATTERN"):
        _check_pattern(text)
    elif setting.key == "PART_IPN_REGEX":
        try:
            re.compile(text)
        except re.error as error:
            raise InvalidInput(f"Not a regular expression: {error}", field="value") from None
    elif setting.key == "CURRENCY_CODES":
        _check_currencies(text)


def _check_pattern(pattern: str) -> None:
    """A pattern for references must hold the number, and nothing that it cannot be filled with."""
    names = re.findall(r"{(\??\w*)(?::[^{}]*)?}", pattern)
    if "ref" not in names:
        raise InvalidInput("Missing required format key: 'ref'", field="value")
    for name in names:
        if name not in ("ref", "date") and not name.startswith("?"):
            raise InvalidInput(f"Unknown format key specified: '{name}'", field="value")
    try:
        reading(pattern)
    except BadPattern as error:
        raise InvalidInput(str(error), field="value") from None


def _check_currencies(text: str) -> None:
    codes = codes_in(text)
    if not codes:
        raise InvalidInput("No valid currency codes provided")
    for code in codes:
        if code not in NAMES:
            raise InvalidInput(f"Invalid currency code: '{code}'")
        if codes.count(code) > 1:
            raise InvalidInput(f"Duplicate currency code: '{code}'")


# ------------------------------------------------------------------------------------------------- declarations


def _text(label: str, **more: Any) -> f.String:
    return f.String(label=label, read_only=True, **more)


def _fields(*, own: bool) -> dict[str, f.Field]:
    fields: dict[str, f.Field] = {
        "pk": f.Integer(label="ID", read_only=True),
        "key": _text("Key", help_text="Settings key", max_length=50),
        "value": f.Json(
            label="Value", help_text="Settings value", allow_null=True, required=True, meta={"max_length": LONGEST}
        ),
        "name": _text("Name"),
        "description": _text("Description"),
        "user": f.Any_(label="User", help_text="User", read_only=True, meta={"filters": {}}),
        "type": _text("Type"),
        "units": _text("Units"),
        "choices": f.Any_(label="Choices", read_only=True),
        "model_name": _text("Model name", allow_null=True),
        "api_url": _text("Api url", allow_null=True),
        "typ": _text("Typ"),
        "read_only": f.Any_(
            label="Override", read_only=True,
            help_text="Indicates if the setting is overridden by an environment variable",
        ),
        "confirm": f.Boolean(
            label="Confirm", help_text="Indicates if changing this setting requires confirmation", read_only=True
        ),
        "confirm_text": _text("Confirm text"),
    }  # fmt: skip
    del fields["read_only" if own else "user"]
    return fields


def _endpoints(*, own: bool) -> list[Endpoint]:
    path, name = ("settings/user/", "User") if own else ("settings/global/", "Global")
    model = InvenTreeUserSetting if own else InvenTreeSetting
    access = Authenticated() if own else StaffWrites()
    who = "- User can only view / edit settings their own settings objects" if own else (
        "- User must have 'staff' status to view / edit"
    )  # fmt: skip
    change = Route(lambda context, key: _change(context, key, own=own), writes=True)
    return [
        Endpoint(
            path=path, access=access, model=model, title=f"{name} Settings List", shown=_fields(own=own),
            description=f"API endpoint for accessing a list of {name.lower()} settings objects.",
            methods={"GET": Route(lambda context: _listing(context, own=own))},
        ),
        Endpoint(
            path=f"{path}{{key}}/", access=access, model=model, title=f"{name} Settings Detail",
            description=f'Detail view for an individual "{name.lower()} setting" object.\n\n{who}',
            shown=_fields(own=own), body=_fields(own=own),
            methods={
                "GET": Route(lambda context, key: _one(context, key, own=own)), "PUT": change, "PATCH": change,
            },
        ),
    ]  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (*_endpoints(own=False), *_endpoints(own=True))
