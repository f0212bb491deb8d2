"""Input fields: what one member of a body may be, its error texts, and what `OPTIONS` tells of it.

The texts and the metadata are those of InvenTree 532 (that is, of Django REST framework), since clients build their
forms from the one and show the other. A field is made from a model's column (`field_of`) or by hand, for the body of an
action.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Self

from server.domain.errors import InvalidInput

if TYPE_CHECKING:
    from server.rest.context import Context

__all__ = [
    "UNSET",
    "Any_",
    "Boolean",
    "Choice",
    "Date",
    "DateTime",
    "Decimal_",
    "Email",
    "Field",
    "Float",
    "Integer",
    "Json",
    "ListOf",
    "Money",
    "Nested",
    "Related",
    "String",
    "Upload",
    "UploadedFile",
    "Url",
    "read_body",
]


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Any = _Unset()
"""Stands for "not given": neither null nor empty."""

REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."
NOT_BLANK = "This field may not be blank."
MARKUP = "Remove HTML tags from this value"
_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One member of a body.

    `required` is derived where it is not given: a field must be given unless it has a default or may be null or blank.
    `default` is what a missing member becomes on creation (UNSET: it is left out). `meta` replaces single entries of
    the `OPTIONS` answer where InvenTree's differs from the rule.
    """

    name: str = ""
    label: str | None = None
    help_text: str = ""
    required: bool | None = None
    read_only: bool = False
    write_only: bool = False
    create_only: bool = False
    """Taken when an object is made, not when it is changed."""
    allow_null: bool = False
    allow_blank: bool = False
    default: Any = UNSET
    validators: Sequence[Callable[[Any], Any]] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    kind = "field"
    tells_blank = False
    missing = REQUIRED
    """What is said when the member is not there."""

    @property
    def must_be_given(self) -> bool:
        if self.read_only:
            return False
        if self.required is not None:
            return self.required
        return self.default is UNSET and not self.allow_null and not self.allow_blank

    def parse(self, value: Any, context: "Context") -> Any:
        """The value in the form that actions work with. Raises InvalidInput with a list of texts (or a mapping)."""
        if value is None or (value == "" and self.blank_is_null):
            if not self.allow_null:
                raise InvalidInput([NOT_NULL])
            return None
        result = self.convert(value, context)
        for validator in self.validators:
            validator(result)
        return result

    @property
    def blank_is_null(self) -> bool:
        """Whether an empty text (forms send it) means null."""
        return self.allow_null

    def convert(self, value: Any, context: "Context") -> Any:
        return value

    def named(self, name: str) -> Self:
        return replace(self, name=name)

    def metadata(self) -> dict[str, Any]:
        """What OPTIONS says of this field."""
        about: dict[str, Any] = {
            "type": self.kind,
            "required": self.must_be_given,
            "read_only": self.read_only,
            "label": self.label if self.label is not None else _label(self.name),
            "help_text": self.help_text or None,
            "allow_null": self.allow_null,
            "default": None if self.default is UNSET else _plain(self.default),
        }
        if self.tells_blank:
            about["allow_blank"] = self.allow_blank
        about |= self.details()
        keep = {"default"} if self.default is not UNSET else set()
        return {
            key: value for key, value in (about | dict(self.meta)).items()
            if value is not UNSET and (value is not None or key in keep or key in self.meta)
        }  # fmt: skip

    def details(self) -> dict[str, Any]:
        return {}


def _label(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True, kw_only=True)
class Any_(Field):
    """A member of any kind that is given out only."""


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    kind = "boolean"

    TRUE = frozenset({"t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1"})
    FALSE = frozenset({"f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0"})

    def convert(self, value: Any, context: "Context") -> bool:
        if value is True or value is False:
            return bool(value)
        if isinstance(value, (int, float)) and value in (0, 1):
            return bool(value)
        if isinstance(value, str) and value in self.TRUE:
            return True
        if isinstance(value, str) and value in self.FALSE:
            return False
        raise InvalidInput(["Must be a valid boolean."])


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    kind = "integer"
    min_value: int | None = None
    max_value: int | None = None

    def convert(self, value: Any, context: "Context") -> int:
        if isinstance(value, str) and len(value) > 1000:
            raise InvalidInput(["String value too large."])
        if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
            raise InvalidInput(["A valid integer is required."])
        try:
            number = int(re.sub(r"\.0*\s*$", "", str(value)))
        except ValueError:
            raise InvalidInput(["A valid integer is required."]) from None
        _within(number, self.min_value, self.max_value)
        if not -(2**63) <= number < 2**63:
            raise InvalidInput([f"Ensure this value is less than or equal to {2**63 - 1}."])
        return number

    def details(self) -> dict[str, Any]:
        return {"min_value": self.min_value, "max_value": self.max_value}


