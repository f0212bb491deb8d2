"""Tables as files: CSV, TSV and XLSX, written row by row and read row by row.

What is written is safe to open: a text that a spreadsheet would take for a formula is marked as text (in CSV and TSV by
a leading apostrophe, in XLSX by the cell's type and Excel's own mark), and control characters become U+FFFD. What is
read loses that apostrophe again, so that a file that was written here comes back as it was.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

__all__ = ["FORMATS", "BadTable", "Format", "Table", "as_text", "cleaned", "defused", "read_table", "write_table"]

LARGEST_UNPACKED = 256 * 1024 * 1024
"""How large the parts of an XLSX file may be once they are unpacked, in bytes."""
MOST_ROWS = 10_000
MOST_COLUMNS = 250
XLSX_ROWS = 1_048_576
"""How many rows a sheet holds, the header's among them."""

# C0 without tab and newline, DEL, C1, what turns the direction of writing, half surrogate pairs, non-characters.
_HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ARMED = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")  # Excel takes the wide forms for the plain ones
_NUMBERS = frozenset({bool, int, float})
_DISARMED = re.compile("'[ \u00a0]*[=+\\-@\t\n＝＋－＠]")
_NUMBER = re.compile(r"[-+]?\d{1,30}(\.\d{1,30})?")

# What a broken or made-up workbook makes openpyxl run into (its parser's errors are SyntaxErrors or ValueErrors).
_BROKEN = (LookupError, ValueError, TypeError, AttributeError, SyntaxError, OSError, EOFError, zipfile.BadZipFile)


class BadTable(ValueError):
    """The file is no table that can be read; the text says why, with the figures."""


@dataclass(frozen=True)
class Format:
    """A kind of file. `label` is what a form shows."""

    name: str
    label: str
    content_type: str


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "CSV", "text/csv; charset=utf-8"),
    "xlsx": Format("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "tsv": Format("tsv", "TSV", "text/tab-separated-values; charset=utf-8"),
}


@dataclass(frozen=True)
class Table:
    """What was read: the names of the columns, and the rows as texts, numbers, yes or no, or None, by column."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]


# ------------------------------------------------------------------------------------------------------------ cells


def cleaned(text: str) -> str:
    """The text without characters that do harm in a terminal or a spreadsheet; lines end in a newline."""
    if text.isascii() and text.isprintable():
        return text
    return _HOSTILE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def defused(text: str) -> str:
    """The text as a cell of CSV that no spreadsheet takes for a formula. Plain numbers stay."""
    if text[:1].isalnum() and text.isascii():
        return text
    if text.lstrip(" \u00a0").startswith(_ARMED) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _restored(text: str) -> str:
    return text[1:] if _DISARMED.match(text) else text


def as_text(value: Any) -> str:
    """A value of an answer as the text of a cell: numbers as short as they are exact, lists with commas."""
    if value is None:
        return ""
    kind = type(value)
    if kind is str:
        return cleaned(value)
    if kind is int or kind is bool:
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, (list, tuple)):
        return ", ".join(as_text(entry) for entry in value)
    if isinstance(value, Mapping):
        named = next((value[key] for key in ("name", "reference", "username") if key in value), None)
        return as_text(named) if named is not None else "; ".join(f"{key}: {as_text(v)}" for key, v in value.items())
    return cleaned(str(value))


# ---------------------------------------------------------------------------------------------------------- writing


def write_table(target: IO[bytes], kind: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a header and rows as "csv", "tsv" or "xlsx" into an open binary file, one row at a time; how many rows.
    Raises BadTable when there are more than the format holds."""
    write = _write_xlsx if kind == "xlsx" else _write_text
    return write(target, kind, columns, rows)


