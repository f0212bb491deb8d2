"""Tables as files: nothing that is written runs, everything that is written comes back."""

import csv
import io
import zipfile
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from server.domain import spreadsheets
from server.domain.spreadsheets import BadTable, as_text, cleaned, defused, read_table, write_table

FORMULAS = ("=1+1", "+SUM(A1)", "-2+3", "@SUM(1)", "  =cmd|' /C calc'!A0", "\t=1", "＝1", "=HYPERLINK(0)", "-", "--")


def written(kind: str, columns: list[str], rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    assert write_table(target, kind, columns, rows) == len(rows)
    return target.getvalue()


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_marked_as_text(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "10k", "-5", "+4.25", "a=b", "'quoted", "R_10K", "5 - 3"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_no_text_cell_of_a_text_file_begins_a_formula(kind: str) -> None:
    content = written(kind, ["=name"], [[text] for text in FORMULAS]).decode()
    cells = [row[0] for row in csv.reader(io.StringIO(content, newline=""), "excel-tab" if kind == "tsv" else "excel")]
    assert len(cells) == len(FORMULAS) + 1
    assert all(cell.startswith("'") for cell in cells)


def test_lists_and_objects_begin_no_formula_either() -> None:
    content = written("csv", ["a", "b"], [[["=1", "x"], {"name": "@x"}]]).decode()
    assert content.splitlines()[1] == "\"'=1, x\",'@x"


def test_excel_takes_formulas_for_text() -> None:
    book = load_workbook(io.BytesIO(written("xlsx", ["name"], [[text] for text in FORMULAS])))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_control_characters_reach_no_terminal(kind: str) -> None:
    hostile = "a\x1b]0;owned\x07b\x00c\x9bd\u202ee\ud800f\rg"
    (row,) = read_table(written(kind, ["x"], [[hostile]]), f"t.{kind}").rows
    assert row == {"x": "a\ufffd]0;owned\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ng"}


CELLS = st.one_of(st.none(), st.text(max_size=20), st.booleans(), st.integers(-(10**12), 10**12))


@example([[None, "\r"], [None, "\r'"], ["  =1", "'  =1"]], "csv")
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from(["csv", "tsv", "xlsx"])
)
def test_what_is_written_comes_back(rows: list[list[Any]], kind: str) -> None:
    """But for blanks at the ends of a text, and an apostrophe before what looks like a formula."""
    marked = [[1, *row] for row in rows]
    back = read_table(written(kind, ["n", "a", "b"], marked), f"t.{kind}").rows
    assert len(back) == len(rows)
    for before, after in zip(rows, back, strict=True):
        for value, got in zip(before, (after["a"], after["b"]), strict=True):
            wanted = as_text(value).strip()
            if kind != "xlsx" and wanted[:1] == "'":
                assert as_text(got) in (wanted, wanted[1:].strip())
            else:
                assert as_text(got).strip() == wanted


def test_numbers_are_as_short_as_they_are_exact() -> None:
    assert [as_text(value) for value in (10.0, 0.1, 1e-7, 12.5, None, True, ["a", 2.0], {"name": "x"})] == [
        "10", "0.1", "0.0000001", "12.5", "", "True", "a, 2", "x",
    ]  # fmt: skip


def test_semicolons_and_a_byte_order_mark_are_read() -> None:
    table = read_table("\ufeffPart;Quantity\nR_10K;5\n\n;;\n".encode(), "lines.CSV")
    assert table.columns == ("Part", "Quantity")
    assert table.rows == ({"Part": "R_10K", "Quantity": "5"},)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"a,b\n1,2\n", "lines.ods", "lines.ods is none of csv, xlsx, tsv"),
        (b"", "t.csv", "no headers"),
        (b"a,b\n", "t.csv", "no rows"),
        (b"a,a\n1,2\n", "t.csv", "column 'a' more than once"),
        (b"a\n\xff\n", "t.csv", "not UTF-8: byte 3"),
        (b"a,b\n1,2,3\n", "t.csv", "Row 2 has 3 cells, but there are 2 columns"),
        (b'a\n"x', "t.csv", "cannot be read"),
        (b"no zip", "t.xlsx", "no Excel workbook"),
        (",".join(map(str, range(300))).encode(), "t.csv", "too many columns: 300, at most 250"),
    ],
)
def test_files_that_are_no_tables_are_refused(content: bytes, name: str, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        read_table(content, name)


def test_too_many_rows_are_refused_with_the_figure() -> None:
    assert len(read_table(b"a\n1\n2\n3\n", "t.csv", most=3).rows) == 3
    with pytest.raises(BadTable, match="maximum row limit of 3"):
        read_table(b"a\n1\n2\n3\n4\n", "t.csv", most=3)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    monkeypatch.setattr(spreadsheets, "LARGEST_UNPACKED", 2_000_000)
    with pytest.raises(BadTable, match="too large: 2 MB unpacked, at most 1 MB"):
        read_table(packed.getvalue(), "t.xlsx")


def test_a_workbook_of_nonsense_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("[Content_Types].xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><Types>&a;</Types>")
    with pytest.raises(BadTable, match="no Excel workbook"):
        read_table(packed.getvalue(), "t.xlsx")


def test_cleaned_keeps_letters_of_all_alphabets() -> None:
    assert cleaned("Größe 10µ Ω — ЖЦ 抵抗") == "Größe 10µ Ω — ЖЦ 抵抗"
