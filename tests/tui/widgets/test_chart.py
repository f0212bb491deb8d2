"""A chart of price breaks shows the prices that there are."""

from rich.cells import cell_len

from tui.widgets.chart import step_chart

POINTS = [(1.0, 10.0), (5.0, 7.5), (25.0, 3.5)]


def test_axes_name_every_price_and_quantity() -> None:
    lines = step_chart(POINTS, 50, 9, last=100)
    text = "\n".join(lines)
    assert len(lines) == 9
    assert all(cell_len(line) <= 50 for line in lines)
    assert all(figure in text for figure in ("10", "7.5", "3.5"))
    assert lines[-1].split() == ["1", "5", "25", "100"]


def test_a_falling_price_falls_on_the_chart() -> None:
    lines = step_chart(POINTS, 60, 10, last=100, plain=True)
    first = [next((number for number, line in enumerate(lines) if line[column : column + 1] == "*"), None)
             for column in range(60)]  # fmt: skip
    rows = [row for row in first if row is not None]
    assert rows == sorted(rows)
    assert len(set(rows)) == 3


def test_plain_charts_are_ascii() -> None:
    assert "\n".join(step_chart(POINTS, 40, 8, last=50, plain=True)).isascii()


def test_where_there_is_no_room_there_is_no_chart() -> None:
    assert step_chart(POINTS, 19, 9, last=100) == []
    assert step_chart([], 50, 9, last=100) == []
