"""The answer in plain sentences, hedged by the run's own numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cinsim.outcomes.summary import ranges
from cinsim.reference.figures import latest_year
from cinsim.report.effects import Effect, effects
from cinsim.report.folder import Arm, RunFolder
from cinsim.report.labels import HEADLINES, IN_NAME, count_in_words, count_words, in_sentence, label, listed, number, value_text
from cinsim.report.lottery import lottery_sentences
from cinsim.report.published import comparable, nearness
from cinsim.report.sensitivity import FEWEST_DRAWS, sensitivities

TOLD = 7
# named where the run cannot tell; other measures are counted
LOOKED_FOR = frozenset(
    {"referral_rate", "re_referral_percent", "decision_within_1_day_percent", "referrals_undecided_31_march",
     "assessment_within_45_days_percent", "cin_plans_31_march_rate", "cpp_31_march_rate", "looked_after_31_march_rate",
     "caseload_mean", "cin_visits_on_time_percent", "unmet_need_child_days_rate", "undetected_harm_child_days_rate",
     "staff_cost", "agency_premium_cost"}
)  # fmt: skip
MOST_NAMED = 5
MANY_INTERVALS = 20
# told over time for a single scenario
FOLLOWED = (
    "cin_plans_31_march_rate", "cpp_31_march_rate", "caseload_mean", "cin_visits_on_time_percent", "re_referral_percent",
)  # fmt: skip


# every headline belongs to one of these, told in this order
THEMES = {
    "Children helped": (
        "cin_plans_31_march_rate", "cin_plans_started_rate", "cpp_31_march_rate", "cpp_started_rate",
        "looked_after_31_march_rate", "children_helped_rate",
    ),
    # a case is open from the referral on: one that waits for the decision on it is not help given
    "Cases open, decided on and looked into": (
        "children_in_need_31_march_rate", "no_further_action_percent", "assessments_completed_rate", "not_in_need_percent",
        "s47_rate", "icpc_rate",
    ),
    "Waiting": (
        "referrals_undecided_31_march", "unallocated_children", "approvals_waiting_31_march", "conferences_waiting_31_march",
    ),
    "Need left, harm unseen, children who come back": (
        "unmet_need_child_days_rate", "undetected_harm_child_days_rate", "re_referral_percent",
        "re_referred_within_12_months_of_closure_percent", "cpp_second_or_subsequent_percent", "referral_rate",
    ),
    "On time": (
        "decision_within_1_day_percent",
        "cin_visits_due", "cin_visits_on_time_percent", "cin_visits_per_child_month", "cpp_visits_due",
        "cpp_visits_on_time_percent", "cpp_visits_per_child_month",
        "cin_not_visited_3_months_percent",
        "assessment_within_45_days_percent", "assessment_days_p50", "icpc_within_15_days_percent", "cpp_reviews_on_time_percent",
    ),
    "Workload": ("funded_posts_fte", "caseload_mean", "worker_changes_per_child", "cost"),
    "What staff cost": ("staff_cost", "agency_premium_cost"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What the run says: an opening sentence, and one list of sentences a scenario (or one for a single run)."""

    opening: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def answer(run: RunFolder, england: dict[str, float]) -> Answer:
    """Put what the run found, and what it cannot tell, into sentences."""
    return _compared(run) if run.compares else _single(run, england)


def _fraction(run: RunFolder) -> str:
    fraction = run.baseline.resolved.get("population_fraction", 1)
    if not isinstance(fraction, int | float) or fraction == 1:
        return ""
    return (
        f" Only {100 * fraction:.3g}% of the children and staff were simulated: counts of one area are that much smaller, ranges "
        f"are about {fraction**-0.5:.2g} times as wide, and teams are that much smaller, which can make lateness worse."
    )