def _within(number: Any, low: Any, high: Any) -> None:
    if low is not None and number < low:
        raise InvalidInput([f"Ensure this value is greater than or equal to {low}."])
    if high is not None and number > high:
        raise InvalidInput([f"Ensure this value is less than or equal to {high}."])


@dataclass(frozen=True, kw_only=True)
class Float(Field):
    """A number that goes out as a JSON number. With `places` it is exact: taken as a decimal of at most `digits` digits
    of which `places` are behind the point; without, it is a float."""

    kind = "float"
    min_value: float | int | None = None
    floor: float | int | None = None
    """A lower bound that OPTIONS is silent about."""
    places: int | None = None
    digits: int = 15

    def convert(self, value: Any, context: "Context") -> Any:
        low = self.floor if self.min_value is None else self.min_value
        if self.places is not None:
            return exact(value, self.digits, self.places, low, invalid="A valid number is required.")
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or len(str(value)) > 1000:
            raise InvalidInput(["A valid number is required."])
        try:
            number = float(value)
        except ValueError:
            raise InvalidInput(["A valid number is required."]) from None
        if number != number or number in (float("inf"), float("-inf")):
            raise InvalidInput(["A valid number is required."])
        _within(number, low, None)
        return number

    def details(self) -> dict[str, Any]:
        return {"min_value": self.min_value}


