"""What is printed when a run has finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from cinsim.cli.printing import print_table
from cinsim.reference.figures import latest_year

if TYPE_CHECKING:
    from cinsim.api import Comparison, RunResult
    from cinsim.reference.areas import Area
    from cinsim.report.results.model import Difference, Level, Results
    from cinsim.runs.run import Plan
    from cinsim.scenario.model import Scenario

MAIN_MEASURES = (
    "referral_rate", "re_referral_percent", "decision_within_1_day_percent", "referrals_undecided_31_march",
    "no_further_action_percent", "not_in_need_percent", "assessments_completed_rate", "assessment_within_45_days_percent",
    "assessment_days_p50", "approvals_waiting_31_march", "children_in_need_31_march_rate", "cin_plans_started_rate",
    "cin_plans_31_march_rate", "s47_rate", "icpc_rate", "icpc_within_15_days_percent", "conferences_waiting_31_march",
    "cpp_started_rate", "cpp_31_march_rate", "cpp_second_or_subsequent_percent", "cpp_reviews_on_time_percent",
    "looked_after_31_march_rate", "funded_posts_fte", "caseload_mean", "unallocated_children", "cin_visits_on_time_percent",
    "cin_not_visited_3_months_percent", "cpp_visits_on_time_percent",
)  # fmt: skip


def print_run(result: RunResult, plan: Plan) -> None:
    """Print the main measures of a run's first reported year beside the published figures, and where the folder is."""
    from cinsim.outcomes.summary import HOLDS_90
    from cinsim.reference.areas import average_authority

    results = result.results
    year, several = results.years[0], len(plan.areas) > 1
    whole = is_the_whole_country(plan)
    published = published_figures(average_authority() if several else plan.areas[0])
    levels = [level for name in MAIN_MEASURES if (level := results.level(results.baseline.name, name, year)) is not None]
    levels = [level for level in levels if level.of == "children"]
    heading = "90% range" if any(level.range == HOLDS_90 for level in levels) else "Lowest to highest"
    rows = [
        [results.measure(level.measure).label, level.text, _interval(level, heading), published.get(level.measure, "–")]
        for level in levels
    ]
    place = f"England, its {len(plan.areas)} authorities together" if whole else _place(results, plan)
    typer.echo(f"\n{results.baseline.title}: {place}, year to March {year}\n")
    if whole:
        typer.echo("Without the City of London and the Isles of Scilly, which have too few children; medians do not add up.\n")
    beside = f"England {latest_year()}" if several else f"Published {latest_year()}"
    print_table(("Measure", "Simulated", heading, beside), rows, numbers=(1, 2, 3))
    typer.echo(f"\n{_what_ranges_hold(heading, next(iter(plan.arms.values())))}")
    print_cautions(plan)
    _print_ending(result)


def _what_ranges_hold(heading: str, scenario: Scenario) -> str:
    """Say in a sentence what a printed range is."""
    if heading != "90% range":
        return "Ranges: lowest to highest. Five replications or more give a range that holds nine in ten of further runs."
    if scenario.draws == "point":
        return "Ranges hold about nine in ten of further runs with these parameters: chance alone."
    return "Ranges hold about nine in ten of further runs, with parameters and chance of their own."


def print_comparison(result: Comparison, plan: Plan) -> None:
    """Print what each option does to the outcomes, how the main measures differ in the last year, and where the folder is."""
    results = result.results
    baseline, *others = results.options
    year = results.last
    typer.echo(f"\n{results.question or results.title}\n{_place(results, plan)}, year to March {year}\n")
    for option in others:
        typer.echo(f"{option.title}: {option.sentence}")
    rows = []
    for measure in dict.fromkeys((*results.outcomes, *MAIN_MEASURES)):
        level = results.level(baseline.name, measure, year)
        found = [results.difference(option.name, measure) for option in others]
        if level is None or level.of != "children":
            continue
        rows.append([results.measure(measure).label, level.text, *map(_difference, found)])
    typer.echo(f"\nDifference from {baseline.name}, year to March {year}; 95% intervals\n")
    print_table(("Measure", baseline.name, *(option.name for option in others)), rows, numbers=range(1, len(others) + 2), kept=2)
    if is_several(plan):
        _print_lottery(result, baseline.name, [option.name for option in others], year)
    print_cautions(plan)
    _print_ending(result)


LOTTERY = ("cin_plans_started_rate", "cpp_started_rate", "unmet_need_child_days_rate", "undetected_harm_child_days_rate")


def _print_lottery(result: Comparison, baseline: str, others: Sequence[str], year: int) -> None:
    """Print how many times as high the 90th percentile of authorities is as the 10th, and how scenarios change that."""
    from cinsim.report.labels import difference_text, label, number

    table = result.national_differences
    table = table[(table["statistic"] == "p90_over_p10") & (table["year"] == year)]
    rows = []
    for measure in LOTTERY:
        found = {str(row["scenario"]): row for row in table[table["measure"] == measure].to_dict("records")}
        if not found:
            continue
        cells = [label(measure).text, number(next(iter(found.values()))["baseline_mean"], 2)]
        for other in others:
            middle, low, high = (difference_text(found[other][name], 2) for name in ("difference", "lower", "upper"))
            cells.append(f"{middle} ({low} to {high})" if found[other]["lower"] == found[other]["lower"] else middle)
        rows.append(cells)
    if rows:
        typer.echo("\nBetween authorities: how many times as high the 90th percentile is as the 10th\n")
        print_table(("Measure", baseline, *others), rows, numbers=range(1, len(others) + 2), kept=2)


