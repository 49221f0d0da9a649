"""The postcode lottery before and after: how much authorities differ in help given and in unmet need."""

from __future__ import annotations

import math
from textwrap import fill
from typing import Any, Final

from matplotlib.ticker import FuncFormatter, NullFormatter

from cinsim.outcomes.compare import CANNOT_TELL, HIGHER, LOWER, NO_CHANGE, differences
from cinsim.outcomes.postcode_lottery import FEWEST_FOR_FUNNEL, counts_of, lottery
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.report.comparisons import NAME_WIDTH, sideways
from cinsim.report.folder import RunFolder
from cinsim.report.labels import SHOWN_AS, difference_text, in_sentence, label, listed, number, value_text
from cinsim.report.style import MARKERS, Drawing, colour_of, new_figure
from cinsim.report.tables import Cell, Table

HELP: Final = (
    "referral_rate", "assessments_completed_rate", "cin_plans_started_rate", "cin_plans_31_march_rate", "cpp_started_rate",
    "cpp_31_march_rate",
)  # fmt: skip
UNMET: Final = ("unmet_need_child_days_rate", "undetected_harm_child_days_rate")
_WHAT: Final = dict(zip(UNMET, ("need left without help", "harm not seen"), strict=True))
# told in the answer and drawn: what is given, and what is left
TOLD: Final = ("cin_plans_started_rate", "cpp_started_rate", "unmet_need_child_days_rate", "undetected_harm_child_days_rate")
RATIO: Final = "p90_over_p10"
ENDS: Final = ("p10", "p90")
_TABLES: Final = (
    (RATIO, "90th percentile of authorities over the 10th", 2,
     "Under the baseline's: both percentiles. 1 would be no difference."),
    ("systematic_component", "Systematic component of variation", 1,
     "Times 100; what is left of the differences once chance has been taken off. Above 10 is usually called very high. "
     "Child-days are set against chance as child-years."),
    ("outside_funnel_percent", "Authorities outside the limits of the funnel, %", 1,
     "Outside the 99.8% limits, allowing for the usual spread between authorities; about 0.2% would be by chance."),
)  # fmt: skip


class Lottery:
    """How much authorities differ in the last year of a run, and how much more or less than in the baseline."""

    def __init__(self, run: RunFolder):
        self.run, self.year = run, run.years[-1]
        rows = run.measures[run.measures["year"] == self.year]
        rows = rows.assign(group=rows["group"].where(rows["group"] != "", "all"))
        found = lottery(counts_of(rows))
        self.authorities = int(found["authorities"].max()) if len(found) else 0
        means = found.groupby(["scenario", "measure", "statistic"], sort=False)["value"].mean()
        self.levels: dict[tuple[str, str, str], float] = {}
        for key, value in means.items():
            scenario, measure, statistic = (str(part) for part in key)  # type: ignore[attr-defined]
            shown = SHOWN_AS.get(measure, 1.0) if statistic in ENDS else 1.0
            self.levels[(scenario, measure, statistic)] = float(value) * shown
        self.changes: dict[tuple[str, str, str], dict[str, Any]] = {}
        if run.compares and len(found):
            table = found.rename(columns={"statistic": "group"}).assign(area_code=ENGLAND_CODE, area_name="England")
            is_baseline = table["scenario"] == run.baseline.name
            for row in differences(table[is_baseline], table[~is_baseline]).to_dict("records"):
                self.changes[(str(row["scenario"]), str(row["measure"]), str(row["group"]))] = {str(k): v for k, v in row.items()}

    def measures(self, statistic: str) -> list[str]:
        """Return the measures that have a statistic, help given first."""
        there = [m for m in (*HELP, *UNMET) if math.isfinite(self.levels.get((self.run.baseline.name, m, statistic), math.nan))]
        return there if self.authorities else []


def lottery_tables(run: RunFolder) -> list[Table]:
    """Return how much authorities differ under each scenario, one table a statistic; empty for fewer than three."""
    found = Lottery(run)
    tables = []
    for statistic, title, decimals, note in _TABLES:
        measures = found.measures(statistic)
        if not measures or (statistic != RATIO and found.authorities < FEWEST_FOR_FUNNEL):
            continue
        rows = tuple(
            (
                Cell(label(measure).text, _WHAT.get(measure, "")),
                Cell(number(found.levels[(run.baseline.name, measure, statistic)], decimals), _ends(found, measure, statistic)),
                *(_cell(found, arm.name, measure, statistic, decimals) for arm in run.arms[1:]),
            )
            for measure in measures
        )
        note += " Under each scenario: the change and its 95% interval." if run.compares else ""
        tables.append(
            Table(
                f"{title}: {found.authorities} authorities, year to March {found.year}",
                ("Measure", *(arm.label for arm in run.arms)),
                rows,
                note,
            )
        )
    return tables


def _ends(found: Lottery, measure: str, statistic: str) -> str:
    if statistic != RATIO:
        return ""
    low, high = (value_text(measure, found.levels[(found.run.baseline.name, measure, end)]) for end in ("p10", "p90"))
    return f"{low} to {high}"