def exact(value: Any, digits: int, places: int, low: Any = None, *, invalid: str) -> Decimal:
    """The decimal that `value` (number or text) stands for. Raises InvalidInput where it is none, has too many digits
    or places, or lies below `low`."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise InvalidInput([invalid])
    text = str(value).strip()
    if len(text) > 1000:
        raise InvalidInput(["String value too large."])
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidInput([invalid]) from None
    if not number.is_finite():
        raise InvalidInput([invalid])
    _, all_digits, exponent = number.as_tuple()
    exponent = int(exponent)
    whole = max(len(all_digits) + exponent, 0)
    behind = max(-exponent, 0)
    if (len(all_digits) + max(exponent, 0) > digits and behind <= places) or (
        whole + behind > digits and exponent >= 0
    ):
        raise InvalidInput([f"Ensure that there are no more than {digits} digits in total."])
    if behind > places:
        raise InvalidInput([f"Ensure that there are no more than {places} decimal places."])
    if whole > digits - places:
        raise InvalidInput([f"Ensure that there are no more than {digits - places} digits before the decimal point."])
    _within(number, low, None)
    return number


@dataclass(frozen=True, kw_only=True)
class Decimal_(Field):
    """An exact number of at most `max_digits` digits, `decimal_places` of them behind the point."""

    kind = "decimal"
    max_digits: int = 15
    decimal_places: int = 5
    min_value: float | int | None = None

    def convert(self, value: Any, context: "Context") -> Decimal:
        return exact(value, self.max_digits, self.decimal_places, self.min_value, invalid="A valid number is required.")

    def details(self) -> dict[str, Any]:
        return {"max_digits": self.max_digits, "decimal_places": self.decimal_places, "min_value": self.min_value}


LARGEST_MONEY = 9_000_000_000_000
"""Close to what a column of money holds (64 bits, six places)."""


@dataclass(frozen=True, kw_only=True)
class Money(Decimal_):
    """An amount of money. What has more than six places is rounded to them, as in InvenTree; below zero is refused."""

    max_digits: int = 19
    decimal_places: int = 6

    def convert(self, value: Any, context: "Context") -> Decimal:
        invalid = "Must be a valid number"
        if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)) or len(str(value)) > 1000:
            raise InvalidInput([invalid])
        try:
            number = Decimal(str(value).strip())
            rounded = number.quantize(Decimal(1).scaleb(-self.decimal_places), ROUND_HALF_UP)
        except InvalidOperation:
            raise InvalidInput([invalid]) from None
        made = exact(rounded, self.max_digits, self.decimal_places, 0, invalid=invalid)
        _within(made, None, LARGEST_MONEY)
        return made


@dataclass(frozen=True, kw_only=True)
class String(Field):
    kind = "string"
    tells_blank = True
    max_length: int | None = None
    min_length: int | None = None
    trim: bool = True
    markup: bool = False
    """Whether HTML tags are allowed (they are in Markdown notes)."""

    @property
    def blank_is_null(self) -> bool:
        return False

    def convert(self, value: Any, context: "Context") -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise InvalidInput(["Not a valid string."])
        text = str(value)
        if "\x00" in text:
            raise InvalidInput(["Null characters are not allowed."])
        text = text.strip() if self.trim else text
        if text == "":
            if not self.allow_blank:
                raise InvalidInput([NOT_BLANK])
            return ""
        if self.max_length is not None and len(text) > self.max_length:
            raise InvalidInput([f"Ensure this field has no more than {self.max_length} characters."])
        if self.min_length is not None and len(text) < self.min_length:
            raise InvalidInput([f"Ensure this field has at least {self.min_length} characters."])
        if not self.markup and "<" in text and _TAG.search(text):
            raise InvalidInput([MARKUP])
        return text

    def details(self) -> dict[str, Any]:
        return {"max_length": self.max_length, "min_length": self.min_length}


@dataclass(frozen=True, kw_only=True)
class Url(String):
    kind = "url"

    def convert(self, value: Any, context: "Context") -> str:
        text = super().convert(value, context)
        if text and not re.fullmatch(r"(?i)(https?|ftps?)://[^\s/?#]+\S*", text):
            raise InvalidInput(["Enter a valid URL."])
        return text


@dataclass(frozen=True, kw_only=True)
class Email(String):
    kind = "email"

    def convert(self, value: Any, context: "Context") -> str:
        text = super().convert(value, context)
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}|[^@\s]+@localhost", text):
            raise InvalidInput(["Enter a valid email address."])
        return text


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    kind = "date"

    def convert(self, value: Any, context: "Context") -> date:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", value):
            try:
                return date(*(int(part) for part in value.split("-")))
            except ValueError:
                pass
        raise InvalidInput(["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."])


@dataclass(frozen=True, kw_only=True)
class DateTime(Field):
    kind = "datetime"

    def convert(self, value: Any, context: "Context") -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise InvalidInput(
                [
                    "Datetime has wrong format. Use one of these formats instead: "
                    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
                ]
            ) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Choices = Sequence[tuple[Any, str]] | Callable[["Context | None"], Sequence[tuple[Any, str]]]


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of `choices`: pairs of value and text, or a function that gives them (for those kept in the database)."""

    kind = "choice"
    tells_blank = True
    choices: Choices = ()
    max_length: int | None = None
    strict: bool = True
    """False: other values than the listed ones are taken (custom states)."""

    def pairs(self, context: "Context | None" = None) -> Sequence[tuple[Any, str]]:
        return self.choices(context) if callable(self.choices) else self.choices

    @property
    def blank_is_null(self) -> bool:
        return self.allow_null and not self.allow_blank

    def convert(self, value: Any, context: "Context") -> Any:
        if value == "" and self.allow_blank:
            return ""
        for known, _ in self.pairs(context):
            if known is not None and str(known) == str(value) and not isinstance(value, bool):
                return known
        if not self.strict:
            return Integer().convert(value, context)
        raise InvalidInput([f'"{value}" is not a valid choice.'])

    def details(self) -> dict[str, Any]:
        return {
            "choices": [{"value": value, "display_name": text} for value, text in self.pairs()],
            "max_length": self.max_length,
        }


@dataclass(frozen=True, kw_only=True)
class Related(Field):
    """The key of a row of another table; `parse` gives the key when such a row exists."""

    kind = "related field"
    model: type[Any]
    filters: Mapping[str, Any] | None = field(default_factory=dict)
    limited: bool = False
    """Whether `filters` bind: a row that does not pass them is taken for one that does not exist."""
    many: bool = False

    def convert(self, value: Any, context: "Context") -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            kind = type(value).__name__
            raise InvalidInput([f"Incorrect type. Expected pk value, received {kind}."])
        try:
            pk = int(value)
        except ValueError:
            raise InvalidInput([f"Incorrect type. Expected pk value, received {type(value).__name__}."]) from None
        if not context.exists(self.model, pk, self.filters if self.limited else None):
            raise InvalidInput([f'Invalid pk "{value}" - object does not exist.'])
        return pk

    def details(self) -> dict[str, Any]:
        from server.rest.resource import api_url_of

        return {
            "model": self.model.__name__.lower(),
            "api_url": api_url_of(self.model),
            "pk_field": "pk",
            "filters": None if self.filters is None else dict(self.filters),
        }


