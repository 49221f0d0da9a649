"""A census return of one year from a simulated authority, as its case-recording system would give it on 31 March.

What the return leaves out, and how recording practice shapes it, is laid down in docs/census.md.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.about import VERSION
from cinsim.census.codes import ABUSE_CATEGORIES, NO_FACTORS, NOT_IN_NEED
from cinsim.census.identity import PSEUDO_AUTHORITY, child_ids, deaths, disability_rows, ethnicity_codes, identifiers
from cinsim.census.returns import CensusReturn, typed
from cinsim.census.shape import TABLES
from cinsim.census.shares import ATTEMPTS, factors, latest_categories, primary_needs, referral_sources
from cinsim.census.working_days import working_days_later
from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.outcomes.dates import Dates
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.rows import Ints, occurrence
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import DETAIL_NAMES, Detail, Event

NOT_A_TIME = np.datetime64("NaT")
CONFERENCE_WORKING_DAYS = 15
_EPISODES, _SEVERAL, _DAYS = 1 << 15, 64, 1 << 20
_SOURCES, _ABUSE = int(Detail.INDIVIDUAL), int(Detail.NEG)


def simulated_years(replication: ReplicationLike) -> range:
    """Return the reporting years that a run covers from 1 April to 31 March, its warm-up's included."""
    first, last = replication.calendar.first, replication.calendar.last
    start = first.year + 1 + (first > date(first.year, 4, 1))
    return range(start, last.year + (last >= date(last.year, 3, 31)))


def census_return(
    replication: ReplicationLike, draws: Draws, year: int, lea: str = "", spells: Spells | None = None
) -> CensusReturn:
    """Return what a simulated authority would return for a reporting year.

    Parameters
    ----------
    draws : the run's source of randomness (its seed and replication); codes that the simulation does not need are drawn
        from it under decisions of their own, so that a child has the same ones in every year's return.
    year : the reporting year, by the year of its 31 March.
    lea : the authority's three-digit number; that of no authority if left out.
    spells : the tables of the run's record, where they are at hand already.

    Raises
    ------
    InputError : the run does not cover the year, or nothing happened in it (a return holds at least one child).
    """
    years = simulated_years(replication)
    if year not in years:
        raise InputError(f"{year} was not simulated; the run covers the reporting years {years[0]} to {years[-1]}", key="--year")
    made = _Export(replication, draws, year, lea or PSEUDO_AUTHORITY, spells or Spells(replication)).tables()
    if not len(made["ChildIdentifiers"]):
        raise InputError(f"no child was referred or open in {year}, and a return without a child is not valid", key="--year")
    return CensusReturn(year, lea or PSEUDO_AUTHORITY, made)


