"""The errors a user can act on. Each says what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cinsim.texts import without_middle

MOST_SHOWN: Final = 80
"""So many characters of a value stand in a message at most; of a path, twice as many."""


def printable(text: str) -> str:
    """Return a text with its control characters, lone surrogates and invisible marks written out, e.g. ``\\x1b``.

    A terminal obeys such characters: a message that quotes a file must not hand them on. Line ends stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def shortened(value: object, most: int = MOST_SHOWN) -> str:
    """Return a value for a message, long ones cut: a text as it is, anything else as Python writes it."""
    if isinstance(value, str):
        # the cut comes before the escapes, so that a text of any length costs nothing
        return printable(value) if len(value) <= most else f"{printable(value[: most - 3])}..."
    try:
        text = repr(value)
    except ValueError:  # Python does not write whole numbers of more than 4,300 digits
        return "a number of thousands of digits"
    except RecursionError:
        return "a value nested beyond measure"
    return text if len(text) <= most else f"{text[: most - 3]}..."


def quoted(value: object) -> str:
    """Return a value for a message as Python writes it, texts in quotation marks, long ones cut."""
    if isinstance(value, str):
        text = repr(value[:MOST_SHOWN])
        return text if len(value) <= MOST_SHOWN and len(text) <= MOST_SHOWN + 2 else f"{text[: MOST_SHOWN - 2]}...{text[0]}"
    return shortened(value)


def short_path(path: Path | str) -> str:
    """Return a path for a message; of one too long its end, which tells files apart."""
    text = printable(str(path))
    return text if len(text) <= 2 * MOST_SHOWN else f"...{text[3 - 2 * MOST_SHOWN :]}"


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
        self.message, self.path, self.line, self.key = without_middle(printable(message)), path, line, key
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.message, self.path, self.line, self.key))

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                short_path(self.path) if self.path is not None else "",
                f"line {self.line}" if self.line is not None else "",
                f"key '{shortened(self.key)}'" if self.key is not None else "",
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


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Have an error that is none of cinsim's own say what was being done, e.g. ``drawing the figures``."""
    try:
        yield
    except CinsimError:
        raise
    except Exception as error:
        error.add_note(what)
        raise