def print_parts(result: Comparison) -> None:
    """Print what each part of a bundle adds to the main measures in the last year, and how much of it is interaction."""
    from cinsim.report.labels import decimals_for, difference_text, label

    table = result.contributions
    table = table[(table["year"] == table["year"].max()) & table["measure"].isin(MAIN_MEASURES)]
    for scenario, bundle in table.groupby("scenario", sort=False):
        parts = list(dict.fromkeys(bundle["part"]))
        rows = []
        for measure in MAIN_MEASURES:
            found = bundle[bundle["measure"] == measure].set_index("part")["contribution"]
            if found.empty or not found.notna().all() or not found.any():
                continue
            alone = bundle.loc[bundle["measure"] == measure, "alone"].sum(skipna=False)
            total = float(found.sum())
            beside = "" if alone != alone else difference_text(total - alone, decimals_for(measure, total))
            cells = [difference_text(float(found[part]), decimals_for(measure, total)) for part in parts]
            rows.append([label(measure).text, *cells, difference_text(total, decimals_for(measure, total)), beside])
        typer.echo(f"\nWhat each part of {scenario} adds\n")
        headings = ("Measure", *(part.replace("_", " ") for part in parts), "All together", "of it interaction")
        print_table(headings, rows, numbers=range(1, len(headings)))


def is_the_whole_country(plan: Plan) -> bool:
    """Return whether every authority that can be simulated is in a plan."""
    from cinsim.reference.areas import usable_authorities

    return {area.area_code for area in usable_authorities()} <= {area.area_code for area in plan.areas}


def is_several(plan: Plan) -> bool:
    """Return whether a plan has two authorities or more, and England's average authority is none of them."""
    from cinsim.reference.areas import ENGLAND_CODE

    return len(plan.areas) > 1 and all(area.area_code != ENGLAND_CODE for area in plan.areas)


def _difference(found: Difference | None) -> str:
    if found is None:
        return ":"
    return found.text if found.lower is None else f"{found.text} ({found.interval_text})"


def _place(results: Results, plan: Plan) -> str:
    return plan.areas[0].area_name if len(plan.areas) == 1 else f"{results.place} together"


def print_told(plan: Plan) -> None:
    """Say on standard error what was left out of the return that a run starts from."""
    for line in plan.caseload.told if plan.caseload is not None else ():
        typer.echo(f"of the return: {line}", err=True)


def published_figures(area: Area) -> dict[str, str]:
    """Return the published figures of the area itself, or England's for its average authority; none for counts.

    An authority's figure of an earlier year, which stands in for one that was not published, is followed by its year.
    """
    from cinsim.reference.areas import ENGLAND_CODE, MEASURES_OF_AREAS
    from cinsim.reference.figures import england
    from cinsim.report.labels import value_text

    if area.area_code == ENGLAND_CODE:
        figures = england()
        known = [measure for measure in MAIN_MEASURES if measure in figures and measure != "unallocated_children"]
        return {measure: value_text(measure, figures[measure].value) for measure in known}
    texts = {}
    for measure in (name for name in MAIN_MEASURES if name in MEASURES_OF_AREAS):
        value, earlier = area.last_published(measure), area.stand_in(measure)
        if value is not None:
            texts[measure] = value_text(measure, value) + (f" ({earlier.year})" if earlier is not None else "")
    return texts


def print_cautions(plan: Plan) -> None:
    """Print what is to be known of a plan's authorities before a result for them is believed."""
    from cinsim.report.cautions import cautions

    for sentence in cautions(plan.areas):
        typer.echo(f"  caution: {sentence}")


def _interval(level: Level, heading: str) -> str:
    from cinsim.outcomes.summary import LOWEST_TO_HIGHEST

    of_few = level.range == LOWEST_TO_HIGHEST and heading != "Lowest to highest"  # a share of nothing in the other runs
    note = f" (lowest to highest of {level.n})" if of_few else ""
    return level.range_text.replace("–", " to ") + note if level.range_text else ""


def _print_ending(result: RunResult) -> None:
    total = result.manifest["tasks"]["total"]
    kept = f", {total - result.computed} done before" if result.computed < total else ""
    failed = {name: check for name, check in result.manifest["checks"].items() if check["failed"]}
    for name, check in failed.items():
        typer.echo(f"check '{name}' failed in {check['failed']} of {total} replications: {check['first_failure']}", err=True)
    typer.echo(f"\n{result.computed} replications simulated{kept}, {result.wall_seconds:.0f} s. Results: {result.folder}")
    if (result.folder / "report.html").exists():
        typer.echo(f"Report: {result.folder / 'report.html'}")