@dataclass(frozen=True, kw_only=True)
class Json(Field):
    """Any JSON value."""


@dataclass(frozen=True, kw_only=True)
class UploadedFile:
    """A file of a multipart body."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Upload(Field):
    """A file of a multipart body. `image` accepts pictures only."""

    image: bool = False
    max_length: int | None = 100
    missing = "No file was submitted."

    @property
    def kind(self) -> str:  # type: ignore[override]
        return "image upload" if self.image else "file upload"

    def convert(self, value: Any, context: "Context") -> UploadedFile:
        if not isinstance(value, UploadedFile):
            raise InvalidInput(["The submitted data was not a file. Check the encoding type on the form."])
        if not value.content:
            raise InvalidInput(["The submitted file is empty."])
        return value

    def details(self) -> dict[str, Any]:
        return {"max_length": self.max_length}


@dataclass(frozen=True, kw_only=True)
class ListOf(Field):
    """A list; `child` is what each entry is. Errors are keyed by the index of the bad rows, as text."""

    child: Field
    allow_empty: bool = True
    tells_list: bool = False

    @property
    def kind(self) -> str:  # type: ignore[override]
        return "list" if self.tells_list else "field"

    def convert(self, value: Any, context: "Context") -> list[Any]:
        if isinstance(value, str) or not isinstance(value, (list, tuple)):
            raise InvalidInput([f'Expected a list of items but got type "{type(value).__name__}".'])
        if not value and not self.allow_empty:
            raise InvalidInput(["This list may not be empty."])
        self._prefetch(value, context)
        rows: list[Any] = []
        errors: dict[str, Any] = {}
        for index, entry in enumerate(value):
            try:
                rows.append(self.child.parse(entry, context))
            except InvalidInput as error:
                errors[str(index)] = error.errors
        if errors:
            raise InvalidInput(errors)
        return rows

    def _prefetch(self, rows: Iterable[Any], context: "Context") -> None:
        """Ask once for all related rows of all lines, so that 250 lines cost as many queries as one."""
        rows = list(rows)
        if isinstance(self.child, Related):
            context.prefetch(self.child.model, rows)
        elif isinstance(self.child, Nested):
            for name, part in self.child.fields.items():
                if isinstance(part, Related):
                    context.prefetch(part.model, [row.get(name) for row in rows if isinstance(row, dict)])

    def details(self) -> dict[str, Any]:
        child = self.child.metadata()
        if not self.child.label:
            child.pop("label", None)
        return {"child": child}


@dataclass(frozen=True, kw_only=True)
class Nested(Field):
    """An object with fields of its own."""

    kind = "nested object"
    fields: Mapping[str, Field]

    def convert(self, value: Any, context: "Context") -> dict[str, Any]:
        if not isinstance(value, Mapping):
            kind = type(value).__name__
            raise InvalidInput({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
        return read_body(self.fields, value, context)

    def details(self) -> dict[str, Any]:
        return {"children": {name: part.named(name).metadata() for name, part in self.fields.items()}}


def read_body(
    fields: Mapping[str, Field], body: Mapping[str, Any], context: "Context", *, partial: bool = False
) -> dict[str, Any]:
    """The values of a body by field name, defaults filled in unless `partial`. Unknown and read-only members are
    ignored. Raises InvalidInput with the texts of all bad fields."""
    values: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for name, part in fields.items():
        if part.read_only:
            continue
        given = body.get(name, UNSET)
        if given is UNSET:
            if partial:
                continue
            if part.must_be_given:
                errors[name] = [part.missing]
            elif part.default is not UNSET:
                values[name] = part.default
            continue
        try:
            values[name] = part.parse(given, context)
        except InvalidInput as error:
            errors[name] = error.errors
    if errors:
        raise InvalidInput(errors)
    return values
