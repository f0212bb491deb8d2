"""Labels of commands: the bars say what the label says, the page holds no script, and no library is no riddle."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.tui.test_launcher import ROOT, bincard, surroundings
from tui.actions import BY_ID
from tui.labels import VerbLabel, as_html, as_svg, as_text, verb_labels
from tui.scanning.verbs import VERBS, verb_of

__all__ = ["surroundings"]

LABELS = verb_labels()
MODULE = 0.33
# The widths of bars and blanks of the values 0 to 105 and of the stop, ISO/IEC 15417 table 1.
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
WIDTHS = _TABLE.split()
STOP, START_A, CODE_B = "2331112", 103, 100


def bars(svg: str) -> list[tuple[float, float]]:
    """Left edge and width of each bar, in millimetres."""
    paths = list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"))
    drawn = re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v[\d.]+h-[\d.]+z", paths[0].get("d") or "")
    return [(float(left), float(width)) for left, width in drawn]


def decoded(svg: str) -> str:
    """The text of a Code 128 symbol, read from the drawing; the checksum must be right."""
    found = bars(svg)
    edges = [edge for left, width in found for edge in (left, left + width)]
    widths = "".join(str(round((right - left) / MODULE)) for left, right in pairwise(edges))
    assert widths.endswith(STOP)
    symbols = [WIDTHS.index(widths[at : at + 6]) for at in range(0, len(widths) - len(STOP), 6)]
    *values, checksum = symbols
    assert checksum == (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    assert values[0] >= START_A
    code_set = "ABC"[values[0] - START_A]
    text = ""
    for value in values[1:]:
        if value == CODE_B and code_set != "B":
            code_set = "B"
        else:
            assert code_set == "B"
            text += chr(value + 32)
    return text


def ids(label: VerbLabel) -> str:
    return label.code


@pytest.mark.parametrize("label", LABELS, ids=ids)
def test_the_bars_say_what_a_scan_of_them_is_taken_for(label: VerbLabel) -> None:
    text = decoded(as_svg(label))
    assert text == label.code
    assert all(action in BY_ID for action in verb_of(text))
    assert verb_of(text)


@pytest.mark.parametrize("label", LABELS, ids=ids)
def test_there_is_white_on_either_side(label: VerbLabel) -> None:
    svg = as_svg(label)
    width = float(ElementTree.fromstring(svg).get("viewBox", "").split()[2])
    found = bars(svg)
    assert found[0][0] >= 10 * MODULE - 0.01
    assert width - sum(found[-1]) >= 10 * MODULE - 0.02


def test_every_verb_has_a_label() -> None:
    assert {label.code.removeprefix("BINCARD-") for label in LABELS} == set(VERBS)
    assert [line.split("\t")[0] for line in as_text().splitlines()] == [label.code for label in LABELS]


def test_the_page_holds_every_label_and_no_script() -> None:
    page = as_html()
    assert [decoded(svg) for svg in re.findall(r"<svg.*?</svg>", page)] == [label.code for label in LABELS]
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=|url\(", page)


def test_the_command_writes_the_page(surroundings: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "labels.html"
    done = bincard(surroundings, "barcodes", "--output", str(page))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert page.read_text(encoding="utf-8") == as_html()
    assert bincard(surroundings, "barcodes").stdout == as_html()
    assert bincard(surroundings, "barcodes", "--format", "text").stdout == as_text()


def test_the_command_writes_an_image_each(surroundings: dict[str, str], tmp_path: Path) -> None:
    done = bincard(surroundings, "barcodes", "--format", "svg", "--output", str(tmp_path / "labels"))
    files = [Path(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [decoded(file.read_text(encoding="utf-8")) for file in files] == [label.code for label in LABELS]


def test_images_need_a_directory(surroundings: dict[str, str], tmp_path: Path) -> None:
    assert bincard(surroundings, "barcodes", "--format", "svg").returncode == 2
    done = bincard(surroundings, "barcodes", "--output", str(tmp_path / "nowhere" / "labels.html"))
    assert done.returncode == 2
    assert done.stderr.startswith("bincard: ")


def test_without_the_library_it_says_what_to_install(surroundings: dict[str, str]) -> None:
    code = "import sys; sys.modules['barcode'] = None; from tui.__main__ import main; sys.exit(main(sys.argv[1:]))"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, "barcodes", *arguments],
            env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "bincard[labels]" in done.stderr
    assert run("--format", "text").stdout == as_text()
