"""Columns of files and the fields that they stand for."""

from server.domain.imports import ImportField, choice_of, guess_columns, missing_fields, row_values

FIELDS = [
    ImportField("order", "Order", required=True),
    ImportField("part", "Part", "Supplier part", required=True, lookups=("SKU", "manufacturer_part.MPN", "part.IPN")),
    ImportField("quantity", "Quantity", "Item quantity", required=True),
    ImportField("reference", "Reference"),
]


def test_columns_are_found_by_name_label_and_help_whatever_the_case() -> None:
    found = guess_columns(FIELDS, ["item QUANTITY", "ORDER", "reference", "Part"], {})
    assert found == {
        "order": ("ORDER", None), "part": ("Part", None), "quantity": ("item QUANTITY", None),
        "reference": ("reference", None),
    }  # fmt: skip


def test_a_column_may_go_by_another_name_of_what_it_names() -> None:
    assert guess_columns(FIELDS, ["SKU", "Quantity"], {})["part"] == ("SKU", "SKU")
    assert guess_columns(FIELDS, ["MPN"], {})["part"] == ("MPN", "manufacturer_part.MPN")
    assert guess_columns(FIELDS, ["Part.IPN"], {})["part"] == ("Part.IPN", "part.IPN")


def test_a_column_is_taken_once_and_fixed_fields_take_none() -> None:
    found = guess_columns(
        [ImportField("a", "Name"), ImportField("b", "Name")], ["Name", "a"], {}
    )  # fmt: skip
    assert found == {"a": ("a", None), "b": ("Name", None)}
    assert "order" not in guess_columns(FIELDS, ["Order"], {"order": 3})


def test_required_fields_need_a_column_or_a_value() -> None:
    mapped = {"quantity": "Quantity", "part": ""}
    assert missing_fields(FIELDS, mapped, {}, {}) == ["order", "part"]
    assert missing_fields(FIELDS, mapped, {"part": 7}, {"order": 3}) == []


def test_fixed_values_go_before_cells_and_cells_before_defaults() -> None:
    cells = {"Q": "5", "P": "", "O": "9"}
    mapped = {"quantity": "Q", "part": "P", "order": "O"}
    assert row_values(cells, mapped, {"part": 4, "quantity": 1, "notes": None}, {"order": 3}) == {
        "part": 4, "quantity": "5", "order": 3,
    }  # fmt: skip


def test_choices_go_by_their_labels_too() -> None:
    pairs = [(10, "Pending"), (20, "Placed")]
    assert choice_of(" placed", pairs) == 20
    assert choice_of("20", pairs) == "20"
