"""What is typed ahead meets the prompt it was typed for, in order, and nothing of it is lost."""

from collections.abc import AsyncIterator

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from tui.terminal.app import TerminalApp
from tui.themes import DEFAULT_VARIABLES, THEMES
from tui.widgets.prompt_line import PromptLine


class PromptApp(TerminalApp[None]):
    """A prompt that notes what it hands over and asks again only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, str, str]] = []
        self.kept: list[str] = []
        theme = next(iter(THEMES.values()))
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def compose(self) -> ComposeResult:
        yield PromptLine()

    def on_mount(self) -> None:
        self.set_focus(self.prompt.field)

    @property
    def prompt(self) -> PromptLine:
        return self.query_one(PromptLine)

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        self.entries.append((message.key, message.text, message.draft))

    def on_prompt_line_kept(self, message: PromptLine.Kept) -> None:
        self.kept.append(message.text)


class Typist:
    """Types into the prompt and waits for what comes of it."""

    def __init__(self, app: PromptApp, pilot: Pilot[None]) -> None:
        self.app, self.prompt, self.pilot = app, app.prompt, pilot

    async def enter(self, text: str, key: str = "enter") -> None:
        await self.pilot.press(*text)
        self.prompt.press(key)
        await self.pilot.pause()

    async def ask(self, label: str, value: str = "", *, question: bool = False, hold: bool = False) -> None:
        self.prompt.ask(label, value, question=question, hold=hold)
        await self.pilot.pause()


@pytest.fixture
async def typist() -> AsyncIterator[Typist]:
    app = PromptApp()
    async with app.run_test(size=(40, 6)) as pilot:
        yield Typist(app, pilot)


async def test_an_entry_is_handed_over_when_it_is_asked_for(typist: Typist) -> None:
    await typist.ask("Item")
    await typist.enter("abc")
    assert typist.app.entries == [("enter", "abc", "")]
    assert typist.prompt.text == ""
    assert not typist.prompt.is_ready


async def test_what_is_typed_ahead_comes_in_order_one_for_each_prompt(typist: Typist) -> None:
    for text in ("a", "b", "c"):
        await typist.enter(text)
    assert not typist.app.entries
    assert typist.prompt.waiting == ("a", "b", "c")
    for number, text in enumerate("abc", start=1):
        await typist.ask("Next")
        assert [entry[1] for entry in typist.app.entries] == list("abc"[:number]), text
    assert not typist.prompt.waiting


async def test_what_is_offered_is_replaced_by_typing_and_taken_by_an_enter_typed_ahead(typist: Typist) -> None:
    await typist.ask("Quantity", "75")
    assert typist.prompt.text == "75"
    await typist.enter("12")
    await typist.enter("")
    await typist.ask("Quantity", "75")
    assert [entry[1] for entry in typist.app.entries] == ["12", "75"]


async def test_what_is_offered_does_not_disturb_what_is_being_typed(typist: Typist) -> None:
    await typist.pilot.press("3")
    await typist.ask("Quantity", "75")
    await typist.enter("0")
    assert typist.app.entries == [("enter", "30", "")]


async def test_a_question_is_answered_by_an_enter_pressed_after_it_was_asked(typist: Typist) -> None:
    await typist.enter("")
    await typist.ask("Sure?", question=True)
    assert not typist.app.entries
    await typist.enter("")
    assert typist.app.entries == [("enter", "", "")]


async def test_a_text_entered_at_a_question_is_kept_for_what_comes_after(typist: Typist) -> None:
    await typist.ask("Sure?", question=True)
    await typist.enter("sku")
    assert not typist.app.entries
    assert typist.app.kept == ["sku"]
    await typist.enter("")
    await typist.ask("Item")
    assert [entry[1] for entry in typist.app.entries] == ["", "sku"]


async def test_another_key_is_an_entry_too(typist: Typist) -> None:
    await typist.enter("5", "batch")
    await typist.enter("B-7")
    await typist.ask("Quantity", "75")
    await typist.ask("Batch")
    assert typist.app.entries == [("batch", "5", ""), ("enter", "B-7", "")]


async def test_a_scan_says_what_was_being_typed(typist: Typist) -> None:
    await typist.ask("Quantity", "75")
    await typist.pilot.press("1")
    typist.prompt.put("INV-SL5")
    await typist.pilot.pause()
    assert typist.app.entries == [("scan", "INV-SL5", "1")]
    assert typist.prompt.text == ""


async def test_what_is_dropped_is_named(typist: Typist) -> None:
    await typist.enter("a")
    await typist.pilot.press("b")
    assert typist.prompt.drop() == ("a", "b")
    assert not typist.prompt.waiting
    assert typist.prompt.text == ""


async def test_what_was_typed_ahead_waits_while_something_unexpected_is_asked(typist: Typist) -> None:
    await typist.enter("sku")
    await typist.ask("To where", hold=True)
    assert not typist.app.entries
    await typist.enter("dock")
    await typist.ask("Item")
    assert [entry[1] for entry in typist.app.entries] == ["dock", "sku"]


async def test_what_came_too_early_can_be_put_back(typist: Typist) -> None:
    await typist.ask("To where", hold=True)
    await typist.enter("sku")
    typist.prompt.keep("sku")
    await typist.ask("To where", hold=True)
    assert len(typist.app.entries) == 1
    await typist.ask("Item")
    assert [entry[1] for entry in typist.app.entries] == ["sku", "sku"]
