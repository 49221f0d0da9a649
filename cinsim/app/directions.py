"""In words, which way a value goes from today's: shorter, more often, more of it. What follows from that, a run says."""

from __future__ import annotations

from typing import Final

from cinsim.scenario.quantities import Duration

_OFTEN: Final = ("interval", "cpp_first", "checkpoint")
_SHIFT: Final = "policies.thresholds.shift."


def direction(key: str, value: str, today: str | None) -> str:
    """Return which way a field's value goes from today's; empty where that cannot be said or it says itself."""
    if not value:
        return ""
    if key.startswith(_SHIFT):
        number = _number(value)
        return "" if not number else f"A need must look {'more' if number > 0 else 'less'} severe than today for this decision"
    if key == "policies.thresholds.national":
        return "Rises where an authority's thresholds lie below the reference, and falls where they lie above"
    if value[:1] in "+-−" and value.endswith("%"):
        number = _number(value)
        return "" if not number else f"{abs(number):g}% {'more' if number > 0 else 'less'} than today"
    if today is None:
        return ""
    steps = key.split(".")
    try:
        days, before = Duration.parse(value).working_days, Duration.parse(today).working_days
    except ValueError:
        return _compared(_number(value), _number(today), today)
    if days == before:
        return "As today"
    often = any(step in _OFTEN or step.endswith("interval") or step == "by_category" for step in steps)
    words = ("More often", "Less often") if often else ("Shorter", "Longer")
    return f"{words[days > before]} than today ({today})"


def _compared(number: float | None, before: float | None, today: str) -> str:
    if number is None or before is None:
        return ""
    if number == before:
        return "As today"
    return f"{'More' if number > before else 'Less'} than today ({today})"


def _number(text: str) -> float | None:
    try:
        return float(text.replace("−", "-").rstrip("% "))
    except ValueError:
        return None
