"""Files that cannot be taken: one clear refusal, and the database exactly as it was."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.db.session import Database
from server.importer import ImportFailed, import_file
from tests.server.importer.conftest import contents

GOOD = json.dumps([{"model": "common.projectcode", "pk": 1, "fields": {"code": "A"}}])
PART = ("part.part", 1, {"name": "Resistor"})
Export = Callable[..., Path]


def refused(database: Database, path: Path) -> str:
    """The message of the refusal, which is one line; the database holds what it held."""
    before = contents(database)
    with pytest.raises(ImportFailed) as failure:
        import_file(database, path)
    assert contents(database) == before
    message = str(failure.value)
    assert "\n" not in message and message.isprintable() and message.endswith(".")
    return message


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "not valid JSON, or cut off"),
        (GOOD[:-20].encode(), "not valid JSON, or cut off"),
        (b"pk,name\n1,Resistor\n", "not valid JSON"),
        (b"\x00\xff\xfe", "not a text file in UTF-8"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-12], "damaged or cut off"),
        (lzma.compress(GOOD.encode())[:-12], "damaged or cut off"),
        (gzip.compress(GOOD.encode(), mtime=0)[:12] + b"x" * 40, "damaged"),
        (b"[" * 200_000, "nested too deeply"),
        (b"{}", "holds an object, not a list"),
        (b"null", "holds null, not a list"),
        (b"[]", "holds no records"),
        (b"[1]", "record 1 cannot be read, it is a number"),
        (b'[{"pk": 1, "fields": {}}]', '"model" is not a name'),
        (b'[{"model": "part", "pk": 1, "fields": {}}]', '"model" is not a name'),
        (b'[{"model": "part.part", "pk": 1, "fields": []}]', '"fields" are not an object'),
        (b'[{"model": "part.part", "fields": {"name": "A"}}]', "leave out --natural-primary"),
        (b'[{"model": "part.part", "pk": [1], "fields": {"name": "A"}}]', '"pk" is no key'),
    ],
)
def test_what_is_no_export_is_refused(stock: Database, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    assert words in refused(stock, path)


def test_a_file_that_is_not_there_is_refused(stock: Database, tmp_path: Path) -> None:
    assert "No such file" in refused(stock, tmp_path / "nowhere.json")
    assert "Is a directory" in refused(stock, tmp_path)


def test_a_file_of_unknown_models_is_refused(stock: Database, export: Export) -> None:
    message = refused(stock, export(("no.such", 1, {"a": 1}), ("no.such", 2, {})))
    assert "nothing that Bincard knows" in message and "no.such 1" in message


def test_a_record_that_is_there_twice_is_refused(stock: Database, export: Export) -> None:
    assert "part.part 1 twice" in refused(stock, export(PART, PART))


ITEM = {"part": 1, "quantity": "1"}


@pytest.mark.parametrize(
    "record, words",
    [
        (("stock.stockitem", 5, ITEM | {"part": 99}), 'stock.stockitem 5, field "part" points to part 99'),
        (("stock.stockitem", 5, ITEM | {"location": 7}), 'field "location" points to stocklocation 7'),
        (("stock.stockitem", 5, ITEM | {"parent": 6}), 'field "parent" points to stockitem 6'),
        (("stock.stockitem", 5, ITEM | {"location": "shelf"}), "shelf is not a whole number"),
        (("stock.stockitem", 5, ITEM | {"stocktake_user": ["nobody"]}), "names user nobody"),
        (("stock.stockitem", 5, ITEM | {"location": ["Room", "Shelf"]}), "does not name one stocklocation"),
        (("part.part", 2, {"name": "A", "category": 3}), 'field "category" points to partcategory 3'),
        (("auth.user", 1, {"username": "a", "password": "", "date_joined": "2026-01-01T00:00:00Z", "groups": [4]}),
         'field "groups" points to group 4'),
    ],
)  # fmt: skip
def test_keys_that_point_nowhere_are_refused(
    stock: Database, export: Export, record: tuple[str, int, dict[str, Any]], words: str
) -> None:
    path = export(PART, record)
    if "whole number" in words:
        report = import_file(stock, path)
        assert [words in refusal.reason for refusal in report.refusals] == [True]
    else:
        assert words in refused(stock, path)


def test_trees_that_bite_their_tails_are_refused(stock: Database, export: Export) -> None:
    path = export(
        ("stock.stocklocation", 1, {"name": "A", "parent": 2}), ("stock.stocklocation", 2, {"name": "B", "parent": 1})
    )
    assert "cannot be below itself" in refused(stock, path)


def test_two_rows_where_one_may_be_are_refused(database: Database, export: Export) -> None:
    path = export(PART, ("common.projectcode", 1, {"code": "A"}), ("common.projectcode", 2, {"code": "A"}))
    message = refused(database, path)
    assert "the database refuses" in message and "common_projectcode" in message


def test_no_account_becomes_anothers(stock: Database, export: Export) -> None:
    joined = {"password": "", "date_joined": "2026-01-01T00:00:00Z"}
    import_file(stock, export(("auth.user", 1, {"username": "boss"} | joined)))
    assert "user 1 is boss here, but admin in the file" in refused(
        stock, export(("auth.user", 1, {"username": "admin", "is_superuser": True} | joined))
    )


def test_a_bad_file_leaves_what_was_imported_before(stock: Database, export: Export) -> None:
    import_file(stock, export(PART, ("stock.stockitem", 1, ITEM)))
    bad = export(
        ("part.part", 1, {"name": "Renamed"}), ("stock.stockitem", 1, ITEM | {"quantity": "77"}),
        ("stock.stockitem", 2, ITEM | {"part": 1234}),
    )  # fmt: skip
    assert "part 1234" in refused(stock, bad)


def test_hostile_names_do_not_reach_the_terminal(stock: Database, export: Export, tmp_path: Path) -> None:
    message = refused(stock, export(("evil.\x1b]0;owned\x07", "\x1b[2J", {})))
    assert "evil.?]0;owned?" in message
    report = import_file(stock, export(PART, ("evil.\x1b[31m", 1, {})))
    assert str(report).replace("\n", "").isprintable()
