"""The shell: signing in, roles, help, commands, layouts, themes, and what happens when things go wrong."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tui.actions import ACTIONS, handler_name
from tui.app import BincardApp
from tui.config import ConfigError, Launch, Options
from tui.routes import ROUTES
from tui.screens.stock import StockScreen

# Signing in


async def test_without_a_token_it_asks_who_is_there(server: Running) -> None:
    async with driven(Launch(server.url)) as client:
        await client.see("Sign in", "User", "Password")
        await client.check("sign-in-80x24")
        await client.type("allaccess")
        await client.press("enter")
        await client.type("wrong")
        await client.press("enter")
        await client.see("Invalid username/password.")
        await client.type("nolimits")
        await client.press("enter")
        await client.see("1 038 items", "allaccess at InvenTree Demo Server")


async def test_without_a_server_it_asks_for_one(server: Running) -> None:
    async with driven(Launch("")) as client:
        await client.see("Sign in", "address or profile")
        await client.type(server.url)
        await client.press("enter")
        await client.type("reader")
        await client.press("enter")
        await client.type("readonly")
        await client.press("enter")
        await client.see("1 038 items", "reader at")


async def test_plain_http_to_another_machine_is_warned_about() -> None:
    async with driven(Launch("")) as client:
        await client.see("Sign in")
        await client.type("http://warehouse.example:8000")
        await client.see("Plain HTTP")


async def test_escape_leaves_a_screen_that_says_it_is_not_signed_in(server: Running) -> None:
    async with driven(Launch(server.url)) as client:
        await client.see("Password")
        await client.press("escape")
        await client.see("Not signed in")


# Roles


async def test_a_reader_is_offered_nothing_that_changes_stock(server: Running) -> None:
    launch = Launch(server.url, token=server.token("reader", "readonly", "screens"))
    async with driven(launch) as client:
        await client.see("1 038 items")
        await client.press("tab")
        await client.see("Enter Open")
        assert "Count" not in client.lines[-2]
        await client.press("c", "x", "m", "f6")
        assert isinstance(client.app.screen, StockScreen)
        await client.press("question_mark")
        await client.see("Keys: Stock")
        assert "Count" not in client.text
        await client.press("escape", "colon")
        await client.type("count")
        await client.see("No such command.")


async def test_a_read_only_session_offers_no_changes(launch: Launch) -> None:
    async with driven(replace(launch, options=Options(read_only=True))) as client:
        await client.see("1 038 items", "READ ONLY")
        await client.press("tab", "c", "f7")
        assert isinstance(client.app.screen, StockScreen)
        assert "Count" not in client.lines[-2]


# Help, commands


async def test_help_is_made_from_the_registry(client: Driver) -> None:
    await client.press("tab", "f1")
    await client.see("Keys: Stock")
    await client.check("help-80x24")
    shown = client.text
    for _ in range(3):
        await client.press("pagedown")
        shown += client.text
    for action in client.app.stock_screen.available():
        assert action.label in shown, action.id


def test_every_action_is_carried_out_by_somebody() -> None:
    screens = (name.split(":") for name in ROUTES.values())
    hosts = [BincardApp, StockScreen, *(getattr(import_module(module), name) for module, name in screens)]
    for action in ACTIONS:
        if action.scope != "dialog":
            assert any(hasattr(host, handler_name(action)) for host in hosts), action.id


async def test_the_command_line_completes_and_runs(client: Driver) -> None:
    await client.press("colon")
    await client.type("sor")
    await client.press("tab")
    await client.type("quan")
    await client.see("> quantity")
    await client.press("tab", "enter")
    await client.see("Quantity▲")


async def test_a_wrong_command_says_so_and_stays(client: Driver) -> None:
    await client.press("colon")
    await client.type("frobnicate")
    await client.press("enter")
    await client.see("frobnicate is no command here")
    await client.press("escape")
    await client.lose("frobnicate")


async def test_the_palette_finds_a_command_by_a_word(client: Driver) -> None:
    await client.press("ctrl+p")
    await client.see("Commands")
    await client.type("locations below")
    await client.see("> Sub-locations")
    await client.press("enter")
    await client.see("without sub-locations")


async def test_commands_work_in_the_russian_layout(client: Driver) -> None:
    await client.press("tab", "с")  # the Cyrillic letter where c is
    await client.see("Count", "Counted")
    await client.press("escape", "full_stop")
    await client.see("Filter")
    await client.press("escape", "Ж")
    await client.see("Command, Tab completes")


async def test_what_is_typed_ahead_lands_where_it_belongs(client: Driver) -> None:
    await client.press("slash", *"C_100nF_0402", "enter", "c", "1", "2", "3")
    await client.see("Count", "123")
    field = client.app.screen.query_one("#amount", Input)
    assert field.value == "123"


async def test_jump_labels_go_to_panes(client: Driver) -> None:
    await client.press("apostrophe")
    await client.until(lambda: " s " in client.text, "the label of the table")
    await client.press("s")
    await client.until(lambda: client.app.focused is client.app.stock_screen.table, "the focus on the table")


# Looks


@pytest.mark.parametrize("name", ["dark", "light", "high-contrast", "mono", "ansi16"])
async def test_every_theme_shows_the_same_words(launch: Launch, name: str) -> None:
    async with driven(replace(launch, options=Options(theme=name))) as client:
        await client.see("1 038 items", "on hand", "> ")
        assert client.app.theme == name


async def test_the_theme_can_be_changed_by_command(client: Driver) -> None:
    await client.press("colon")
    await client.type("theme light")
    await client.press("enter")
    await client.until(lambda: client.app.theme == "light", "the light theme")


def test_an_unknown_theme_is_refused_before_the_screen_opens(launch: Launch) -> None:
    with pytest.raises(ConfigError, match="there is no theme 'pink'"):
        BincardApp(replace(launch, options=Options(theme="pink")))


def test_a_wrong_key_map_is_refused_before_the_screen_opens(launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[keys]\n"item.cuont" = "c"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"did you mean item\.count"):
        BincardApp(replace(launch, options=Options(keymap=str(path))))


async def test_keys_of_the_key_map_show_in_the_footer(launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[keys]\n"item.count" = ["k"]\n', encoding="utf-8")
    async with driven(replace(launch, options=Options(keymap=str(path)))) as client:
        await client.see("1 038 items")
        await client.press("tab")
        await client.see("k Count")
        await client.press("k")
        await client.see("Counted")


async def test_it_reflows_when_the_terminal_changes(client: Driver) -> None:
    await client.pilot.resize_terminal(132, 43)
    await client.see("Counted    never")
    await client.pilot.resize_terminal(40, 16)
    await client.lose("Counted    never")
    assert "│" not in client.lines[4]
    await client.pilot.resize_terminal(80, 24)
    await client.until(lambda: "│" in client.lines[4], "both panes")
