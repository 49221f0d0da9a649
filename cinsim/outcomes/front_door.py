"""Referrals, assessments and episodes of need, counted as tables b1, b4 to b6, c1, c2, c5 and c6 count them."""

from __future__ import annotations

from typing import Final

import numpy as np

from cinsim.outcomes.dates import add_months
from cinsim.outcomes.groups import percent, ratio
from cinsim.outcomes.replication import history
from cinsim.outcomes.rows import Ints, stamp
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally
from cinsim.reference import events
from cinsim.reference.events import DETAIL_NAMES, SOURCES, Detail

MONTHS: Final = (
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "january", "february", "march",
)  # fmt: skip
ASSESSMENT_BANDS: Final = ("0", "1_10", "11_20", "21_30", "31_40", "41_45", "46_50", "51_60", "61_or_more")
_BAND_ENDS: Final = np.array([0, 10, 20, 30, 40, 45, 50, 60])
STATUTORY_ASSESSMENT_DAYS: Final = 45
CLOSURE_REASONS: Final = tuple(reason for reason in events.CLOSURE_REASONS if reason not in (Detail.RC8, Detail.RC9))
"""Those of an episode in which a need was found."""


def distinct(year: Ints, child: Ints) -> Ints:
    """Return the years with all but a child's first row in each year left out (-1)."""
    out = np.full(len(year), -1)
    kept = np.flatnonzero(year >= 0)
    _, first = np.unique(child[kept] * 4096 + year[kept], return_index=True)
    out[kept[first]] = year[kept[first]]
    return out


