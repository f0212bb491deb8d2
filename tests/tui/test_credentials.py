"""Tokens are kept in a key store that works, else in a private file, and never waited for long."""

import json
import os
import stat
import time
from pathlib import Path

import pytest

from tui import credentials
from tui.credentials import Credential, CredentialError, CredentialStore

URL = "https://stock.example"
ANNA = Credential("anna", "inv-0123")
KEYRINGS = Path(__file__).parents[1] / "data" / "keyrings"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CredentialStore:
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    return CredentialStore(tmp_path / "tokens")


@pytest.fixture
def key_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key store that works; the file it keeps its secrets in."""
    file = tmp_path / "keyring.json"
    monkeypatch.delenv("BINCARD_KEYRING", raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setenv("PYTHONPATH", str(KEYRINGS))
    monkeypatch.setenv("TEST_KEYRING_FILE", str(file))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "bincard_test_keyrings.Working")
    return file


def files(store: Path) -> list[Path]:
    return list((store / "tokens").glob("*")) if (store / "tokens").exists() else []


def test_a_token_is_kept_in_a_private_file(store: CredentialStore, tmp_path: Path) -> None:
    assert store.load(URL) is None
    where = Path(store.save(URL, ANNA))
    assert store.load(URL) == ANNA
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    assert stat.S_IMODE(where.parent.stat().st_mode) == 0o700
    assert files(tmp_path) == [where]


def test_each_profile_and_address_has_its_own(store: CredentialStore) -> None:
    store.save(URL, ANNA, "hall")
    store.save("https://other.example", Credential("bob", "inv-9"), "other")
    assert store.load(URL, "hall") == ANNA
    assert store.load(URL) is None
    # A profile that now points elsewhere must not carry its old token there.
    assert store.load("https://evil.example", "hall") is None


def test_names_do_not_leave_the_directory(store: CredentialStore, tmp_path: Path) -> None:
    store.save(URL, ANNA, "../../x")
    assert store.load(URL, "../../x") == ANNA
    assert [file.parent for file in files(tmp_path)] == [tmp_path / "tokens"]


def test_a_forgotten_token_is_gone(store: CredentialStore, tmp_path: Path) -> None:
    store.save(URL, ANNA)
    store.forget(URL)
    store.forget(URL)
    assert store.load(URL) is None
    assert files(tmp_path) == []


def test_a_file_that_others_can_read_is_closed(store: CredentialStore) -> None:
    where = Path(store.save(URL, ANNA))
    where.chmod(0o644)
    assert store.load(URL) == ANNA
    assert stat.S_IMODE(where.stat().st_mode) == 0o600


def test_a_file_of_somebody_else_is_refused(store: CredentialStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(URL, ANNA)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(CredentialError, match="belongs to somebody else"):
        store.load(URL)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"user": "a"}', "null"])
def test_a_damaged_file_counts_as_no_token(store: CredentialStore, text: str) -> None:
    Path(store.save(URL, ANNA)).write_text(text, encoding="utf-8")
    assert store.load(URL) is None


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    (tmp_path / "tokens").write_text("a file")
    with pytest.raises(CredentialError, match="the token cannot be kept"):
        CredentialStore(tmp_path / "tokens").save(URL, ANNA)


def test_a_key_store_that_works_is_used(key_store: Path, tmp_path: Path) -> None:
    store = CredentialStore(tmp_path / "tokens")
    assert store.load(URL, "hall") is None
    assert store.save(URL, ANNA, "hall") == "the key store"
    assert list(json.loads(key_store.read_text())) == ["bincard hall@https://stock.example"]
    assert store.load(URL, "hall") == ANNA
    assert files(tmp_path) == []
    store.forget(URL, "hall")
    assert store.load(URL, "hall") is None


@pytest.mark.parametrize("backend", ["Forgetful", "Broken", "NotThere"])
def test_a_key_store_that_does_not_work_leaves_a_file(
    key_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"bincard_test_keyrings.{backend}")
    store = CredentialStore(tmp_path / "tokens")
    assert Path(store.save(URL, ANNA)).parent == tmp_path / "tokens"
    assert store.load(URL) == ANNA
    store.forget(URL)
    assert store.load(URL) is None


def test_a_key_store_that_never_answers_is_left_behind(
    key_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "bincard_test_keyrings.Silent")
    monkeypatch.setattr(credentials, "TIME_LIMIT", 0.5)
    store = CredentialStore(tmp_path / "tokens")
    begun = time.monotonic()
    assert Path(store.save(URL, ANNA)).exists()
    assert store.load(URL) == ANNA
    assert time.monotonic() - begun < 5


def test_without_a_session_bus_the_key_store_is_not_asked(
    key_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setattr("sys.platform", "linux")
    store = CredentialStore(tmp_path / "tokens")
    store.save(URL, ANNA)
    assert not key_store.exists()
    assert store.load(URL) == ANNA


def test_secrets_are_not_in_the_arguments(key_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "python"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nexit 1\n')
    spy.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(spy))
    CredentialStore(tmp_path / "tokens").save(URL, ANNA)
    seen = (tmp_path / "arguments").read_text()
    assert "keyring set bincard https://stock.example" in seen
    assert ANNA.token not in seen
