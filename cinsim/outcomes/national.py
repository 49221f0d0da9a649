"""Measures of the regions and of England from those of their authorities.

Counts add up. A rate, a percentage or a mean is what its authorities' numerators come to over their denominators: each
authority's value counts by its own denominator, a measure too, which is the same to the last digits and never an average
of authorities. What has no denominator among the measures, and medians, quartiles and other percentiles, which do not
follow from those of the parts, is left out: :data:`LEFT_OUT` says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from cinsim.outcomes.dates import DURATION_BANDS
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.front_door import ASSESSMENT_BANDS, CLOSURE_REASONS
from cinsim.outcomes.plans import CONFERENCE_BANDS
from cinsim.reference.areas import ENGLAND_CODE, WHOLE_COUNTRY, Area, areas, usable_authorities
from cinsim.reference.events import DETAIL_NAMES

RUN: Final = ("scenario", "year", "draw", "replication")
COLUMNS: Final = ("area_level", "area_code", "area_name", *RUN, "measure", "value")
ENGLAND: Final = "england"
REGION: Final = "region"
FEWEST: Final = 2  # authorities
# codes of the Office for National Statistics, in its order, with London in two parts as in DfE's tables
REGION_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "North East": "E12000001",
        "North West": "E12000002",
        "Yorkshire and The Humber": "E12000003",
        "East Midlands": "E12000004",
        "West Midlands": "E12000005",
        "East of England": "E12000006",
        "Inner London": "E13000001",
        "Outer London": "E13000002",
        "South East": "E12000008",
        "South West": "E12000009",
    }
)


def _wholes() -> dict[str, tuple[str, ...]]:
    """Return the counts that add up to the denominator of each rate, percentage and mean that has one among the measures."""
    found: dict[str, tuple[str, ...]] = {name: ("population_0_17",) for name, known in MEASURES.items() if known.kind == "rate"}
    named = {
        "referrals": ("re_referral_percent", "no_further_action_percent", "not_in_need_percent", "assessments_per_referral",
                      "s47_per_referral"),
        "children_referred": ("re_referral_children_percent",),
        "assessments_completed": ("assessment_within_45_days_percent",
                                  *(f"assessment_days_{band}_percent" for band in ASSESSMENT_BANDS)),
        "children_in_need_31_march": ("disability_recorded_percent",
                                      *(f"episode_duration_open_{band}_percent" for band in DURATION_BANDS)),
        "episodes_ended": ("episode_duration_mean_months", *(f"episode_duration_ended_{band}_percent" for band in DURATION_BANDS),
                           *(f"closure_reason_{DETAIL_NAMES[reason]}_percent" for reason in CLOSURE_REASONS)),
        "cin_plans_ended": ("cin_plan_duration_mean_months",),
        "cin_plans_31_march": ("cin_not_visited_3_months_percent",),
        "cpp_started": ("cpp_second_or_subsequent_percent",),
        "cpp_ended": ("cpp_duration_mean_months", *(f"cpp_duration_ended_{band}_percent" for band in DURATION_BANDS)),
        "cpp_31_march": tuple(f"cpp_duration_open_{band}_percent" for band in DURATION_BANDS),
        "cpp_reviews_expected": ("cpp_reviews_on_time_percent",),
        "s47": ("icpc_per_s47_percent",),
        "icpc": ("cpp_started_per_icpc_percent",),
        "icpc_after_s47": ("icpc_within_15_days_percent", *(f"icpc_days_{band}_percent" for band in CONFERENCE_BANDS)),
        "case_holders_fte": ("caseload_mean",),
        "cin_visits_due": ("cin_visits_on_time_percent",),
        "decisions_due": ("decision_within_1_day_percent",),
        "cpp_visits_due": ("cpp_visits_on_time_percent",),
        "in_post_fte": ("turnover_rate",),
    }  # fmt: skip
    found |= {share: (whole,) for whole, shares in named.items() for share in shares}
    return found | {"agency_rate": ("in_post_fte", "agency_fte")}


WHOLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_wholes())
"""Denominator of each measure that is a share of something, as the counts whose sum it is."""

LIFE_TABLE: Final = "comes from a life table; the numbers at risk, by which authorities would have to count, are not kept"
NO_DENOMINATOR: Final = "what it is a share of is not kept by authority"
QUANTILE: Final = "a median or other percentile of the whole does not follow from those of its parts"


def _left_out() -> dict[str, str]:
    reasons = {}
    for name, known in MEASURES.items():
        if known.kind == "quantile":
            reasons[name] = QUANTILE
        elif known.kind != "count" and name not in WHOLES:
            reasons[name] = LIFE_TABLE if name.startswith(("ever_", "re_referred_within")) else NO_DENOMINATOR
    return reasons


LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(_left_out())
"""Measures that regions and England do not have, each with the reason."""


def parts_of(measures: pd.DataFrame) -> pd.DataFrame:
    """Return of one authority what may be added to other authorities' to give the measures of both together.

    Parameters
    ----------
    measures
        Rows of ``measures.csv`` of one area; only those for all children count.

    Returns
    -------
    one row a scenario, year, draw and replication (the index, as they first appear); a column a measure: counts as they
    are, for every share its value times its denominator, 0 where there was nothing to be a share of.
    """
    whole = measures[measures["group"] == "all"]
    wide = whole.pivot(index=list(RUN), columns="measure", values="value")
    wide = wide.reindex(pd.MultiIndex.from_frame(whole[list(RUN)].drop_duplicates()))
    parts = {}
    for name in wide.columns:
        if name in WHOLES and set(WHOLES[name]) <= set(wide.columns):
            denominator = wide[list(WHOLES[name])].sum(axis=1, skipna=False)
            parts[name] = (wide[name] * denominator).mask(denominator == 0, 0.0)
        elif name in MEASURES and MEASURES[name].kind == "count":
            parts[name] = wide[name]
    return pd.DataFrame(parts, index=wide.index)


def added(parts: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of two authorities' parts in the order of the first; what only one of them has is missing, not 0."""
    return (parts + others).reindex(parts.index.union(others.index, sort=False))


