"""CIN plans, enquiries, conferences, child protection plans, looked-after children: tables b7, c4 and d1 to d7."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.outcomes.dates import add_months
from cinsim.outcomes.groups import percent, ratio
from cinsim.outcomes.rows import Ints
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import Detail

CONFERENCE_BANDS: Final = ("0_10", "11_15", "16_20", "21_or_more")
_CONFERENCE_BAND_ENDS: Final = np.array([10, 15, 20])
STATUTORY_CONFERENCE_DAYS: Final = 15
FIRST_REVIEW_MONTHS: Final = 3
NEXT_REVIEW_MONTHS: Final = 6
ABUSE: Final = {
    Detail.NEG: "neglect",
    Detail.PHY: "physical_abuse",
    Detail.SAB: "sexual_abuse",
    Detail.EMO: "emotional_abuse",
    Detail.MUL: "multiple",
}


def add_flows_and_stock(tally: Tally, spells: pd.DataFrame, names: tuple[str, str, str]) -> tuple[Values, Values, Values]:
    """Add spells started, ended and open on 31 March, each with its rate, under three names; return the counts."""
    child, start, end = (spells[c].to_numpy() for c in ("child", "start", "end"))
    started = tally.in_year(start, child, spells["start_date"].to_numpy())
    ended = tally.in_year(end, child, spells["end_date"].to_numpy())
    year, row = tally.open_at_year_end(start, end)
    stock = tally.groups.counts(year, child[row], tally.years.march_31[year])
    for name, counts in zip(names, (started, ended, stock), strict=True):
        tally.add_count_and_rate(name, counts)
    return started, ended, stock


def mean_months(tally: Tally, spells: pd.DataFrame, ended: Values) -> Values:
    """Return mean durations by Little's law: time spent in spells during the year over the number that ended in it."""
    working_days = tally.years.clipped(spells["start"].to_numpy(), spells["end"].to_numpy()).sum(axis=1)
    return ratio(12.0 * working_days / (tally.years.ends - tally.years.starts), ended[:, 0])


def add_plans(tally: Tally, spells: Spells) -> None:
    """Add CIN plans and child protection plans."""
    cin = spells.cin_plans
    _, ended, stock = add_flows_and_stock(tally, cin, ("cin_plans_started", "cin_plans_ended", "cin_plans_31_march"))
    tally.add_count_and_rate("cin_plans_any_point", stock + ended)
    tally.add("cin_plan_duration_mean_months", mean_months(tally, cin, ended))

    cpp = spells.cp_plans
    started, ended, stock = add_flows_and_stock(tally, cpp, ("cpp_started", "cpp_ended", "cpp_31_march"))
    tally.add_count_and_rate("cpp_any_point", stock + ended)
    tally.add("cpp_duration_mean_months", mean_months(tally, cpp, ended))
    start, end = cpp["start"].to_numpy(), cpp["end"].to_numpy()
    start_date, end_date = cpp["start_date"].to_numpy(), cpp["end_date"].to_numpy()
    again = tally.in_year(start, cpp["child"].to_numpy(), start_date, cpp["previous"].to_numpy() > 0)
    tally.add("cpp_second_or_subsequent_percent", percent(again, started))
    categories = tally.by_code(tally.years.index_of(start), cpp["category"].to_numpy(), tuple(ABUSE))
    tally.add("cpp_started", categories, [f"category={name}" for name in ABUSE.values()])
    year, row = tally.open_at_year_end(start, end)
    tally.add_duration_bands("cpp_duration_open", year, start_date[row], tally.years.march_31[year])
    tally.add_duration_bands("cpp_duration_ended", tally.years.index_of(end), start_date, end_date)
    tally.add("cpp_reviews_on_time_percent", reviews_on_time_percent(tally, spells, year, row))


