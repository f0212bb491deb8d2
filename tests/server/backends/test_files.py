"""Files on the server's own disk."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.backends.files import MAX_PATH, BadPath, LocalFiles, content_type_of, image_kind, safe_name

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "media")


def test_a_file_is_kept_and_read_again(files: LocalFiles) -> None:
    path = files.save("attachments/part/1", "drawing 1.pdf", b"abc")
    assert path == "attachments/part/1/drawing_1.pdf"
    assert files.read(path) == b"abc"
    assert files.size(path) == 3
    files.delete(path)
    assert files.read(path) is None
    assert files.size(path) == 0
    files.delete(path)


def test_only_the_own_user_may_look_at_it(files: LocalFiles) -> None:
    path = files.save("a/b", "x.txt", b"1")
    assert stat.S_IMODE((files.root / path).stat().st_mode) == 0o600
    for folder in (files.root, files.root / "a", files.root / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_taken_name_is_not_written_over(files: LocalFiles) -> None:
    paths = {files.save("a", "x.txt", str(number).encode()) for number in range(5)}
    assert len(paths) == 5
    assert "a/x.txt" in paths
    assert sorted(files.read(path) or b"" for path in paths) == [b"0", b"1", b"2", b"3", b"4"]


def test_nothing_is_left_of_a_file_that_could_not_be_kept(files: LocalFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("server.backends.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.save("a", "x.txt", b"1")
    assert list((files.root / "a").iterdir()) == []


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/./b", "a\\b", "a\x00b", "a/\x1b[31m"]
)
def test_no_path_leads_out(files: LocalFiles, path: str) -> None:
    for ask in (files.read, files.size, files.delete):
        with pytest.raises(BadPath):
            ask(path)


def test_a_symbolic_link_leads_nowhere(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    files.save("a", "x.txt", b"1")
    (files.root / "a" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(BadPath):
        files.read("a/link")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a b.txt", "a_b.txt"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.doc", "y.doc"), (".bashrc", "bashrc"),
        ("", "file"), ("..", "file"), ("$(rm -rf).sh", "rm_-rf.sh"), ("Чертёж №1.pdf", "Чертёж_1.pdf"),
        ("\x1b]52;c;x\x07.txt", "52cx.txt"),
    ],
)  # fmt: skip
def test_a_name_becomes_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@given(st.text(max_size=300))
def test_any_name_can_be_kept(name: str) -> None:
    kept = safe_name(name)
    assert kept
    assert not kept.startswith(".")
    assert "/" not in kept
    assert kept.isprintable()


def test_a_long_name_fits_into_its_column(files: LocalFiles) -> None:
    first = files.save("attachments/salesordershipment/123456789", "x" * 400 + ".pdf", b"1")
    second = files.save("attachments/salesordershipment/123456789", "x" * 400 + ".pdf", b"2")
    assert first.endswith(".pdf")
    assert len(first) < len(second) <= MAX_PATH - len(".thumbnail")
    assert files.read(second) == b"2"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"), (b"\x89PNG", None), (b"\xff\xd8\xff\xe0" + bytes(200), "jpeg"), (b"GIF89a" + bytes(20), "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(30), "webp"), (b"<svg onload=alert(1)>", None), (b"MZ", None),
        (b"", None), (b"<html>", None),
    ],
)  # fmt: skip
def test_a_picture_is_known_by_what_is_in_it(content: bytes, kind: str | None) -> None:
    assert image_kind(content) == kind
    assert content_type_of(content) == (f"image/{kind}" if kind else "application/octet-stream")