def _write_text(target: IO[bytes], kind: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, "excel-tab" if kind == "tsv" else "excel")
    writer.writerow([defused(as_text(name)) for name in columns])
    count = 0
    for row in rows:
        writer.writerow([as_text(value) if type(value) in _NUMBERS else defused(as_text(value)) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _write_xlsx(target: IO[bytes], kind: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    from openpyxl import Workbook  # takes longer to load than a server to start

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.freeze_panes = "A2"
    cell = _cell_maker(sheet)
    sheet.append([cell(name) for name in columns])
    count = 0
    for row in rows:
        count += 1
        if count >= XLSX_ROWS:
            raise BadTable(f"An Excel sheet holds {XLSX_ROWS - 1:,} rows; narrow the list, or export it as CSV.")
        sheet.append([cell(value) for value in row])
    book.save(target)
    return count


def _cell_maker(sheet: Any) -> Callable[[Any], Any]:
    """What goes into a cell of the sheet: numbers as they are, all else as text, never as a formula."""
    from openpyxl.cell import WriteOnlyCell

    def make(value: Any) -> Any:
        if value is None or type(value) in _NUMBERS:
            return value
        text = as_text(value)[:32_767]
        if not defused(text).startswith("'"):
            return text
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell

    return make


# ---------------------------------------------------------------------------------------------------------- reading


def read_table(content: bytes, filename: str, most: int = MOST_ROWS) -> Table:
    """The table in an uploaded file, by the ending of its name; at most so many rows. Raises BadTable."""
    kind = filename.rsplit(".", 1)[-1].lower()
    if kind not in FORMATS:
        raise BadTable(f"Unsupported data file format: {cleaned(filename)[-60:]} is none of {', '.join(FORMATS)}")
    rows = _xlsx_rows(content) if kind == "xlsx" else _text_rows(content, "\t" if kind == "tsv" else None)
    columns = _header(next(rows, []))
    found: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=2):
        if not any(value not in (None, "") for value in row):
            continue
        if len(found) == most:
            raise BadTable(f"Data file exceeds maximum row limit of {most:,}")
        if any(value not in (None, "") for value in row[len(columns) :]):
            raise BadTable(f"Row {number} has {len(row)} cells, but there are {len(columns)} columns")
        padded = [*row, *[None] * (len(columns) - len(row))]
        found.append({name: value for name, value in zip(columns, padded, strict=False) if name})
    if not found:
        raise BadTable("Data file contains no rows of data")
    return Table(tuple(name for name in columns if name), tuple(found))


def _header(cells: Sequence[Any]) -> list[str]:
    """The names of the columns. Raises BadTable where there are none, too many, or two alike."""
    names = [as_text(cell).strip()[:100] for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise BadTable("Data file contains no headers")
    if len(names) > MOST_COLUMNS:
        raise BadTable(f"Data file contains too many columns: {len(names)}, at most {MOST_COLUMNS}")
    given = [name for name in names if name]
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise BadTable(f"Data file contains the column {twice[0]!r} more than once")
    return names


def _text_rows(content: bytes, delimiter: str | None) -> Iterator[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable(f"Data file is not UTF-8: byte {error.start + 1} cannot be read") from None
    if delimiter is None:
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)  # spreadsheets of many countries write semicolons
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_restored(cleaned(cell)).strip() for cell in row]
    except csv.Error as error:
        raise BadTable(f"Data file cannot be read: {error}") from None


def _xlsx_rows(content: bytes) -> Iterator[list[Any]]:
    from openpyxl import load_workbook

    _check_unpacked(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield [_from_excel(value) for value in row]
        book.close()
    except BadTable:
        raise
    except (
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
        zipfile.BadZipFile,
    ) as error:
        # what a broken or made-up file makes openpyxl run into
        raise BadTable(f"Data file is no Excel workbook ({type(error).__name__})") from None


def _check_unpacked(content: bytes) -> None:
    """Refuse what would fill the memory when it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise BadTable("Data file is no Excel workbook (BadZipFile)") from None
    if size > LARGEST_UNPACKED:
        raise BadTable(
            f"Data file is too large: {size // 1024**2} MB unpacked, at most {LARGEST_UNPACKED // 1024**2} MB"
        )


def _from_excel(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return cleaned(str(value)).strip()
