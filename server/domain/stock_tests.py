"""What the result of a test on a stock item must hold."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.errors import InvalidInput

__all__ = ["TestRules", "check_result"]


@dataclass(frozen=True, slots=True)
class TestRules:
    """What a test template asks for. `choices` are the values that may be given; none: any."""

    requires_value: bool = False
    requires_attachment: bool = False
    choices: tuple[str, ...] = ()

    __test__ = False  # not a test case, whatever pytest thinks of its name


def check_result(
    rules: TestRules, value: str, *, has_attachment: bool, started: datetime | None, finished: datetime | None
) -> None:
    """Raises InvalidInput, by field, where the result is not what the template asks for."""
    if started is not None and finished is not None and started > finished:
        text = "The test finished time cannot be earlier than the test started time"
        raise InvalidInput(text, field="finished_datetime")
    if rules.requires_value and not value:
        raise InvalidInput("Value must be provided for this test", field="value")
    if rules.choices and value and value not in rules.choices:
        raise InvalidInput("Invalid value for this test", field="value")
    if rules.requires_attachment and not has_attachment:
        raise InvalidInput("Attachment must be uploaded for this test", field="attachment")
