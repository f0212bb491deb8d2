"""The writer keeps order, never blocks who writes, and does not run ahead of a slow line."""

import os
import threading
from collections.abc import Iterator

import pytest

from tui.terminal import writer as writer_module
from tui.terminal.writer import QUESTION, WINDOW, Writer


class Line:
    """A writer on one end of a pipe, and the other end."""

    def __init__(self) -> None:
        self.output, descriptor = os.pipe()
        self.broken = threading.Event()
        self.writer = Writer(descriptor, self.broken.set)
        self.writer.start()

    def is_free(self, within: float = 5.0) -> bool:
        free = threading.Event()
        return not self.writer.call_when_free(free.set) or free.wait(within)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += os.read(self.output, size - len(data))
        return data


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.writer.stop()
    os.close(line.output)


def test_text_arrives_in_order(line: Line) -> None:
    for number in range(50):
        line.writer.write(f"{number} ")
    text = " ".join(map(str, range(50))) + " "
    assert line.read(len(text)).decode() == text


def test_a_writer_that_is_free_says_so_at_once(line: Line) -> None:
    line.writer.write("x")
    line.read(1)
    line.writer.settle()
    assert not line.writer.call_when_free(lambda: pytest.fail("called although it was free"))


def test_a_line_that_is_behind_is_waited_for(line: Line) -> None:
    line.writer.write("x" * WINDOW)
    assert line.read(WINDOW + len(QUESTION)).endswith(QUESTION.encode())
    assert line.is_free()
    line.writer.write("y" * WINDOW)
    assert line.read(WINDOW) == b"y" * WINDOW
    assert not line.is_free(within=0.05)
    line.writer.answered()
    assert line.is_free()


def test_a_terminal_that_does_not_answer_is_asked_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE", 0.05)
    line.writer.write("x" * WINDOW)
    line.read(WINDOW + len(QUESTION))
    line.writer.write("y" * WINDOW)
    line.read(WINDOW)
    assert line.is_free()
    line.writer.write("z" * WINDOW * 3)
    assert line.read(WINDOW * 3) == b"z" * WINDOW * 3
    line.writer.answered()  # it was only slow
    line.writer.write("x" * WINDOW)
    assert line.read(WINDOW + len(QUESTION)).endswith(QUESTION.encode())


def test_a_terminal_that_is_gone_is_told_and_drops_the_rest() -> None:
    line = Line()
    os.close(line.output)
    line.writer.write("x")
    assert line.broken.wait(5)
    line.writer.write("y")
    line.writer.stop()
    assert not line.writer.is_alive()


def test_stopping_gives_up_on_a_terminal_that_takes_nothing(line: Line) -> None:
    line.writer.write("x" * 1_000_000)
    line.writer.stop()
    assert line.writer.is_alive()
    line.read(1_000_000)
    line.writer.join(5)
    assert not line.writer.is_alive()
