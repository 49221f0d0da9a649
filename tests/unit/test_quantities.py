"""Quantities: units in the text, exact reading back, and refusals that say what would be right."""

from __future__ import annotations

import math

import pytest
from pydantic import TypeAdapter, ValidationError

from cinsim.scenario.quantities import (
    UNITS_REQUIRED,
    Change,
    Duration,
    HoursPerCaseMonth,
    HoursPerPiece,
    Interval,
    RelativeChange,
    Share,
    number_text,
    percent_text,
)

pytestmark = pytest.mark.unit

DURATION_UNITS = "write a number and one of working days, days, weeks, months, years, e.g. '20 working days'"


def read(kind: object, value: object) -> object:
    """Read a value as a scenario file does."""
    return TypeAdapter(kind).validate_python(value, context=UNITS_REQUIRED)


def written(kind: object, value: object) -> object:
    return TypeAdapter(kind).dump_python(value, mode="json")


def refusal(kind: object, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    return str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize(
    ("text", "working_days", "months"),
    [
        ("20 working days", 20, None),
        ("1 working day", 1, None),
        ("4 weeks", 20, None),
        ("1 week", 5, None),
        ("3 months", 63.25, 3),
        ("1 month", 253 / 12, 1),
        ("1 year", 253, 12),
        ("2 years", 506, 24),
        ("365.25 days", 253, None),
        ("1.5 months", 31.625, None),
        ("0 months", 0, 0),
    ],
)
def test_a_duration_counts_five_working_days_a_week_and_253_a_year(text: str, working_days: float, months: int | None) -> None:
    duration = Duration.parse(text)
    assert duration.working_days == pytest.approx(working_days, rel=1e-12)
    assert duration.months == months
    assert str(duration) == text


def test_a_duration_written_loosely_is_written_back_in_its_one_form() -> None:
    assert str(Duration.parse("  1   weeks ")) == "1 week"
    assert str(Duration.parse("2.0 month")) == "2 months"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (20, "20 has no unit: write '20 working days', '20 weeks' or '20 months'"),
        (1.5, "1.5 has no unit: write '1.5 working days', '1.5 weeks' or '1.5 months'"),
        (
            "4 wks",
            f"'4 wks' is not a duration: {DURATION_UNITS}",
        ),
        (
            "-4 weeks",
            f"'-4 weeks' is not a duration: {DURATION_UNITS}",
        ),
        (True, "True is not a duration: write e.g. '20 working days', '4 weeks' or '3 months'"),
        ([4], "[4] is not a duration: write e.g. '20 working days', '4 weeks' or '3 months'"),
        ("1000 years", "1000 years is longer than 100 years"),
        ("1e400 days", "'1e400' is larger than any number that can be held"),
    ],
)
def test_what_is_not_a_duration_is_refused_with_what_would_be_right(value: object, message: str) -> None:
    assert refusal(Duration, value) == message


def test_an_interval_of_nothing_is_refused() -> None:
    assert refusal(Interval, "0 weeks") == "'0 weeks' must be longer than 0; leave the key out for baseline practice"


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, True, "3"])
def test_a_duration_made_in_python_is_checked_too(value: object) -> None:
    with pytest.raises(ValueError, match="a duration must be a number of 0 or more"):
        Duration(value, "weeks")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the unit of a duration must be one of working days, days, weeks, months, years"):
        Duration(1, "fortnights")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "share"), [("15%", 0.15), ("0%", 0.0), ("100%", 1.0), ("12.5 %", 0.125), ("7%", 0.07), ("33.3%", 0.333)]
)
def test_a_share_is_a_fraction_and_is_written_as_a_percentage(text: str, share: float) -> None:
    assert read(Share, text) == share
    assert written(Share, share) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.15, "0.15 has no unit: write '15%'"),
        (15, "15 has no unit: write '15%'"),
        (0, "0 has no unit: write '0%'"),
        ("120%", "120% lies outside 0% to 100%"),
        ("-5%", "'-5%' is not a share from 0% to 100%: write e.g. '15%'"),
        ("half", "'half' is not a share from 0% to 100%: write e.g. '15%'"),
        (False, "False is not a share from 0% to 100%: write e.g. '15%'"),
    ],
)
def test_what_is_not_a_share_is_refused_with_what_would_be_right(value: object, message: str) -> None:
    assert refusal(Share, value) == message


