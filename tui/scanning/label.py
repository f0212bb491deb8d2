"""What is printed on a label beside a bare code: GS1 application identifiers and ANSI MH10.8.2 data identifiers.

    read_label("]d2010950600013435210LOT7\\x1d37120")   gtin, batch, quantity
    read_label("[)>\\x1e06\\x1dP4711\\x1dQ100\\x1e\\x04")     part, quantity

GS1: General Specifications, section 3 (application identifiers 01, 02, 10, 11, 15, 17, 21, 30, 37, 310n, 240, 241, 400
among others; 01 and 02 with their check digit). MH10.8.2: format 06 of ISO/IEC 15434 (P, 1P, Q, 1T, S, K and others).
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = ["GROUP", "Label", "check_digit", "read_label"]

GROUP: Final = "\x1d"
"""The group separator, which ends a field of variable length (FNC1 in GS1 symbols)."""
_RECORD: Final = "\x1e"
_END: Final = "\x04"
_LONGEST: Final = 4095


@dataclass(frozen=True, slots=True)
class Label:
    """The fields of a label; "" or None for what is not on it.

    `quantity` is a count, or kilograms when `weight` is set. `fields` has everything as it was printed, by identifier.
    """

    kind: str
    """"gs1" or "mh10"."""
    part: str = ""
    supplier_part: str = ""
    gtin: str = ""
    batch: str = ""
    serial: str = ""
    order: str = ""
    expiry: date | None = None
    quantity: Decimal | None = None
    weight: bool = False
    fields: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """What the thing may be looked up by, the most telling first."""
        found = (self.supplier_part, self.part, self.gtin, self.gtin.lstrip("0"), self.serial)
        return tuple(dict.fromkeys(code for code in found if code))


def read_label(text: str) -> Label | None:
    """What a label says; None for a text that is no such label, or breaks its rules."""
    if not text or len(text) > _LONGEST:
        return None
    text = text.strip("\r\n\t ")
    if text.startswith("[)>"):
        return _mh10(text)
    return _gs1(text)


# -- GS1

#: Symbology identifiers that promise GS1 data: GS1-128, DataBar, DataMatrix, QR, DotCode.
_PROMISED: Final = ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")
#: Lengths of what follows identifiers that need no separator, by their first two digits.
_FIXED: Final = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6, "17": 6,
    "18": 6, "19": 6, "20": 2, "31": 6, "32": 6, "33": 6, "34": 6, "35": 6, "36": 6, "41": 13,
}  # fmt: skip
#: How long identifiers are, by their first two digits, where that is not two.
_LENGTHS: Final = {
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "70", "71", "80", "81", "82"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39"), 4),
}
_FOUR: Final = ("70", "80", "81", "82", "43", "72")
_MOST: Final = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "242": 6, "250": 30, "251": 30,
                "400": 30}  # fmt: skip
_VARIABLE_AT_MOST: Final = 90
_WITH_BRACKETS: Final = re.compile(r"\((\d{2,4})\)([^()]*)")


def check_digit(digits: str) -> int:
    """The check digit of a GTIN (without it): weights 3 and 1 from the right, GS1 section 7.9."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def _gs1(text: str) -> Label | None:
    promised = text.startswith(_PROMISED)
    body = text[3:] if promised else text
    if body.startswith("("):
        fields = _bracketed(body)
    else:
        body = body.removeprefix(GROUP)
        # Without a promise only what could hardly be anything else: it begins with a GTIN and goes on.
        if not promised and not (re.match(r"0[12]\d{14}", body) and len(body) > 16):
            return None
        fields = _elements(body)
    return _gs1_label(fields) if fields else None


def _bracketed(text: str) -> dict[str, str]:
    """Fields printed for people: (01)09506000134352(10)LOT7."""
    if "".join(match.group() for match in _WITH_BRACKETS.finditer(text)) != text:
        return {}
    return dict(_WITH_BRACKETS.findall(text))


def _elements(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    while text:
        name = text[: _name_length(text)]
        rest = text[len(name) :]
        if not name.isdigit() or len(name) < 2:
            return {}
        size = _FIXED.get(name[:2])
        if size is not None:
            value, text = rest[:size], rest[size:].removeprefix(GROUP)
            if len(value) < size:
                return {}
        else:
            value, _, text = rest.partition(GROUP)
            if not value or len(value) > _MOST.get(name, _VARIABLE_AT_MOST):
                return {}
        fields[name] = value
    return fields


def _name_length(text: str) -> int:
    begin = text[:2]
    return 4 if begin in _FOUR else _LENGTHS.get(begin, 2)


def _gs1_label(fields: Mapping[str, str]) -> Label | None:
    gtin = fields.get("01") or fields.get("02") or ""
    if gtin and (not gtin.isdigit() or len(gtin) != 14 or check_digit(gtin[:-1]) != int(gtin[-1])):
        return None
    expiry = fields.get("17") or fields.get("15")
    day = _gs1_day(expiry) if expiry else None
    if expiry and day is None:
        return None
    counted = fields.get("30") or fields.get("37")
    quantity = _number(counted) if counted else None
    if counted and quantity is None:
        return None
    weight = next((name for name in fields if re.fullmatch(r"310[0-5]", name)), None)
    if quantity is None and weight is not None:
        if not fields[weight].isdigit():
            return None
        quantity = Decimal(int(fields[weight])).scaleb(-int(weight[3]))
    return Label(
        kind="gs1", gtin=gtin, batch=fields.get("10", ""), serial=fields.get("21", ""), expiry=day, quantity=quantity,
        weight=counted is None and weight is not None, part=fields.get("241", ""),
        supplier_part=fields.get("240", ""), order=fields.get("400", ""), fields=dict(fields),
    )  # fmt: skip


def _gs1_day(text: str) -> date | None:
    """YYMMDD; day 00 is the last of the month; the century is the one that puts it within 50 years (section 7.12)."""
    if not re.fullmatch(r"\d{6}", text):
        return None
    short, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    this = date.today().year
    year = min(
        (this // 100 + shift) * 100 + short
        for shift in (-1, 0, 1)
        if -49 <= (this // 100 + shift) * 100 + short - this <= 50
    )
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None


# -- ANSI MH10.8.2

_IDENTIFIER: Final = re.compile(r"(\d{0,3}[A-Z])(.+)", re.DOTALL)


def _mh10(text: str) -> Label | None:
    """The fields of format 06. Scanners often drop the record separator or the ends; that is forgiven."""
    body = text[3:].strip(_RECORD + _END)
    body = body.removeprefix(GROUP)
    if not body.startswith("06"):
        return None
    fields: dict[str, str] = {}
    for piece in re.split(f"[{GROUP}{_RECORD}{_END}]", body[2:]):
        match = _IDENTIFIER.fullmatch(piece.strip())
        if match is not None:
            fields.setdefault(match[1], match[2])
    if not fields:
        return None
    quantity = _number(fields["Q"]) if "Q" in fields else None
    if "Q" in fields and quantity is None:
        return None
    return Label(
        kind="mh10", part=fields.get("P", ""), supplier_part=fields.get("30P") or fields.get("1P", ""),
        batch=fields.get("1T") or fields.get("T", ""), serial=fields.get("S", ""), order=fields.get("K", ""),
        quantity=quantity, fields=fields,
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
