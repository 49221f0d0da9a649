"""What is printed when a run has finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from cinsim.cli.printing import print_table
from cinsim.reference.figures import latest_year

if TYPE_CHECKING:
    import pandas as pd

    from cinsim.api import Comparison, RunResult
    from cinsim.reference.areas import Area
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
    from cinsim.report.labels import label, value_text

    name = next(iter(plan.arms))
    year = int(result.summary["year"].min())
    whole = is_the_whole_country(plan)
    area = average_authority() if whole else plan.areas[0]
    found = _of_england(result, name, year) if whole else _by_measure(result.summary, name, area, year)
    published = published_figures(area)
    heading = "90% range" if any(row["range"] == HOLDS_90 for row in found.values()) else "Lowest to highest"
    rows = []
    for measure in MAIN_MEASURES:
        if measure in found:
            row, beside = found[measure], published.get(measure, "–")
            rows.append([label(measure).text, value_text(measure, row["mean"]), _interval(measure, row, heading), beside])
    place = f"England, its {len(plan.areas)} authorities together" if whole else _place(plan)
    typer.echo(f"\n{plan.arms[name].title}: {place}, year to March {year}\n")
    if whole:
        typer.echo("Without the City of London and the Isles of Scilly, which have too few children; medians do not add up.\n")
    print_table(("Measure", "Simulated", heading, f"Published {latest_year()}"), rows, numbers=(1, 2, 3))
    typer.echo(f"\n{_what_ranges_hold(heading, plan.arms[name])}")
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
    """Print how the main measures differ from the baseline in the last reported year, and where the folder is."""
    from cinsim.report.labels import change_text, decimals_for, label, value_text

    baseline, *others = plan.arms
    year = int(result.summary["year"].max())
    place = _place(plan)
    if together := is_several(plan):
        place = f"{len(plan.areas)} authorities together"
        levels = _of_england(result, baseline, year)
        table = result.national_differences[result.national_differences["statistic"] == "level"]
        differences = {other: _england_in(table, other, year) for other in others}
    else:
        levels = _by_measure(result.summary, baseline, plan.areas[0], year)
        differences = {other: _by_measure(result.differences, other, plan.areas[0], year) for other in others}
    rows = []
    for measure in MAIN_MEASURES:
        if measure not in levels:
            continue
        row = [label(measure).text, value_text(measure, levels[measure]["mean"])]
        for other in others:
            found = differences[other][measure]
            decimals = decimals_for(measure, found["difference"])
            middle, low, high = (change_text(measure, found[name], decimals) for name in ("difference", "lower", "upper"))
            row.append(f"{middle} ({low} to {high})" if found["lower"] == found["lower"] else middle)
        rows.append(row)
    typer.echo(f"\nDifference from {baseline}: {place}, year to March {year}; 95% intervals\n")
    print_table(("Measure", baseline, *others), rows, numbers=range(1, len(others) + 2), kept=2)
    if together:
        _print_lottery(result, baseline, others, year)
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


def _by_measure(table: pd.DataFrame, scenario: str, area: Area, year: int) -> dict[str, dict[str, float]]:
    """Return the rows of one scenario, area and year for all children, by measure."""
    chosen = (table["scenario"] == scenario) & (table["area_code"] == area.area_code)
    rows = table[chosen & (table["year"] == year) & (table["group"] == "all")]
    return {str(row["measure"]): row for row in rows.to_dict("records")}  # type: ignore[misc]


def is_the_whole_country(plan: Plan) -> bool:
    """Return whether every authority that can be simulated is in a plan."""
    from cinsim.reference.areas import usable_authorities

    return {area.area_code for area in usable_authorities()} <= {area.area_code for area in plan.areas}


def is_several(plan: Plan) -> bool:
    """Return whether a plan has two authorities or more, and England's average authority is none of them."""
    from cinsim.reference.areas import ENGLAND_CODE

    return len(plan.areas) > 1 and all(area.area_code != ENGLAND_CODE for area in plan.areas)


def _of_england(result: RunResult, scenario: str, year: int) -> dict[str, dict[str, float]]:
    """Return the rows of England's summary of one scenario and year, by measure."""
    return _england_in(result.national_summary, scenario, year)


def _england_in(table: pd.DataFrame, scenario: str, year: int) -> dict[str, dict[str, float]]:
    rows = table[(table["area_level"] == "england") & (table["scenario"] == scenario) & (table["year"] == year)]
    return {str(row["measure"]): row for row in rows.to_dict("records")}  # type: ignore[misc]


def _place(plan: Plan) -> str:
    first = plan.areas[0].area_name
    return first if len(plan.areas) == 1 else f"{first}, the first of {len(plan.areas)} areas"


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


def _interval(measure: str, row: Mapping[str, Any], heading: str) -> str:
    from cinsim.outcomes.summary import LOWEST_TO_HIGHEST
    from cinsim.report.labels import value_text

    if row["lower"] != row["lower"]:  # one replication has no range
        return ""
    of_few = row["range"] == LOWEST_TO_HIGHEST and heading != "Lowest to highest"  # a share of nothing in the other runs
    note = f" (lowest to highest of {row['n']})" if of_few else ""
    return f"{value_text(measure, row['lower'])} to {value_text(measure, row['upper'])}{note}"


def _print_ending(result: RunResult) -> None:
    total = result.manifest["tasks"]["total"]
    kept = f", {total - result.computed} done before" if result.computed < total else ""
    failed = {name: check for name, check in result.manifest["checks"].items() if check["failed"]}
    for name, check in failed.items():
        typer.echo(f"check '{name}' failed in {check['failed']} of {total} replications: {check['first_failure']}", err=True)
    typer.echo(f"\n{result.computed} replications simulated{kept}, {result.wall_seconds:.0f} s. Results: {result.folder}")
    if (result.folder / "report.html").exists():
        typer.echo(f"Report: {result.folder / 'report.html'}")