def test_in_python_a_share_is_given_as_a_fraction() -> None:
    assert TypeAdapter(Share).validate_python(0.15) == 0.15
    for outside in (15, -0.1, math.nan, math.inf):
        with pytest.raises(ValidationError, match="lies outside 0% to 100%"):
            TypeAdapter(Share).validate_python(outside)


def test_a_change_is_relative_with_a_sign_or_the_new_number() -> None:
    assert read(Change, "+10%") == Change(0.10, relative=True)
    assert Change(0.10, relative=True).apply(200) == pytest.approx(220)
    assert read(Change, "-5%") == read(Change, "\u22125%") == Change(-0.05, relative=True)
    assert read(Change, 120) == Change(120, relative=False)
    assert Change(120, relative=False).apply(200) == 120
    assert [written(Change, read(Change, value)) for value in ("+10%", "-5%", 120, 12.5)] == ["+10%", "-5%", 120, 12.5]


def test_no_change_has_one_text_whatever_its_sign() -> None:
    assert read(Change, "-0%") == read(Change, "+0%")
    assert str(read(Change, "-0%")) == "+0%"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("10%", "'10%' is not a change: write '+10%' or '-10%' for a relative change, or a plain number for the new value"),
        ("+5", "'+5' is not a change: write '+10%' or '-10%' for a relative change, or a plain number for the new value"),
        (-3, "-3 is negative: write the new number, 0 or more, or a relative change such as '-10%'"),
        ("-150%", "-150% takes away more than there is: at most -100%"),
        (True, "True is not a change: write e.g. '+10%', '-5%' or the new number"),
    ],
)
def test_what_is_not_a_change_is_refused_with_what_would_be_right(value: object, message: str) -> None:
    assert refusal(Change, value) == message


def test_a_change_that_must_be_relative_cannot_be_a_new_number() -> None:
    assert refusal(RelativeChange, 500) == "500 is not a relative change: write a sign and %, e.g. '+10%' or '-5%'"
    assert (
        refusal(RelativeChange, Change(2, relative=False))
        == "2 is not a relative change: write a sign and %, e.g. '+10%' or '-5%'"
    )
    assert read(RelativeChange, "-5%") == Change(-0.05, relative=True)


def test_hours_carry_what_they_are_spent_on() -> None:
    assert read(HoursPerCaseMonth, "1.5 hours per case per month") == 1.5
    assert read(HoursPerCaseMonth, "1 hour a case a month") == 1.0
    assert written(HoursPerCaseMonth, 1.0) == "1 hour per case per month"
    assert read(HoursPerPiece, "2 hours per assessment or plan") == 2.0
    assert written(HoursPerPiece, 2.0) == "2 hours per assessment or plan"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.5, "1.5 has no unit: write '1.5 hours per case per month'"),
        ("1.5 hours", "'1.5 hours' is not hours per case per month: write e.g. '1.5 hours per case per month'"),
        (
            "2 hours per assessment or plan",
            "'2 hours per assessment or plan' is not hours per case per month: write e.g. '1.5 hours per case per month'",
        ),
        ("200 hours per case per month", "200 hours per case per month lies outside 0 to 160, a month's working hours"),
    ],
)
def test_what_is_not_hours_per_case_is_refused_with_what_would_be_right(value: object, message: str) -> None:
    assert refusal(HoursPerCaseMonth, value) == message


def test_numbers_are_written_in_their_shortest_exact_form() -> None:
    assert [number_text(value) for value in (4.0, 1.5, 0.1, 1e-7)] == ["4", "1.5", "0.1", "1e-07"]
    assert [percent_text(value) for value in (0.07, 0.29, 1 / 3, 1.0)] == ["7%", "29%", "33.33333333333333%", "100%"]
