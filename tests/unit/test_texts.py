"""Texts from elsewhere: short in a message, harmless on a terminal and in a spreadsheet."""

from __future__ import annotations

import pytest

from cinsim.errors import MOST_SHOWN, InputError, printable, quoted
from cinsim.texts import spreadsheet_cell

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "value",
    ["x" * 100_000, "long words " * 10_000, "9" * 10**5, ["x" * 99] * 999, 10**5000, "\0" * 9000],
    ids=["letters", "words", "digits", "list", "number", "nulls"],
)
def test_a_value_of_any_length_is_shown_in_a_few_characters(value: object) -> None:
    assert len(quoted(value)) <= MOST_SHOWN + 2


def test_a_short_value_is_shown_whole() -> None:
    assert quoted("Leeds") == "'Leeds'"
    assert quoted(None) == "None"


def test_a_message_of_any_length_keeps_its_beginning_and_its_end() -> None:
    error = InputError(f"'{'x' * 100_000}' is not a date: write year-month-day", path="a.yaml", key="k" * 100_000)
    assert len(str(error)) < 3000
    assert str(error).startswith("a.yaml, key 'kkk")
    assert str(error).endswith("is not a date: write year-month-day")


def test_nothing_that_is_printed_commands_a_terminal() -> None:
    assert (
        printable("\x1b]0;owned\a shown\x9b2J\u202e\r\n\tin Leeds, Çağlar £5 – ok")
        == "\\x1b]0;owned\\x07 shown\\x9b2J\\u202e\\r\n\\tin Leeds, Çağlar £5 – ok"
    )


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@sum", "\t=1", "\r=1"])
def test_a_cell_that_begins_as_a_formula_is_shown_as_text(cell: str) -> None:
    assert spreadsheet_cell(cell) == f"'{cell}"
    assert spreadsheet_cell("Leeds = 1") == "Leeds = 1"
