"""What a command is."""

from dataclasses import dataclass

__all__ = ["Action"]


@dataclass(frozen=True, slots=True)
class Action:
    """A command: what it is called, which keys start it, where it is offered and who may use it.

    `keys` are characters as typed (`c`, `?`) or names (`f5`, `enter`, `alt+left`). `needs` is a role and a verb as the
    server names them. `footer` is the rank among the keys shown at the bottom, 0 for not shown. `argument` says what
    the `:` command takes after its name, "" for nothing.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: str
    needs: tuple[str, str] | None = None
    writes: bool = False
    footer: int = 0
    argument: str = ""

    @property
    def command(self) -> str:
        """The name typed after `:`: the last part of the id."""
        return self.id.rpartition(".")[2]
