"""The errors a user can act on. Each says what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class CinsimError(Exception):
    """Base of every error that cinsim raises on purpose."""


class InputError(CinsimError):
    """The user's input is wrong: a scenario, a table, a command's option. The command line exits with 2.

    Parameters
    ----------
    message : what is wrong and what would be right, in one or two plain sentences.
    path : the file in which it stands, where there is one.
    line : its line, counted from 1.
    key : the dotted key, e.g. ``policies.cin_visits.interval``.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, line: int | None = None, key: str | None = None):
        self.message, self.path, self.line, self.key = message, path, line, key
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.message, self.path, self.line, self.key))

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                str(self.path) if self.path is not None else "",
                f"line {self.line}" if self.line is not None else "",
                f"key '{self.key}'" if self.key is not None else "",
            )
            if part
        )
        return f"{where}: {self.message}" if where else self.message


def _rebuild(message: str, path: Path | str | None, line: int | None, key: str | None) -> InputError:
    """Unpickle an :class:`InputError`, whose keywords the default protocol would drop."""
    return InputError(message, path=path, line=line, key=key)


class InputErrors(InputError):
    """Several things wrong with the user's input at once; the text holds one line for each.

    ``problems`` holds them one by one; ``path``, ``line`` and ``key`` are those of the first.
    """

    def __init__(self, problems: Sequence[InputError]):
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.message, path=first.path, line=first.line, key=first.key)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))


class RunError(CinsimError):
    """A run could not be finished or stored; what had been computed is kept. The command line exits with 1."""
