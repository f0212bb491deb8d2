"""One prompt that is always ready to be typed into: what is asked, a field, and what was typed ahead.

    prompt.ask("Quantity", "75")            the screen waits for an answer; "75" is offered and typing replaces it
    on_prompt_line_entered(message)         message.text with message.key ("enter", or what was given to `press`)
    prompt.busy("Posting ...")              the next entries wait

Scanners and quick fingers do not wait for a server. Each Enter makes an entry; the screen gets them one at a time, the
next when it asks again, so an entry always meets the prompt that follows the one before it. What is being typed stays
in the field meanwhile. `ask(..., question=True)` asks for a decision: only an empty Enter is the answer (one that was
pressed before the question could be read is none); a text is kept for what comes after it. `ask(..., hold=True)` asks
for something that nobody could expect: what was typed ahead waits until after the answer.
"""

from collections import deque
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from tui.widgets.field import Field
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["PromptLine"]


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    text: str


class PromptLine(Vertical):
    """The prompt; give `press("enter")` to it when Enter is pressed."""

    DEFAULT_CSS = """
    PromptLine { height: auto; }
    PromptLine > Horizontal { height: 1; }
    PromptLine Line { padding: 0 1; }
    PromptLine #label { width: auto; min-width: 12; text-style: bold; }
    PromptLine #ahead { display: none; }
    PromptLine.-ahead #ahead { display: block; }
    """

    class Entered(Message):
        """Something was entered, or another key of the prompt pressed while `text` was in the field.

        For a scan the key is "scan", and `draft` is what was being typed when it came.
        """

        def __init__(self, control: "PromptLine", key: str, text: str, draft: str = "") -> None:
            super().__init__()
            self.prompt = control
            self.key = key
            self.text = text
            self.draft = draft

        @property
        def control(self) -> "PromptLine":
            """The prompt it was entered at."""
            return self.prompt

    class Kept(Message):
        """A text was entered at a question; it is kept until that has been answered."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._queue: deque[_Entry] = deque()
        self._ready = False
        self._question = False

    def compose(self) -> ComposeResult:
        yield Sentence(id="said")
        yield Line(id="ahead")
        with Horizontal():
            yield Line(id="label")
            yield Field()

    @property
    def field(self) -> Field:
        return self.query_one(Field)

    @property
    def is_ready(self) -> bool:
        """Whether the next entry is handed over at once."""
        return self._ready

    @property
    def text(self) -> str:
        """What is in the field now."""
        return self.field.value

    @property
    def waiting(self) -> tuple[str, ...]:
        """The texts that were typed ahead, first the one that comes next."""
        return tuple(entry.text for entry in self._queue if entry.text)

    # For the screen

    def ask(
        self, label: str, value: str = "", *, placeholder: str = "", question: bool = False, hold: bool = False
    ) -> None:
        """Ask for something and take the next entry.

        `value` is offered: Enter takes it, typing replaces it. It does not take the place of what is being typed.
        """
        self._label(label)
        self._question = question
        field = self.field
        field.placeholder = placeholder
        if not field.value and (hold or not self._queue):
            field.value = value
            field.select_all()
        while question and self._queue and not self._queue[0].text:
            self._queue.popleft()  # pressed before the question could be read
        self._ready = True
        if self._queue and not question and not hold:
            entry = self._queue.popleft()
            self._hand_over(_Entry(entry.key, entry.text or value))
        self._show_ahead()

    def busy(self, label: str = "") -> None:
        """Let entries wait until the next `ask`."""
        self._ready = False
        if label:
            self._label(label)

    def say(self, text: str, style: str = "", sign: str = "") -> None:
        """Say something above the field: what the prompt is about, or what is wrong."""
        self.query_one("#said", Sentence).say(text, style, sign)

    def press(self, key: str = "enter") -> None:
        """Take what is in the field as an entry made with this key."""
        field = self.field
        entry, field.value = _Entry(key, field.value.strip()), ""
        self._put(entry)

    def pull(self) -> Entered | None:
        """As `press`, for a screen that deals with the entry here and now, not by message; None where it waits."""
        if not self._ready or self._question:
            self.press()
            return None
        field, self._ready = self.field, False
        text, field.value = field.value.strip(), ""
        return self.Entered(self, "enter", text)

    def put(self, text: str) -> None:
        """Take a scan that did not come through the field."""
        draft, entry = "", _Entry("scan", text.strip())
        if self._ready and not self._question:
            draft, self.field.value = self.field.value, ""
        self._put(entry, draft)

    def keep(self, text: str) -> None:
        """Let a text that was handed over wait for the next prompt that takes what was typed ahead."""
        self._queue.appendleft(_Entry("enter", text))
        self._show_ahead()

    def drop(self) -> tuple[str, ...]:
        """Forget what was typed ahead, also what is in the field; gives the texts, so that they can be named."""
        texts = [*self.waiting, *([self.field.value] if self.field.value.strip() else [])]
        self._queue.clear()
        self.field.value = ""
        self._show_ahead()
        return tuple(texts)

    def _put(self, entry: _Entry, draft: str = "") -> None:
        if self._ready and not (self._question and entry.text and entry.key in ("enter", "scan")):
            self._hand_over(entry, draft)
            return
        self._queue.append(entry)
        self._show_ahead()
        if self._ready:
            self.post_message(self.Kept(entry.text))

    def _hand_over(self, entry: _Entry, draft: str = "") -> None:
        self._ready = False
        self.post_message(self.Entered(self, entry.key, entry.text, draft))

    def _label(self, label: str) -> None:
        line = self.query_one("#label", Line)
        line.show([(label, "")])
        line.styles.width = len(label) + 2

    def _show_ahead(self) -> None:
        texts = self.waiting
        self.set_class(bool(texts), "-ahead")
        self.query_one("#ahead", Line).show([("Typed ahead: ", "$muted"), (" · ".join(texts), "")])