def reviews_on_time_percent(tally: Tally, spells: Spells, year: Ints, plan: Ints) -> NDArray[np.float64]:
    """Return d6's percentage by year, of plans open on 31 March given as pairs of year and row; add how many it is of.

    Of plans then open for at least 3 months, those with every review in time: the first within 3 months of the plan's
    start, each other within 6 months of the one before, and none outstanding on 31 March.
    """
    start = spells.cp_plans["start_date"].to_numpy()
    march_31 = tally.years.march_31[year]
    eligible = add_months(start[plan], FIRST_REVIEW_MONTHS) <= march_31
    reviews = spells.cpp_reviews
    of_plan, date = reviews["plan"].to_numpy(), reviews["date"].to_numpy()
    kept = of_plan >= 0
    of_plan, date = of_plan[kept], date[kept]
    order = np.lexsort((date, of_plan))
    of_plan, date = of_plan[order], date[order]
    first = np.append(True, of_plan[1:] != of_plan[:-1])[: len(of_plan)]
    previous = np.where(first, start[of_plan], np.append(date[:1], date[:-1]))
    late = date > add_months(previous, np.where(first, FIRST_REVIEW_MONTHS, NEXT_REVIEW_MONTHS))
    in_time = np.zeros(len(year), dtype=bool)
    for index, day in enumerate(tally.years.march_31):
        seen = date <= day
        late_plans, last = np.zeros(len(start), dtype=bool), start.copy()
        late_plans[of_plan[seen & late]] = True
        last[of_plan[seen]] = date[seen]  # the latest stands last
        reviewed = np.zeros(len(start), dtype=bool)
        reviewed[of_plan[seen]] = True
        outstanding = add_months(last, np.where(reviewed, NEXT_REVIEW_MONTHS, FIRST_REVIEW_MONTHS)) < day
        here = year == index
        in_time[here] = ~(late_plans | outstanding)[plan[here]]
    n = len(tally.years)
    whole = np.bincount(year[eligible], minlength=n).astype(np.float64)
    tally.add("cpp_reviews_expected", whole)
    return percent(np.bincount(year[eligible & in_time], minlength=n), whole)


def add_enquiries(tally: Tally, spells: Spells) -> None:
    """Add section 47 enquiries started and initial conferences held, and the working days between."""
    s47 = spells.section_47s
    tally.add_count_and_rate("s47", tally.in_year(s47["start"].to_numpy(), s47["child"].to_numpy(), s47["start_date"].to_numpy()))
    held = spells.conferences
    time, days = held["time"].to_numpy(), held["days"].to_numpy()
    tally.add_count_and_rate("icpc", tally.in_year(time, held["child"].to_numpy(), held["date"].to_numpy()))
    year = np.where(np.isnan(days), -1, tally.years.index_of(time))
    timed = np.bincount(year[year >= 0], minlength=len(tally.years)).astype(np.float64)
    tally.add("icpc_after_s47", timed)
    soon = np.bincount(year[(year >= 0) & (days <= STATUTORY_CONFERENCE_DAYS)], minlength=len(tally.years))
    tally.add("icpc_within_15_days_percent", percent(soon, timed))
    for index, values in enumerate(tally.quartiles(year, days).T):
        tally.add(f"icpc_days_p{(25, 50, 75)[index]}", values)
    band = np.searchsorted(_CONFERENCE_BAND_ENDS, days, side="left")
    shares = percent(tally.by_code(year, band, range(len(CONFERENCE_BANDS))), timed[:, None])
    for index, name in enumerate(CONFERENCE_BANDS):
        tally.add(f"icpc_days_{name}_percent", shares[:, index])


def add_looked_after(tally: Tally, spells: Spells) -> None:
    """Add looked-after children, and the stock on 31 March of those helped in other ways than by a plan."""
    add_flows_and_stock(tally, spells.looked_after, ("looked_after_started", "looked_after_ceased", "looked_after_31_march"))
    for name, table in (
        ("short_help_31_march", spells.short_help),
        ("care_leavers_31_march", spells.care_leavers),
        ("disability_services_31_march", spells.disability_services),
    ):
        year, row = tally.open_at_year_end(table["start"].to_numpy(), table["end"].to_numpy())
        tally.add(name, tally.groups.counts(year, table["child"].to_numpy()[row], tally.years.march_31[year]))
