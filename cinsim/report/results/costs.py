"""What scenarios cost: staff, agency premium and policy, each by itself and together, scaled to all children of the area."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

import pandas as pd

from cinsim.outcomes.compare import NO_CHANGE, differences
from cinsim.outcomes.definitions import MEASURES
from cinsim.report.effects import Effect
from cinsim.report.folder import Arm, RunFolder
from cinsim.report.labels import change_text, label, pounds
from cinsim.report.results.model import Cost, Gain, Verdict
from cinsim.report.results.verdicts import CERTAIN, LIKELY, Look

STAFF: Final = "staff"
PREMIUM: Final = "agency premium"
POLICY: Final = "policy"
TOTAL: Final = "total"
KINDS: Final = (STAFF, PREMIUM, POLICY, TOTAL)
_MEASURED: Final = {STAFF: "staff_cost", PREMIUM: "agency_premium_cost"}
_AS_POUNDS: Final = "staff_cost"  # a measure whose differences are written as pounds
_DRAW: Final = ["scenario", "year", "draw", "replication"]


class CostTable:
    """What each scenario costs in each draw and replication, by year and line."""

    def __init__(self, run: RunFolder):
        self.run = run
        self._scale = 1.0 if len(run.areas) > 1 else 1.0 / float(run.baseline.resolved.get("population_fraction", 1.0))
        lines = [self._measured(kind, measure) for kind, measure in _MEASURED.items() if run.has(measure)]
        lines += [line for arm in run.arms for line in self._policy(arm)]
        rows = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=[*_DRAW, "kind", "item", "value"])
        rows = _with_missing_as_nothing(rows, run)
        if rows.empty:
            self.rows, self.more = rows, {}
            return
        sums = rows[rows["item"] == ""].groupby(_DRAW, sort=False)["value"].sum().reset_index()
        self.rows = pd.concat([rows, sums.assign(kind=TOTAL, item="")], ignore_index=True)
        self.more = self._differences()

    def _measured(self, kind: str, measure: str) -> pd.DataFrame:
        found = self.run.whole_area(measure)
        return found.assign(value=found["value"] * self._scale, kind=kind, item="")

    def _policy(self, arm: Arm) -> list[pd.DataFrame]:
        """Return the lines of a scenario's policy: each item, and all of them together."""
        items = (arm.resolved.get("costs") or {}).get("policy") or ()
        lines = [self._item(arm, item) for item in items]
        if not lines:
            return []
        together = pd.concat(lines).groupby(_DRAW, sort=False)["value"].sum().reset_index().assign(kind=POLICY, item="")
        return [together, *lines]

    def _item(self, arm: Arm, item: Mapping[str, Any]) -> pd.DataFrame:
        by_year = item["per"] == "year"
        found = self.run.whole_area("population_0_17" if by_year else str(item["per"]))
        found = found[found["scenario"] == arm.name]
        start = date.fromisoformat(str(item.get("start") or arm.resolved.get("policy_start") or arm.resolved["start"]))
        share = found["year"].map({year: share_of_year(start, year) for year in self.run.years})
        units = pd.Series(float(len(self.run.areas)), index=found.index) if by_year else found["value"] * self._scale
        return found.assign(value=units * share * float(item["pounds"]), kind=POLICY, item=str(item["item"]))

    def _differences(self) -> dict[tuple[str, str, str, int], dict[str, Any]]:
        named = self.rows.assign(
            measure=self.rows["kind"] + "\t" + self.rows["item"], group="all", area_code="all", area_name="all"
        )
        if not self.run.compares:
            return {}
        first = named["scenario"] == self.run.baseline.name
        found = {}
        for row in differences(named[first], named[~first]).to_dict("records"):
            kind, _, item = str(row["measure"]).partition("\t")
            found[(str(row["scenario"]), kind, item, int(row["year"]))] = {str(key): value for key, value in row.items()}
        return found

    def looks(self) -> dict[str, Look]:
        """Return the difference in the total cost of the last year, by scenario, for a verdict."""
        year = self.run.years[-1]
        rows = {arm.name: self.more.get((arm.name, TOTAL, "", year)) for arm in self.run.arms[1:]}
        return {
            name: Look(row["difference"], row["lower"], row["upper"], freedom_of(self.run), _no_pound(row))
            for name, row in rows.items()
            if row is not None
        }

    def costs(self, verdicts: Mapping[str, Verdict]) -> tuple[Cost, ...]:
        """Return every line, the years of each scenario in order; ``verdicts`` are those on the last year's totals."""
        order = {arm.name: place for place, arm in enumerate(self.run.arms)}
        cells = self.rows.groupby(["scenario", "year", "kind", "item"], sort=False)["value"].mean().reset_index()
        lines = [tuple(row) for row in cells.itertuples(index=False)]
        found = []
        for option, year, kind, item, mean in sorted(lines, key=lambda line: (order[line[0]], line[1], KINDS.index(line[2]))):
            if item and not mean:  # another option's
                continue
            row = self.more.get((option, kind, item, year))
            more = None if row is None or not math.isfinite(row["difference"]) else float(row["difference"])
            is_last_total = kind == TOTAL and year == self.run.years[-1]
            found.append(
                Cost(
                    option=option, year=year, kind=kind, item=item, pounds=mean, more=more,
                    lower=known(row and row["lower"]), upper=known(row and row["upper"]),
                    verdict=verdicts.get(option) if is_last_total else None, text=pounds(mean),
                    more_text="" if more is None else change_text(_AS_POUNDS, more, 0),
                    interval_text="" if row is None else _interval(row["lower"], row["upper"]),
                )
            )  # fmt: skip
        return tuple(found)