def measures_of(parts: pd.DataFrame, fraction: float = 1.0) -> pd.DataFrame:
    """Return the measures that added parts come to.

    Parameters
    ----------
    parts
        Sum of :func:`parts_of` of several authorities.
    fraction
        Share of the children that was simulated; counts are scaled to all of them.

    Returns
    -------
    columns scenario, year, draw, replication, measure, value; a share of nothing is NaN.
    """
    columns = {}
    for name in (name for name in MEASURES if name in parts):
        if name in WHOLES:
            denominator = parts[list(WHOLES[name])].sum(axis=1, skipna=False)
            columns[name] = parts[name] / denominator.mask(denominator == 0)
        else:
            columns[name] = parts[name] / fraction
    wide = pd.DataFrame(columns, index=parts.index)
    found = wide.melt(ignore_index=False, var_name="measure", value_name="value").reset_index()
    return found[[*RUN, "measure", "value"]]


class NationalSums:
    """Adds the authorities of a run up, one at a time, so that memory does not grow with their number.

    England's average authority is none of them. ``fraction`` is the share of the children that was simulated.
    """

    def __init__(self, fraction: float = 1.0):
        self.fraction = fraction
        self._parts: dict[str, pd.DataFrame] = {}
        self._codes: list[str] = []

    @property
    def authorities(self) -> int:
        """Number of authorities added so far."""
        return len(self._codes)

    def add(self, area_code: str, measures: pd.DataFrame) -> None:
        """Add the rows of ``measures.csv`` of one area."""
        if area_code == ENGLAND_CODE:
            return
        parts = parts_of(measures)
        region = next(area.region for area in areas() if area.area_code == area_code)
        for place in (WHOLE_COUNTRY, region):
            self._parts[place] = added(self._parts[place], parts) if place in self._parts else parts
        self._codes.append(area_code)

    def frame(self) -> pd.DataFrame:
        """Return ``national.csv``: England, then its regions; empty for fewer than two authorities."""
        if self.authorities < FEWEST:
            return pd.DataFrame(columns=list(COLUMNS))
        frames = []
        for place in (WHOLE_COUNTRY, *REGION_CODES):
            if place in self._parts:
                found = measures_of(self._parts[place], self.fraction)
                is_england = place == WHOLE_COUNTRY
                found.insert(0, "area_level", ENGLAND if is_england else REGION)
                found.insert(1, "area_code", ENGLAND_CODE if is_england else REGION_CODES[place])
                found.insert(2, "area_name", covered_name(place, self._codes))
                frames.append(found)
        return pd.concat(frames, ignore_index=True)


def authorities_of(place: str) -> tuple[Area, ...]:
    """Return the authorities of a region, or of England, that can be simulated."""
    return tuple(area for area in usable_authorities() if place in (WHOLE_COUNTRY, area.region))


def covered_name(place: str, area_codes: Sequence[str]) -> str:
    """Return a region's or England's name, with how many of its authorities were run where they were not all."""
    there = authorities_of(place)
    run = len([area for area in there if area.area_code in area_codes])
    return place if run == len(there) else f"{place} ({run} of {len(there)} authorities)"


def national_entry(area_codes: Sequence[str]) -> dict[str, Any] | None:
    """Return what the manifest says of ``national.csv``: which authorities are in it, and which measures are not.

    None for fewer than two authorities.
    """
    run = [code for code in area_codes if code != ENGLAND_CODE]
    if len(run) < FEWEST:
        return None
    reasons: dict[str, list[str]] = {}
    for name, reason in LEFT_OUT.items():
        reasons.setdefault(reason, []).append(name)
    return {
        "authorities": len(run),
        "authorities_of_england": len(authorities_of(WHOLE_COUNTRY)),
        "never_simulated": [
            f"{area.area_name} ({area.population_0_17} children, too few for published figures)"
            for area in areas()
            if not area.usable
        ],
        "left_out": [{"reason": reason, "measures": names} for reason, names in reasons.items()],
    }


def sampling_entry(fraction: float) -> dict[str, Any] | None:
    """Return what the manifest says of a run of a fraction of the children; None where all were simulated.

    Each replication takes its own children, so that the spread over replications holds what sampling adds: a count of n
    in the sample has a variance near n, and scaled to all children one near n / fraction^2, that is 1 / fraction times
    what the count of all children would have.
    """
    if fraction == 1:
        return None
    return {
        "population_fraction": fraction,
        "counts": "of the simulated children in measures.csv and summary.csv; scaled to all children in national.csv",
        "ranges_widened_by": round(fraction**-0.5, 3),
        "meaning": (
            "ranges over replications hold the sampling error: about ranges_widened_by times as wide as with all children; teams "
            "shrink with the children, and in teams of a few workers assessments and visits come late that would not in full ones"
        ),
    }