class _Export:
    """The tables of one return as they are made, from the episodes outwards."""

    def __init__(self, replication: ReplicationLike, draws: Draws, year: int, lea: str, spells: Spells):
        self.replication, self.draws, self.year, self.lea, self.spells = replication, draws, year, lea, spells
        self.first, self.last = np.datetime64(date(year - 1, 4, 1)), np.datetime64(date(year, 3, 31))
        episodes = spells.episodes
        closed = episodes[episodes["closed_date"].to_numpy() <= self.last]
        self.closed = closed["child"].to_numpy() * _EPISODES + closed["episode"].to_numpy()

    def known(self, dates: Dates) -> Dates:
        """Return dates with those after the census date left out."""
        return np.where(dates <= self.last, dates, NOT_A_TIME)

    def in_year(self, dates: Dates) -> NDArray[np.bool_]:
        return (dates >= self.first) & (dates <= self.last)

    def in_force(self, start: Dates, end: Dates) -> NDArray[np.bool_]:
        """Return which spells were open at some time of the year."""
        return (start <= self.last) & ~(end < self.first)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the eleven tables."""
        episodes, enquiries = self.episodes(), self.enquiries()
        episodes["closure"] = self.closure_reasons(episodes)
        self.place = _Places(episodes)
        assessments, factor_rows = self.assessments(episodes)
        plans, reviews = self.protection_plans()
        children = np.unique(episodes["child"])
        died = deaths(self.replication.population, children, self.left(children), self.first, self.last)
        only_nfa = np.ones(len(children), dtype=bool)
        only_nfa[np.searchsorted(children, episodes["child"][~episodes["nfa"]])] = False
        population = self.replication.population
        born = np.asarray(population.birth)[children].astype("datetime64[D]") <= self.last
        made: dict[str, dict[str, Any]] = {
            "Header": self.header(),
            "ChildIdentifiers": identifiers(population, children, self.lea, died, only_nfa, self.last),
            "ChildCharacteristics": {
                "LAchildID": child_ids(children), "Ethnicity": ethnicity_codes(population, children, self.draws),
            },
            "Disabilities": dict(disability_rows(population, children[born & ~only_nfa], self.draws)),
            "CINdetails": self.details(episodes),
            "Assessments": assessments,
            "AssessmentFactorsList": factor_rows,
            "CINplanDates": self.cin_plans(),
            "Section47": self.placed(enquiries),
            "ChildProtectionPlans": plans,
            "Reviews": reviews,
        }  # fmt: skip
        return {name: typed(name, made[name]) for name in TABLES}

    def header(self) -> dict[str, list[str]]:
        return {
            "Collection": ["CIN"], "Year": [str(self.year)], "ReferenceDate": [str(self.last)], "SourceLevel": ["L"],
            "LEA": [self.lea], "SoftwareCode": ["cinsim"], "Release": [VERSION], "SerialNo": ["001"],
            "DateTime": [f"{self.last}T17:00:00"],
        }  # fmt: skip

    def left(self, children: Ints) -> Dates:
        """Return the dates on which children leave the area, NaT for those who do so after the run."""
        leaves = np.asarray(self.replication.population.leaves, dtype=np.float64)[children]
        return self.spells.dates(np.where(leaves < self.replication.calendar.days, leaves, np.inf))

    # ---- episodes

    def episodes(self) -> dict[str, NDArray[Any]]:
        """Return the episodes of the return, a child's in the order of its referrals."""
        e = self.spells.episodes
        closed, nfa = e["closed_date"].to_numpy(), e["nfa"].to_numpy()
        referred = _on_days_apart(e["child"].to_numpy(), e["referred_date"].to_numpy(), nfa)
        kept = np.flatnonzero(np.where(nfa, self.in_year(referred), self.in_force(referred, closed)))
        chosen = {name: e[name].to_numpy()[kept] for name in ("child", "episode", "referred", "source", "reason", "nfa")}
        chosen["referred_date"] = referred[kept]
        # a referral without further action has neither date nor reason of closure in the census
        chosen["closed_date"] = np.where(chosen["nfa"], NOT_A_TIME, self.known(closed[kept]))
        order = np.lexsort((chosen["referred"], chosen["child"]))
        return {name: values[order] for name, values in chosen.items()}

    def details(self, episodes: dict[str, NDArray[Any]]) -> dict[str, Any]:
        """Return the columns of ``CINdetails``."""
        child, episode, nfa = episodes["child"], episodes["episode"], episodes["nfa"]
        source = referral_sources().draw(
            episodes["source"] - _SOURCES, self.draws.block("census referral source", child, episode)
        )
        category = np.asarray(self.replication.population.need_category)[child].astype(np.int64)
        # a child's need is recorded under one code as long as the child is known
        need = primary_needs().draw(category, self.draws.block("census primary need", child))
        return {
            **self.place.keys(child, episode),
            "CINreferralDate": episodes["referred_date"],
            "ReferralSource": source,
            "PrimaryNeedCode": np.where(nfa, "", need),
            "CINclosureDate": episodes["closed_date"],
            "ReasonForClosure": episodes["closure"],
            "ReferralNFA": np.where(nfa, "1", "0"),
        }

    def closure_reasons(self, episodes: dict[str, NDArray[Any]]) -> NDArray[np.str_]:
        """Return reasons for closure; closed after assessment (RC8, RC9) is not open to an episode with an enquiry."""
        names = np.array([*(name.upper() for name in DETAIL_NAMES), ""])
        reason = np.where(np.isnat(episodes["closed_date"]), "", names[episodes["reason"]])
        held = self.spells.section_47s
        enquired = np.isin(_key(episodes), held["child"].to_numpy() * _EPISODES + held["episode"].to_numpy())
        return np.where(np.isin(reason, NOT_IN_NEED) & enquired, "RC7", reason)

    # ---- what happens within an episode

    def assessments(self, episodes: dict[str, NDArray[Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns of ``Assessments`` and of ``AssessmentFactorsList``."""
        a = self.spells.assessments
        end, completed = a["end_date"].to_numpy(), a["completed"].to_numpy()
        # the first assessment of a referral counts from the referral, and is said to have started then
        since = self.spells.record.rows(Event.ASSESSMENT_STARTED).value
        start = self.spells.dates(np.where(np.isnan(since), a["start"].to_numpy(), since))
        authorised = completed & (end <= self.last)
        kept = np.where(authorised, self.in_year(end), self.in_year(start))
        number = occurrence(a["child"].to_numpy() * _EPISODES + a["episode"].to_numpy())
        rows = self.rows(a, kept)
        child, episode = a["child"].to_numpy()[rows], a["episode"].to_numpy()[rows]
        done = authorised[rows]
        columns: dict[str, Any] = {
            **self.place.keys(child, episode),
            "AssessmentActualStartDate": start[rows],
            "AssessmentAuthorisationDate": np.where(done, end[rows], NOT_A_TIME),
        }
        columns["AssessmentID"] = 1 + occurrence(child * _EPISODES + episode)
        row, code = self.factors(episodes, child, episode, number[rows], done)
        factor_rows = {name: columns[name][row] for name in ("LAchildID", "CINdetailsID", "AssessmentID")}
        factor_rows["AssessmentFactor"] = code
        joined: list[list[str]] = [[] for _ in rows]
        for place, factor in zip(row.tolist(), code.tolist(), strict=True):
            joined[place].append(factor)
        columns["AssessmentFactors"] = [",".join(each) for each in joined]
        return columns, factor_rows

    def factors(
        self, episodes: dict[str, NDArray[Any]], child: Ints, episode: Ints, number: Ints, done: NDArray[np.bool_]
    ) -> tuple[Ints, NDArray[np.str_]]:
        """Return (row, code) of the factors found by each completed assessment.

        No factors (21) is found only where the draw gives none and the case was closed after this one assessment.
        """
        rows = np.flatnonzero(done)
        key = child * _EPISODES + episode
        at = np.searchsorted(_key(episodes), key[rows])
        _, place, times = np.unique(key, return_inverse=True, return_counts=True)
        alone = np.isin(episodes["closure"][at], NOT_IN_NEED) & (times[place[rows]] == 1)
        category = np.asarray(self.replication.population.need_category)[child[rows]].astype(np.int64)
        kinds, decision = factors(), "census factors"
        which = episode[rows] * _SEVERAL + number[rows]
        first, _ = kinds.draw(self.draws, decision, child[rows], which * ATTEMPTS, category)
        nothing = alone.copy()
        nothing[first] = False
        some = np.flatnonzero(~nothing)
        row, code = kinds.draw_one_or_more(self.draws, decision, child[rows[some]], which[some], category[some])
        found_row = np.concatenate([some[row], np.flatnonzero(nothing)])
        found = np.concatenate([kinds.codes[code], np.full(int(nothing.sum()), NO_FACTORS)])
        order = np.argsort(found_row, kind="stable")
        return rows[found_row[order]], found[order]

    def cin_plans(self) -> dict[str, Any]:
        """Return the columns of ``CINplanDates``."""
        p = self.spells.cin_plans
        start, end = p["start_date"].to_numpy(), p["end_date"].to_numpy()
        rows = self.rows(p, self.in_force(start, end))
        keys = self.place.keys(p["child"].to_numpy()[rows], p["episode"].to_numpy()[rows])
        return {**keys, "CINPlanStartDate": start[rows], "CINPlanEndDate": self.known(end[rows])}

    def enquiries(self) -> dict[str, NDArray[Any]]:
        """Return the section 47 enquiries of the return: started in the year, or with a conference in it."""
        s = self.spells.section_47s
        start, held, end = (s[c].to_numpy() for c in ("start_date", "conference_date", "end_date"))
        held = self.known(held)
        kept = np.flatnonzero(self.in_year(start) | self.in_year(held))
        kept = kept[np.lexsort((s["start"].to_numpy()[kept], s["episode"].to_numpy()[kept], s["child"].to_numpy()[kept]))]
        to_conference = s["follows"].to_numpy()[kept] == Detail.OUTCOME_ICPC
        child, episode = s["child"].to_numpy()[kept], s["episode"].to_numpy()[kept]
        # an enquiry cut short by the end of the episode needs no conference either
        over = ((end[kept] <= self.last) & ~to_conference) | np.isin(child * _EPISODES + episode, self.closed)
        not_required = np.isnat(held[kept]) & over
        return {
            "child": child,
            "episode": episode,
            "S47ActualStartDate": start[kept],
            "InitialCPCtarget": working_days_later(start[kept], CONFERENCE_WORKING_DAYS),
            "DateOfInitialCPC": held[kept],
            "ICPCnotRequired": np.where(not_required, "1", "0"),
        }

    def placed(self, columns: dict[str, NDArray[Any]]) -> dict[str, Any]:
        """Return columns with their keys in the census in place of the simulation's."""
        rest = {name: values for name, values in columns.items() if name not in ("child", "episode")}
        return {**self.place.keys(columns["child"], columns["episode"]), **rest}

    def protection_plans(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns of ``ChildProtectionPlans`` and of ``Reviews``: every review since the plan's start."""
        p = self.spells.cp_plans
        start, end = p["start_date"].to_numpy(), p["end_date"].to_numpy()
        rows = self.rows(p, self.in_force(start, end))
        child, episode = p["child"].to_numpy()[rows], p["episode"].to_numpy()[rows]
        review = self.spells.cpp_reviews
        place = np.full(len(p) + 1, -1)
        place[rows] = np.arange(len(rows))
        of_plan = place[review["plan"].to_numpy()]
        kept = np.flatnonzero((of_plan >= 0) & (review["date"].to_numpy() <= self.last))
        kept = kept[np.lexsort((review["time"].to_numpy()[kept], of_plan[kept]))]
        of_plan = of_plan[kept]
        initial = np.asarray(p["category"].to_numpy()[rows] - _ABUSE, dtype=np.int64)
        codes = np.array(ABUSE_CATEGORIES)
        drawn = latest_categories().draw(
            initial, self.draws.block("census latest category", child, np.asarray(p["previous"].to_numpy()[rows], dtype=np.int64))
        )
        reviewed = np.isin(np.arange(len(rows)), of_plan)  # only a review can change the category
        columns: dict[str, Any] = {
            **self.place.keys(child, episode),
            "CPPID": 1 + occurrence(child * _EPISODES + episode),
            "CPPstartDate": start[rows],
            "CPPendDate": self.known(end[rows]),
            "InitialCategoryOfAbuse": codes[initial],
            "LatestCategoryOfAbuse": np.where(reviewed, drawn, codes[initial]),
            "NumberOfPreviousCPP": p["previous"].to_numpy()[rows],
        }
        reviews = {name: columns[name][of_plan] for name in ("LAchildID", "CINdetailsID", "CPPID")}
        reviews["CPPreviewDate"] = review["date"].to_numpy()[kept]
        return columns, reviews

    def rows(self, table: pd.DataFrame, kept: NDArray[np.bool_]) -> Ints:
        """Return the rows kept, a child's episodes together and in order."""
        rows = np.flatnonzero(kept)
        times, episodes, children = (table[name].to_numpy()[rows] for name in ("start", "episode", "child"))
        return rows[np.lexsort((times, episodes, children))]


def _on_days_apart(child: Ints, referred: Dates, refused: NDArray[np.bool_]) -> Dates:
    """Return dates of referral of which no refused one is that of another, accepted referral of the child: rule 8820.

    A refused referral has no closure, and would overlap with the episode that begins on its day; it takes the day before.
    """
    day = child * _DAYS + referred.astype("datetime64[D]").astype(np.int64)
    clash = refused & np.isin(day, day[~refused])
    return np.where(clash, referred - np.timedelta64(1, "D"), referred)


def _key(rows: dict[str, NDArray[Any]]) -> Ints:
    return np.asarray(rows["child"] * _EPISODES + rows["episode"], dtype=np.int64)


class _Places:
    """Where each episode of the simulation stands in the return."""

    def __init__(self, episodes: dict[str, NDArray[Any]]):
        self._keys = _key(episodes)
        self._number = 1 + occurrence(episodes["child"])

    def keys(self, child: Ints, episode: Ints) -> dict[str, Any]:
        """Return the key columns of rows of the simulation's episodes, all of which are in the return."""
        number = self._number[np.searchsorted(self._keys, child * _EPISODES + episode)]
        return {"LAchildID": child_ids(child), "CINdetailsID": number}