def is_re_referral(spells: Spells) -> np.ndarray:
    """Return for each episode whether its referral came within 12 months of the same child's last referral before it.

    A referral on the same day of the month a year later still counts. Any earlier referral counts, whatever came of it.
    """
    episodes = spells.episodes
    child, referred = episodes["child"].to_numpy(), episodes["referred"].to_numpy()
    on = episodes["referred_date"].to_numpy()
    order = np.argsort(stamp(child, referred), kind="stable")
    ordered, dates = child[order], on[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (ordered[1:] == ordered[:-1]) & (dates[1:] <= add_months(dates[:-1], 12))
    first = np.ones(len(order), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    before = history(spells.replication.population, "last_referral")
    if before is not None:
        earlier = spells.dates(np.asarray(before, dtype=np.float64)[ordered])
        again |= first & ~np.isnat(earlier) & (earlier < dates) & (dates <= add_months(earlier, 12))
    out = np.empty(len(order), dtype=bool)
    out[order] = again
    return out


def add_referrals(tally: Tally, spells: Spells) -> None:
    """Add referrals, re-referrals, no further action and not in need."""
    e = spells.episodes
    child, on = e["child"].to_numpy(), e["referred_date"].to_numpy()
    year = tally.years.index_of(e["referred"].to_numpy())
    nfa = e["nfa"].to_numpy()
    # known on 31 March: an assessment still open then can only be found "not in need" in the next return
    refused = (year >= 0) & (e["need_refused"].to_numpy() < tally.years.ends[year])
    again = is_re_referral(spells)

    referrals = tally.groups.counts(year, child, on)
    tally.add("referrals", referrals)
    tally.add_rate("referral_rate", referrals)
    tally.add("referrals", tally.by_code(year, e["source"].to_numpy(), SOURCES), [f"source={DETAIL_NAMES[s]}" for s in SOURCES])
    month = (on.astype("datetime64[M]").astype(np.int64) - 3) % 12
    tally.add("referrals", tally.by_code(year, month, range(12)), [f"month={m}" for m in MONTHS])
    one_each = distinct(year, child)
    children = tally.groups.counts(one_each, child, on)
    tally.add("children_referred", children)
    tally.add_rate("children_referred_rate", children)

    for name, chosen in (("re_referral", again), ("no_further_action", nfa), ("not_in_need", refused)):
        count = tally.groups.counts(np.where(chosen, year, -1), child, on)
        tally.add("re_referrals" if name == "re_referral" else name, count)
        tally.add(f"{name}_percent", percent(count, referrals))
    again_children = tally.groups.counts(distinct(np.where(again, year, -1), child), child, on)
    tally.add("re_referral_children_percent", percent(again_children, children))


def add_assessments(tally: Tally, spells: Spells) -> None:
    """Add assessments completed in the year and how long they took, in working days."""
    a = spells.assessments
    a = a[a["completed"].to_numpy()]
    year, days = tally.years.index_of(a["end"].to_numpy()), a["days"].to_numpy()
    child, on = a["child"].to_numpy(), a["end_date"].to_numpy()
    completed = tally.groups.counts(year, child, on)
    tally.add_count_and_rate("assessments_completed", completed)
    in_time = tally.groups.counts(np.where(days <= STATUTORY_ASSESSMENT_DAYS, year, -1), child, on)
    tally.add("assessment_within_45_days_percent", percent(in_time, completed))
    for index, values in enumerate(tally.quartiles(year, days).T):
        tally.add(f"assessment_days_p{(25, 50, 75)[index]}", values)
    band = np.searchsorted(_BAND_ENDS, days, side="left")
    shares = percent(tally.by_code(year, band, range(len(ASSESSMENT_BANDS))), completed[:, :1])
    for index, name in enumerate(ASSESSMENT_BANDS):
        tally.add(f"assessment_days_{name}_percent", shares[:, index])


def add_episodes(tally: Tally, spells: Spells) -> None:
    """Add episodes of need: started, ended, at any point, open on 31 March, their durations and reasons for closure."""
    e = spells.episodes
    e = e[~e["nfa"].to_numpy()]
    years = tally.years
    child, start, end = (e[c].to_numpy() for c in ("child", "referred", "closed"))
    start_date, end_date = e["referred_date"].to_numpy(), e["closed_date"].to_numpy()
    refused = e["not_in_need"].to_numpy()
    start_year, end_year = years.index_of(start), years.index_of(end)

    # an episode found not in need in the year is not an episode of that year, but was open on 31 March before
    started_year = np.where(refused & (end_year == start_year), -1, start_year)
    started = tally.groups.counts(started_year, child, start_date)
    tally.add_count_and_rate("episodes_started", started)
    one_each = distinct(started_year, child)
    tally.add_count_and_rate("children_starting_episode", tally.groups.counts(one_each, child, start_date))

    ended_year = np.where(refused, -1, end_year)
    ended = tally.groups.counts(ended_year, child, end_date)
    tally.add_count_and_rate("episodes_ended", ended)

    open_year, row = tally.open_at_year_end(start, end)
    stock = tally.groups.counts(open_year, child[row], years.march_31[open_year])
    any_point = stock + ended
    tally.add_count_and_rate("episodes_any_point", any_point)
    tally.add_count_and_rate("children_in_need_31_march", stock)
    both_year = np.concatenate([open_year, ended_year])
    both_child = np.concatenate([child[row], child])
    both_date = np.concatenate([years.march_31[open_year], end_date])
    one_each = distinct(both_year, both_child)
    tally.add_count_and_rate("children_in_need_any_point", tally.groups.counts(one_each, both_child, both_date))
    assessed = np.minimum(e["assessed"].to_numpy(), end)[row]
    waiting = tally.groups.counts(
        np.where(assessed >= years.ends[open_year], open_year, -1), child[row], years.march_31[open_year]
    )
    tally.add("children_being_assessed_31_march", waiting)
    disabled = spells.replication.population.disabled[child[row]]
    with_disability = np.bincount(open_year, weights=disabled, minlength=len(years))
    tally.add("disability_recorded_percent", percent(with_disability, stock[:, 0]))

    tally.add_duration_bands("episode_duration_open", open_year, start_date[row], years.march_31[open_year])
    tally.add_duration_bands("episode_duration_ended", ended_year, start_date, end_date)
    lived = years.clipped(start[~refused], end[~refused]).sum(axis=1) / (years.ends - years.starts)
    tally.add("episode_duration_mean_months", 12.0 * ratio(lived, ended[:, 0]))
    reasons = percent(tally.by_code(ended_year, e["reason"].to_numpy(), CLOSURE_REASONS), ended[:, :1])
    for index, code in enumerate(CLOSURE_REASONS):
        tally.add(f"closure_reason_{DETAIL_NAMES[code]}_percent", reasons[:, index])


def add_front_door(tally: Tally, spells: Spells) -> None:
    """Add all measures of this page."""
    add_referrals(tally, spells)
    add_assessments(tally, spells)
    add_episodes(tally, spells)