def _no_pound(row: Mapping[str, Any]) -> bool:
    """Return whether no pair differs by a pound: adding up leaves rounding."""
    bounds = (row["difference"], row["lower"], row["upper"])
    return row["verdict"] == NO_CHANGE or all(abs(bound) < 0.5 for bound in bounds)


def _with_missing_as_nothing(rows: pd.DataFrame, run: RunFolder) -> pd.DataFrame:
    """Return the lines with those that only some scenarios have as £0 in the others, so that they can be compared."""
    policy = rows[rows["kind"] == POLICY]
    if policy.empty:
        return rows
    measured = rows[rows["kind"] == STAFF]
    whole = measured if len(measured) else run.whole_area("population_0_17")
    missing = []
    for item in policy["item"].unique():
        there = set(policy.loc[policy["item"] == item, "scenario"])
        missing.append(whole[~whole["scenario"].isin(there)].assign(value=0.0, kind=POLICY, item=item))
    return pd.concat([rows, *missing], ignore_index=True)[[*_DRAW, "kind", "item", "value"]]


def _interval(lower: float, upper: float) -> str:
    return f"{pounds(lower)} to {pounds(upper)}" if math.isfinite(lower) and math.isfinite(upper) else ""


def share_of_year(start: date, year: int) -> float:
    """Return the share of a reporting year, named by its end, that lies on or after a day."""
    first, end = date(year - 1, 4, 1), date(year, 4, 1)
    return min(1.0, max(0.0, (end - max(start, first)).days / (end - first).days))


def freedom_of(run: RunFolder) -> float:
    """Return the degrees of freedom behind a run's intervals: draws are clusters of replications."""
    return float(run.draws - 1 if run.draws > 1 else run.replications - 1)


def known(value: object) -> float | None:
    """Return a number, None for one that is not known."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def polarity(measure: str) -> Literal["high", "low", "none"]:
    """Return whether a high or a low value of a measure is good, or neither."""
    found = MEASURES[measure].polarity if measure in MEASURES else "none"
    return "high" if found == "high" else "low" if found == "low" else "none"


def gains(found: Iterable[tuple[Effect, Verdict]], totals: Mapping[str, Cost]) -> tuple[Gain, ...]:
    """Return what each outcome gained costs, where both the gain and the cost are told.

    Parameters
    ----------
    found : effects on outcomes in the last year with their verdict. totals : of that year, by option.
    """
    told = []
    for effect, verdict in found:
        total, good = totals.get(effect.arm.name), polarity(effect.measure)
        gain = effect.difference if good == "high" else -effect.difference
        if total is None or good == "none" or gain <= 0 or effect.negligible or verdict not in (CERTAIN, LIKELY):
            continue
        if total.verdict in (CERTAIN, LIKELY) and total.more is not None and total.more > 0:
            each = total.more / gain
            text = f"{pounds(each)} {_each(effect.measure)}"
            told.append(Gain(option=effect.arm.name, measure=effect.measure, pounds=each, text=text))
    return tuple(told)


def _each(measure: str) -> str:
    known_as = label(measure)
    return "a point" if known_as.percent else "each" if not known_as.unit else f"for each 1{known_as.unit}"