def _cell(found: Lottery, arm: str, measure: str, statistic: str, decimals: int) -> Cell:
    change = found.changes.get((arm, measure, statistic))
    level = found.levels.get((arm, measure, statistic), math.nan)
    if change is None or not math.isfinite(level):
        return Cell(":")
    if change["verdict"] == NO_CHANGE:
        return Cell(number(level, decimals), NO_CHANGE)
    said = f"{difference_text(change['difference'], decimals)}{_interval(change, decimals)}"
    if change["verdict"] == CANNOT_TELL:
        return Cell(number(level, decimals), f"cannot tell; {said}", "unsure")
    return Cell(number(level, decimals), said)


def _interval(change: dict[str, Any], decimals: int) -> str:
    if not math.isfinite(change["lower"]):
        return ", no interval"
    return f" ({number(change['lower'], decimals)} to {number(change['upper'], decimals)})"


def lottery_sentences(run: RunFolder) -> list[str]:
    """Say for each scenario whether authorities come to differ less or more; empty for a single one or too few authorities."""
    found = Lottery(run)
    if found.authorities < FEWEST_FOR_FUNNEL:
        return []
    said = []
    for arm in run.arms[1:]:
        less: list[str] = []
        more: list[str] = []
        unknown: list[str] = []
        same: list[str] = []
        for measure in TOLD:
            change = found.changes.get((arm.name, measure, RATIO))
            if change is None or not math.isfinite(change["difference"]):
                continue
            before, after = (found.levels[(name, measure, RATIO)] for name in (run.baseline.name, arm.name))
            name = in_sentence(label(measure).text)
            told = f"{name} (from {number(before, 2)} to {number(after, 2)} times{_interval_in_words(change)})"
            verdict = NO_CHANGE if _hardly(change, before) else str(change["verdict"])
            by_verdict = {LOWER: (less, told), HIGHER: (more, told), NO_CHANGE: (same, name)}
            bucket, words = by_verdict.get(verdict, (unknown, name))
            bucket.append(words)
        parts = []
        if less:
            parts.append(f"authorities differ less in {listed(less)}")
        if more:
            parts.append(f"authorities differ more in {listed(more)}")
        if unknown:
            parts.append(f"this run cannot tell whether they differ more or less in {listed(unknown)}")
        if same:
            parts.append(f"they differ as much as before, to within 1%, in {listed(same)}")
        if parts:
            said.append(f"With {arm.label}, {'; '.join(parts)}.")
    scale = (
        "Told by how many times as high the rate of the authority nine tenths of the way up is as that of the one a tenth of "
        f"the way up, of {found.authorities}."
    )
    return [*said, scale] if said else []


def _hardly(change: dict[str, Any], before: float) -> bool:
    """Return whether the interval lies wholly within 1% of what it was."""
    return change["verdict"] == NO_CHANGE or max(abs(change["lower"]), abs(change["upper"])) < 0.01 * before


def _interval_in_words(change: dict[str, Any]) -> str:
    if not math.isfinite(change["lower"]):
        return ""
    return f", 95% interval of the change {number(change['lower'], 2)} to {number(change['upper'], 2)}"


def lottery_figure(run: RunFolder) -> Drawing | None:
    """Draw how far apart authorities lie, from the 10th to the 90th percentile, a panel a measure; None for too few of them."""
    found = Lottery(run)
    measures = [m for m in TOLD if m in found.measures(RATIO)]
    if not measures:
        return None
    title = "How far apart authorities lie"
    figure = new_figure(1.0 + len(measures) * (0.62 + 0.27 * len(run.arms)), title)
    said = []
    for axes, measure in zip(figure.subplots(len(measures), 1, squeeze=False).ravel(), measures, strict=True):
        told = []
        for position, arm in enumerate(run.arms):
            low, high = (found.levels[(arm.name, measure, end)] for end in ("p10", "p90"))
            colour, marker = colour_of(position), MARKERS[position % len(MARKERS)]
            axes.plot([low, high], [-position] * 2, color=colour, linewidth=2.2, marker=marker, markersize=7)
            told.append(f"{arm.label} {value_text(measure, low)} to {value_text(measure, high)}")
        axes.set_title(fill(label(measure).text, 42), fontsize=11)
        axes.set_yticks([-place for place in range(len(run.arms))], [fill(arm.label, NAME_WIDTH) for arm in run.arms])
        axes.set_ylim(-len(run.arms) + 0.4, 0.6)
        sideways(axes)
        axes.set_xlim(left=0)
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        said.append(f"{label(measure).text}: {listed(told)}")
    caption = (
        f"From the authority a tenth of the way up to the one nine tenths of the way up, of {found.authorities}; year to March "
        f"{found.year}, mean of replications. A shorter line is less of a postcode lottery."
    )
    alt = f"10th and 90th percentiles of authorities. {'; '.join(said)}."
    return Drawing("authorities_apart", title, caption, alt, figure)