def _size(run: RunFolder) -> str:
    chance = count_words(run.replications // max(1, run.draws), "replication")
    if run.draws > 1:
        return f"{count_words(run.draws, 'set')} of parameters with {chance} each"
    return f"{chance} at one set of parameters"


def _compared(run: RunFolder) -> Answer:
    year = run.years[-1]
    others = run.arms[1:]
    opening = (
        f"{count_in_words(len(others), 'scenario')} set against {run.baseline.named} for {run.place}: {_size(run)}, with the "
        f"same luck in every scenario. Figures are for the year to March {year}."
    )
    if run.draws == 1:
        opening += " The ranges show chance only: how uncertain the model's assumptions are is not in them."
    looked_at = sum(not e.none_at_all and math.isfinite(e.half_width) for m in HEADLINES for e in effects(run, m, year))
    if looked_at >= MANY_INTERVALS:
        opening += (
            f" Of the {looked_at} intervals looked at, about {round(looked_at / 20)} would leave out zero by chance alone: a "
            "single small change among many is not a finding."
        )
    opening += _fraction(run)
    parts = [(arm.title, tuple(_arm_sentences(run, arm, year))) for arm in others]
    if between := lottery_sentences(run):
        parts.append(("Between authorities", tuple(between)))
    return Answer(opening, tuple(parts))


def _arm_sentences(run: RunFolder, arm: Arm, year: int) -> list[str]:
    found = [e for m in HEADLINES for e in effects(run, m, year) if e.arm.name == arm.name]
    if not found:
        return ["The run holds no differences for this scenario."]
    same = [e for e in found if e.none_at_all]
    if len(same) == len(found):
        return [
            "Nothing changed: every measure was the same in every pair of replications. Where nothing published shows that a "
            "policy has an effect, none is assumed; a scenario can set one under parameters."
        ]
    rest = [e for e in found if not e.none_at_all]
    told = [e for e in rest if e.tells and not e.negligible]
    # what a reader looks for first, then the largest by size relative to the level
    told.sort(key=lambda e: (e.measure not in LOOKED_FOR, -abs(e.difference) / max(abs(e.before), 1e-9)))
    first, others = told[:TOLD], told[TOLD:]
    said = [
        f"{theme}: {'; '.join(in_sentence(effect_sentence(e)) for e in mine)}."
        for theme, measures in THEMES.items()
        if (mine := sorted((e for e in first if e.measure in measures), key=lambda e: measures.index(e.measure)))
    ]
    if others:
        said.append(f"Also told apart from no change: {listed([_short(e) for e in others])}.")
    if not told:
        said.append("No measure changed by as much as 1% (half a percentage point) in a way this run can tell from chance.")
    said += cannot_tell_sentences([e for e in rest if not e.tells and not e.negligible])
    small = [_named(e) for e in rest if e.negligible]
    if len(small) > MOST_NAMED:
        said.append(f"The other {len(small)} measures changed by less than 1% (half a percentage point), if at all.")
    elif small:
        said.append(f"By less than 1% (half a percentage point), if at all: {listed(small)}.")
    if same:
        said.append(f"No change in any pair: {listed([_named(e) for e in same])}.")
    return said


def effect_sentence(effect: Effect) -> str:
    """Say one effect whose interval leaves out zero, without a full stop."""
    known = label(effect.measure)
    way = "fell" if effect.difference < 0 else "rose"
    low, high = sorted((abs(effect.lower), abs(effect.upper)))
    unit = "" if known.unit in IN_NAME else known.unit
    size = f"{effect.amount(abs(effect.difference))}{unit}"
    between = f"95% interval {effect.amount(low)} to {effect.amount(high)}"
    relative = ""
    if not known.percent and effect.before:
        share = 100 * abs(effect.difference / effect.before)
        relative = f", or {number(share, 0 if share >= 10 else 1)}%"
    ends = f"from {value_text(effect.measure, effect.before)} to {value_text(effect.measure, effect.after)}"
    return f"{known.text} {way} by {size}{relative} ({between}), {ends}"


def _short(effect: Effect) -> str:
    known = label(effect.measure)
    way = "down" if effect.difference < 0 else "up"
    unit = " points" if known.percent else ""
    return f"{in_sentence(known.text)} ({way} {effect.amount(abs(effect.difference))}{unit})"


def cannot_tell_sentences(unknown: list[Effect]) -> list[str]:
    """Say what the run cannot tell, and what it would take; the less looked-for measures are counted, not named."""
    said = []
    if alike := [e for e in unknown if e.n > 1 and not math.isfinite(e.half_width)]:
        said.append(
            "These differed by the same number in every pair, which does not tell how much pairs vary, so there is no interval "
            f"and no verdict: {listed([f'{_named(e)} ({e.text})' for e in alike])}."
        )
    rest = [e for e in unknown if not e.parameters_forbid and e not in alike]
    if within_reach := [e for e in rest if e.replications_needed]:
        each = " of each set of parameters" if within_reach[0].draws > 1 else ""
        needed = [f"{_named(e)} ({e.replications_needed:,})" for e in within_reach if e.measure in LOOKED_FOR]
        said.append(
            f"This run cannot tell whether these changed, since their intervals span zero; in brackets, about how many "
            f"replications{each} would: {_and_others(needed, len(within_reach))}."
        )
    if out_of_reach := [e for e in rest if not e.replications_needed]:
        bounds = [f"{_named(e)}{_at_most(e)}" for e in out_of_reach if e.measure in LOOKED_FOR]
        said.append(
            "This run cannot tell these apart from no change, and thousands of replications might not: "
            f"{_and_others(bounds, len(out_of_reach))}."
        )
    if forbidden := [e for e in unknown if e.parameters_forbid]:
        names = [_named(e) for e in forbidden if e.measure in LOOKED_FOR]
        said.append(
            "This run cannot tell whether these changed, and no number of replications would, because what is uncertain is the "
            f"parameters: {_and_others(names, len(forbidden))}."
        )
    return said


def _and_others(named: list[str], all_of_them: int) -> str:
    left = all_of_them - len(named)
    if not left:
        return listed(named)
    others = count_words(left, "measure") if not named else f"{left} other{'' if left == 1 else 's'}"
    return f"{listed([*named, others])} in the table below"


def _at_most(effect: Effect) -> str:
    if not math.isfinite(effect.half_width):
        return " (one replication gives no interval)"
    unit = " points" if label(effect.measure).percent else ""
    most = effect.amount(max(abs(effect.lower), abs(effect.upper)))
    return f" (any change is likely to be smaller than {most}{unit})"


def _named(effect: Effect) -> str:
    return in_sentence(label(effect.measure).text)


def sensitivity_sentences(run: RunFolder) -> list[str]:
    """Say which parameters each scenario's larger effects hang on, or why that is not told; empty for a single scenario."""
    if not run.compares:
        return []
    year = run.years[-1]
    told = [m for m in HEADLINES if any((e.tells or e.parameters_forbid) and not e.negligible for e in effects(run, m, year))]
    search = sensitivities(run, told)
    held = (
        f"Between the sets {count_words(search.varied, 'fitted parameter')} vary; those held at one value, the "
        f"assumed ones among them, are {search.held:,}, and nothing here says how much hangs on these."
    )
    if run.draws < FEWEST_DRAWS or not search.varied:
        sets = count_words(run.draws, "set")
        fewest = count_in_words(FEWEST_DRAWS, "set").lower()
        return [
            f"With {sets} of parameters this run cannot tell: it takes {fewest} or more (--replications {2 * FEWEST_DRAWS}, or "
            f"draws: {FEWEST_DRAWS} in the scenarios).",
            *([held] if run.draws > 1 and search.varied else []),
        ]
    if not search.effects:
        return ["No effect was large and sure enough, or left open by the parameters, to look for what it hangs on.", held]
    by_effect: dict[tuple[str, str], list[str]] = {}
    for s in search.found:
        words = f"{s.parameter.replace('_', ' ')} ({'larger' if s.correlation > 0 else 'smaller'} where it is high)"
        by_effect.setdefault((s.arm.label, s.measure), []).append(words)
    looked_at = (
        f"Looked at: rank correlations, over {run.draws} sets of parameters, of {count_words(search.effects, 'effect')} with "
        f"each of {count_words(search.varied, 'parameter')}, at a level of 5% an effect for all parameters together; by chance "
        f"about {search.effects / 20:.1g} of the effects would have a parameter named."
    )
    if not by_effect:
        return [f"No parameter stands out. {looked_at}", held]
    found = [
        f"With {arm}, the difference in {in_sentence(label(measure).text)} hangs most on {listed(words)}."
        for (arm, measure), words in by_effect.items()
    ]
    rest = search.effects - len(by_effect)
    none = [f"For {'the other' if rest > 1 else 'one'} {count_words(rest, 'effect')} no parameter stands out."] if rest else []
    return [*found, *none, looked_at, held]


def _single(run: RunFolder, england: dict[str, float]) -> Answer:
    first, last = run.years[0], run.years[-1]
    opening = (
        f"{run.arms[0].title}, simulated for {run.place} from April {first - 1} to March {last}: {_size(run)}.{_fraction(run)}"
    )
    said = []
    beside = []
    for measure in HEADLINES:
        if measure in england and comparable(measure) and run.has(measure):
            values = run.whole_area(measure)
            model = float(values.loc[values["year"] == first, "value"].mean())
            if math.isfinite(model):
                beside.append((measure, *nearness(measure, model, england[measure])))
    if beside:
        close = sum(near for _, near, _ in beside)
        said.append(f"In the year to March {first}, {close} of {len(beside)} measures lie close to England's figures for "
                    f"{latest_year()} (within 10%, or 3 percentage points).")  # fmt: skip
        far = [f"{in_sentence(label(m).text)} ({words})" for m, near, words in beside if not near]
        if far:
            said.append(f"Further away: {listed(far)}.")
    said += _over_time(run, first, last)
    if run.draws == 1:
        said.append("Ranges show chance between replications only; how uncertain the parameters themselves are is not in them.")
    return Answer(opening, (("", tuple(said)),))


def _over_time(run: RunFolder, first: int, last: int) -> list[str]:
    """Say which of a few measures change from the first year to the last by more than chance brings."""
    steady, moved, single = [], [], []
    for measure in FOLLOWED if first != last else ():
        values = run.whole_area(measure).pivot_table(index=["draw", "replication"], columns="year", values="value")
        if first not in values or last not in values:
            continue
        change = (values[last] - values[first]).dropna()
        start, end = float(values[first].mean()), float(values[last].mean())
        levels = f"{value_text(measure, start)} in {first}, {value_text(measure, end)} in {last}"
        named = f"{in_sentence(label(measure).text)} ({levels})"
        limits = ranges(change.rename("value").reset_index()).iloc[0] if len(change) else None
        if len(change) < 2:
            single.append(named)
        elif limits is not None and limits["lower"] <= 0 <= limits["upper"]:
            steady.append(named)
        else:
            moved.append(
                f"{label(measure).text} {'fell' if end < start else 'rose'}: {levels}, the same way in nearly every replication."
            )
    if single:
        moved.append(f"One replication cannot tell a trend from chance: {listed(single)}.")
    if steady:
        moved.append(f"Changed no more than chance brings from one replication to the next: {listed(steady)}.")
    return moved
