"""The settings file: what it says, what the environment changes, and what is said about mistakes."""

import re
import stat
from pathlib import Path

import pytest

from tui.config import Config, ConfigError, Launch, Options, Profile, load_config, save_value
from tui.server_url import normal_url, warns_of_plain_http

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def written(path: Path, text: str) -> Path:
    file = path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_means_defaults(tmp_path: Path) -> None:
    config = load_config(tmp_path / "none.toml", {})
    assert config.options == Options()
    assert config.profile() is None


def test_profiles_and_options_are_read(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'default_profile = "b"\n[options]\nmouse = false\nread_timeout = 60\n'
        '[profiles.a]\nurl = "https://a.example/api/"\n'
        '[profiles.b]\nurl = "localhost:8000"\nuser = "anna"\nread_only = true\n',
    )
    config = load_config(file, {})
    assert config.options == Options(mouse=False, read_timeout=60.0)
    assert config.profile() == Profile("b", "http://localhost:8000", "anna", read_only=True)
    assert config.profile("a") == Profile("a", "https://a.example")


def test_the_only_profile_needs_no_name(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, '[profiles.a]\nurl = "https://a"\n'), {}).profile() == Profile(
        "a", "https://a"
    )


def test_the_environment_counts_more_than_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path, '[options]\ntheme = "dark"\n[profiles.a]\nurl = "https://a"\n[profiles.b]\nurl = "https://b"\n'
    )
    config = load_config(file, {"BINCARD_THEME": "mono", "BINCARD_READ_ONLY": "yes", "BINCARD_PROFILE": "b"})
    assert config.options == Options(theme="mono", read_only=True)
    assert config.profile() == Profile("b", "https://b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("options = 3\n", r"config\.toml:1: options: a table is wanted, as \[options\]"),
        ("[options]\nmuose = true\n", r"config\.toml:2: options\.muose: not known; did you mean 'mouse'\?"),
        ("[options]\nmouse = 1\n", r"config\.toml:2: options\.mouse: true or false is wanted"),
        ("[options]\npage_size = 5\n", r"config\.toml:2: options\.page_size: 5 is outside 10 to 1000"),
        ("[options]\npage_size = true\n", r"config\.toml:2: options\.page_size: a whole number is wanted"),
        ('[profiles.a]\nuser = "x"\n', r"config\.toml:1: profiles\.a: url is missing; give the server's address"),
        ('[profiles.a]\nurl = "ftp://x"\n', r"config\.toml:2: profiles\.a\.url: ftp:// is not http:// or https://"),
        ('[profiles.a]\nurl = "https://u:p@x"\n', r"leave user and password out of the address"),
        (
            'default_profile = "x"\n[profiles.xy]\nurl = "https://x"\n',
            r":1: default_profile: no profile 'x'; did you mean",
        ),
        ("[options\n", r"config\.toml: .*line 1.*; correct it or move the file away"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(written(tmp_path, text), {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("BINCARD_MOUSE", "perhaps", "BINCARD_MOUSE=perhaps: say on or off"),
        ("BINCARD_PAGE_SIZE", "ten", "BINCARD_PAGE_SIZE=ten: a number is wanted"),
        ("BINCARD_READ_TIMEOUT", "0", "BINCARD_READ_TIMEOUT: 0.0 is outside 1.0 to 600.0"),
        ("BINCARD_PROFILE", "nobody", "BINCARD_PROFILE: no profile 'nobody'"),
    ],
)
def test_a_mistake_in_the_environment_is_named(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(tmp_path / "none.toml", {variable: value})


def test_a_saved_value_is_private_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    save_value(file, ("profiles", "main"), "url", "https://stock.example")
    save_value(file, (), "default_profile", "main")
    assert load_config(file, {}).profile() == Profile("main", "https://stock.example")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]


def test_a_linked_settings_file_stays_a_link(tmp_path: Path) -> None:
    kept = written(tmp_path, "# kept elsewhere\n")
    link = tmp_path / "link.toml"
    link.symlink_to(kept)
    save_value(link, ("options",), "theme", "mono")
    assert link.is_symlink()
    assert kept.read_text(encoding="utf-8").startswith("# kept elsewhere\n")


def test_a_value_that_cannot_be_changed_is_left_to_people(tmp_path: Path) -> None:
    file = written(tmp_path, 'options = { theme = "dark" }\n')
    with pytest.raises(ConfigError, match=r"cannot set options\.theme: .*; edit the file by hand"):
        save_value(file, ("options",), "theme", "mono")
    assert file.read_text(encoding="utf-8") == 'options = { theme = "dark" }\n'


def test_a_profile_can_make_the_session_read_only(tmp_path: Path) -> None:
    config = Config(tmp_path / "config.toml", Options(keymap="keys.toml"))
    launch = Launch("https://a", Profile("a", "https://a", read_only=True), options=config.options, config=config)
    assert launch.read_only
    assert launch.keymap_file == tmp_path / "keys.toml"
    assert not Launch("https://a").read_only


def test_secrets_of_a_launch_are_not_shown() -> None:
    assert "hush" not in repr(Launch("https://a", token="hush", password="hush"))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("stock.example", "https://stock.example"),
        ("127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("https://Stock.Example/inventree/api/", "https://stock.example/inventree"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    ],
)
def test_addresses_get_one_spelling(text: str, url: str) -> None:
    assert normal_url(text) == url
    assert normal_url(url) == url


@pytest.mark.parametrize("text", ["", "http://", "https://x:port", "https://a b/", "gopher://x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        normal_url(text)


def test_plain_http_to_another_machine_is_warned_about() -> None:
    assert warns_of_plain_http("http://stock.example")
    assert warns_of_plain_http("http://192.168.1.5:8000")
    assert not warns_of_plain_http("http://127.0.0.1:8000")
    assert not warns_of_plain_http("https://stock.example")


def test_every_setting_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    settings = [*Options.__dataclass_fields__, *Profile.__dataclass_fields__, "default_profile"]
    assert [name for name in settings if f"`{name}`" not in text and name != "name"] == []
    source = (DOCS.parents[1] / "tui").rglob("*.py")
    variables = {name for file in source for name in re.findall(r"BINCARD_[A-Z_]+", file.read_text(encoding="utf-8"))}
    assert sorted(name for name in variables if f"`{name}`" not in text) == []
