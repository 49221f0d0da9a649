"""What an option does, in one sentence on the outcomes and one line a measure on what else changed."""

from __future__ import annotations

from collections.abc import Sequence

from cinsim.report.effects import Effect
from cinsim.report.folder import RunFolder
from cinsim.report.labels import count_words, label, listed, short
from cinsim.report.results.model import Cost, Verdict
from cinsim.report.results.verdicts import CANNOT_TELL, CERTAIN, LIKELY, NO_CHANGE

MOST_TOLD = 3
Told = Sequence[tuple[Effect, Verdict]]


def option_sentence(found: Told, total: Cost | None) -> str:
    """Say what an option does to the outcomes, in their order, and what it costs; the table says the rest."""
    told = [(effect, verdict) for effect, verdict in found if verdict in (CERTAIN, LIKELY) and not effect.negligible]
    said = [f"{_moved(effect)} ({verdict})" for effect, verdict in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        said.append(count_words(len(told) - MOST_TOLD, "other outcome"))
    if said:
        outcome = _capital(listed(said))
    elif any(verdict == CANNOT_TELL and not effect.negligible for effect, verdict in found):
        outcome = "No outcome changes by more than this run can tell from chance"
    else:
        outcome = "Hardly any outcome changes"
    return " ".join(f"{part}." for part in (outcome, cost_words(total)) if part)


def cost_words(total: Cost | None) -> str:
    """Say what an option costs more or less a year; empty where the run holds no costs."""
    if total is None or total.more is None:
        return ""
    if total.verdict == NO_CHANGE or not round(total.more):
        return "Costs the same"
    if total.verdict not in (CERTAIN, LIKELY):
        return f"Cost {total.more_text} a year{total.interval_text and f' ({total.interval_text})'}, not told from nothing"
    size = total.more_text.lstrip("+−")
    return f"Costs {size} {'more' if total.more > 0 else 'less'} a year"


def _moved(effect: Effect) -> str:
    known = label(effect.measure)
    way = "up" if effect.difference > 0 else "down"
    points = " points" if known.percent else known.unit if known.unit.startswith(" ") else ""
    return f"{short(effect.measure)} {way} {effect.amount(abs(effect.difference))}{points}"


def also_changed(found: Told) -> tuple[str, ...]:
    """Say which other measures changed for certain among all that were looked at, the largest changes first."""
    sure = [effect for effect, verdict in found if verdict == CERTAIN and not effect.negligible]
    sure.sort(key=lambda effect: -abs(effect.difference) / max(abs(effect.before), 1e-9))
    return tuple(f"{_capital(_moved(effect))} ({effect.interval_text})" for effect in sure)


def opening(run: RunFolder) -> str:
    """Say how a run was made."""
    chance = count_words(run.replications // max(1, run.draws), "run")
    made = (
        f"{count_words(run.draws, 'set')} of parameters, {chance} of each"
        if run.draws > 1
        else f"{chance} at one set of parameters"
    )
    fraction = run.baseline.resolved.get("population_fraction", 1)
    part = f", with {100 * fraction:.3g}% of the children and staff" if fraction != 1 else ""
    return f"Simulated for {run.place}, {_years(run)}: {made}{part}."


def _years(run: RunFolder) -> str:
    first, last = run.years[0], run.years[-1]
    return f"year to March {first}" if first == last else f"years to March {first} to {last}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
