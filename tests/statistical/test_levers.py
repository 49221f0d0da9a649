"""What each shipped lever does: its mechanism, under the same luck as the baseline, and not its size.

A part of an authority, short runs and two replications are enough where luck is shared. Levers are in full force from
the first day that is reported, so that nothing is mixed with a phase-in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated import replicate

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import resolve
from cinsim.reference.events import Detail, Event
from cinsim.scenario import load_scenario
from cinsim.simulation.replicate import Replication

pytestmark = pytest.mark.statistical

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = {"years": "1", "warm_up": "1", "policy_start": "2024-04-01", "phase_in": "0 months", "population_fraction": "0.15"}
TINY = ("population_fraction", "0.05")
REPLICATIONS = 2
FAMILY_SUPPORT = Detail.FAMILY_SUPPORT_WORKER


@cache
def runs(name: str, *changes: tuple[str, str]) -> tuple[Replication, ...]:
    """Return a shipped scenario's runs; one with changes of its own is compared exactly or by much, and run once."""
    scenario = load_scenario(SCENARIOS / f"{name}.yaml", {**SMALL, **dict(changes)})
    return tuple(
        replicate(scenario, resolve(scenario.area)[0], replication=number) for number in range(1 if changes else REPLICATIONS)
    )


def all_events(replication: Replication) -> pd.DataFrame:
    return pd.DataFrame(replication.record.rows()).assign(
        replication=replication.replication, role=lambda rows: _roles(replication, rows["resource"])
    )


def _roles(replication: Replication, resources: pd.Series) -> pd.Series:
    return resources.map({worker.number: worker.role for worker in replication.workers}).fillna(-1)


def since(replications: tuple[Replication, ...], *kinds: int) -> pd.DataFrame:
    """Return the events of some kinds from the day the lever is in force."""
    parts = [all_events(r)[lambda rows, r=r: rows["time"] >= r.start_time] for r in replications]
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["event"].isin(kinds)]


def same_records(some: tuple[Replication, ...], others: tuple[Replication, ...]) -> bool:
    return all(a.record.rows().tobytes() == b.record.rows().tobytes() for a, b in zip(some, others, strict=True))


def share_on_time(visits: pd.DataFrame) -> float:
    return float(((visits["resource"] >= 0) & (visits["time"] < visits["due"] + 1)).mean())


def hours(events: pd.DataFrame) -> float:
    return float(events["hours"].sum())


def measured(replications: tuple[Replication, ...], name: str) -> float:
    """Return the mean of a measure over replications."""
    tables = [measures(replication) for replication in replications]
    return float(np.mean([t.loc[(t["measure"] == name) & (t["group"] == "all"), "value"].mean() for t in tables]))


def days_to_the_next_due(replications: tuple[Replication, ...], visit: Event, plan_started: Event) -> pd.Series:
    """Return, for visits that followed another on the same plan, working days from that one to the day they were due."""
    rows = since(replications, visit, plan_started)
    rows = rows[(rows["event"] == plan_started) | (rows["resource"] >= 0)].sort_values("time", kind="stable")
    plan = (rows["event"] == plan_started).groupby([rows["replication"], rows["entity"]]).cumsum()
    made = rows[rows["event"] == visit]
    before = made.groupby(["replication", "entity", plan[made.index]])["time"].shift()
    return (made["due"] - np.floor(before)).dropna()


# ---- visits and reviews


def test_four_weekly_visits_fall_due_after_twenty_days_take_more_hours_and_are_late_more_often_with_the_same_staff() -> None:
    before, after = since(runs("baseline"), Event.CIN_VISIT), since(runs("visits_four_weekly"), Event.CIN_VISIT)
    assert days_to_the_next_due(runs("baseline"), Event.CIN_VISIT, Event.CIN_PLAN_STARTED).max() > 20
    assert days_to_the_next_due(runs("visits_four_weekly"), Event.CIN_VISIT, Event.CIN_PLAN_STARTED).max() == 20
    assert len(after) > len(before)
    assert hours(after) > hours(before)
    assert share_on_time(after) < share_on_time(before)


def test_with_the_staff_for_them_more_of_the_four_weekly_visits_are_on_time() -> None:
    with_staff, without = runs("visits_four_weekly_with_staff"), runs("visits_four_weekly")
    assert days_to_the_next_due(with_staff, Event.CIN_VISIT, Event.CIN_PLAN_STARTED).max() == 20
    assert share_on_time(since(with_staff, Event.CIN_VISIT)) > share_on_time(since(without, Event.CIN_VISIT))


def test_weekly_child_protection_visits_are_made_and_visits_on_cin_plans_give_way() -> None:
    before, after = since(runs("baseline"), Event.CPP_VISIT), since(runs("visits_weekly_cpp"), Event.CPP_VISIT)
    assert days_to_the_next_due(runs("baseline"), Event.CPP_VISIT, Event.CPP_STARTED).max() == 10
    assert days_to_the_next_due(runs("visits_weekly_cpp"), Event.CPP_VISIT, Event.CPP_STARTED).max() == 5
    assert hours(after) > 1.3 * hours(before)
    assert share_on_time(since(runs("visits_weekly_cpp"), Event.CIN_VISIT)) < share_on_time(
        since(runs("baseline"), Event.CIN_VISIT)
    )


def test_more_frequent_visits_leave_more_help_behind_on_plans_that_end() -> None:
    def held(replications: tuple[Replication, ...]) -> float:
        rows = since(replications, Event.CIN_PLAN_STARTED, Event.CIN_PLAN_ENDED, Event.HELP_LEVEL)
        return float(rows.loc[rows["event"] == Event.HELP_LEVEL, "value"].mean())

    # a visit that helps four times as much as fitted: the fitted help is hidden by luck in runs of this size
    much = ("parameters.help_per_visit", "0.15")
    assert held(runs("visits_four_weekly", much)) > held(runs("baseline", much)) + 0.01


def test_two_monthly_reviews_are_more_reviews_and_shorter_plans() -> None:
    before, after = runs("baseline"), runs("reviews_two_monthly")
    assert len(since(after, Event.CIN_REVIEW)) > 1.1 * len(since(before, Event.CIN_REVIEW))
    assert measured(after, "cin_plan_duration_mean_months") < measured(before, "cin_plan_duration_mean_months")


# ---- thresholds

LOW, HIGH = "Rochdale", "Hackney"
"""Two authorities of like size whose published figures put their thresholds far below and far above the median."""


def plans_per_referral(replications: tuple[Replication, ...]) -> float:
    return len(since(replications, Event.CIN_PLAN_STARTED)) / len(since(replications, Event.REFERRAL))


def test_national_thresholds_bring_two_authorities_that_are_far_apart_nearer_each_other() -> None:
    own = {area: runs("baseline", ("area", area)) for area in (LOW, HIGH)}
    national = {area: runs("national_thresholds", ("area", area)) for area in (LOW, HIGH)}
    assert plans_per_referral(national[LOW]) < plans_per_referral(own[LOW])
    assert plans_per_referral(national[HIGH]) > plans_per_referral(own[HIGH])
    gap_before = plans_per_referral(own[LOW]) - plans_per_referral(own[HIGH])
    gap_after = plans_per_referral(national[LOW]) - plans_per_referral(national[HIGH])
    assert abs(gap_after) < 0.5 * gap_before


def test_national_thresholds_leave_more_need_without_help_where_they_are_higher_than_an_authoritys_own() -> None:
    def change(area: str) -> float:
        after, before = runs("national_thresholds", ("area", area)), runs("baseline", ("area", area))
        return measured(after, "unmet_need_child_days") - measured(before, "unmet_need_child_days")

    assert change(LOW) > 0.0
    assert change(HIGH) < 0.0


# ---- who leads, plan quality, early help, family help


def test_other_lead_practitioners_visit_on_cin_plans_only_and_a_supervisor_oversees_their_cases() -> None:
    rows = since(runs("lead_practitioner"), Event.CIN_VISIT, Event.CPP_VISIT, Event.SECTION_47_SESSION, Event.CASE_SUPERVISION)
    by_them = rows[rows["role"] == FAMILY_SUPPORT]
    assert set(by_them["event"]) == {Event.CIN_VISIT}
    assert set(rows.loc[rows["event"] == Event.CASE_SUPERVISION, "role"]) == {Detail.PRACTICE_SUPERVISOR}
    assert (since(runs("baseline"), Event.CIN_VISIT)["role"] != FAMILY_SUPPORT).all()
    by_social_workers = hours(rows[(rows["event"] == Event.CIN_VISIT) & (rows["role"] != FAMILY_SUPPORT)])
    assert by_social_workers < hours(since(runs("baseline"), Event.CIN_VISIT))


def test_the_variants_of_lead_practitioners_differ_by_what_they_assume_and_by_nothing_else() -> None:
    none = ("parameters.lead_practitioner_variant_spread", "0")
    neutral = runs("lead_practitioner", TINY, none)
    assert same_records(neutral, runs("lead_practitioner_hopeful", TINY, none))
    assert same_records(neutral, runs("lead_practitioner_worried", TINY, none))


def test_the_hopeful_variant_helps_more_and_differs_only_where_visits_help() -> None:
    hopeful, neutral = runs("lead_practitioner_hopeful"), runs("lead_practitioner")
    assert since(hopeful, Event.HELP_LEVEL)["value"].mean() > since(neutral, Event.HELP_LEVEL)["value"].mean()
    useless = ("parameters.help_per_visit", "0")
    assert same_records(runs("lead_practitioner", TINY, useless), runs("lead_practitioner_hopeful", TINY, useless))


def test_the_worried_variant_hands_more_cases_of_other_practitioners_over_to_social_workers() -> None:
    """With nothing seen at visits only the lower threshold is left, so that more enquiries must follow from reviews."""
    unseen = ("parameters.detection_per_visit", "0")
    worried = ("parameters.lead_practitioner_variant_spread", "0.5")
    after = since(runs("lead_practitioner_worried", unseen, worried), Event.SECTION_47_STARTED)
    before = since(runs("lead_practitioner", unseen), Event.SECTION_47_STARTED)
    assert len(after) > len(before)


def test_plan_quality_without_assumed_effects_changes_nothing_and_with_a_large_gain_helps_more() -> None:
    none = (TINY, ("parameters.plan_quality_help_gain", "0"), ("parameters.plan_quality_error_reduction", "0"))
    assert same_records(runs("plan_quality", *none), runs("baseline", *none))
    large = ("parameters.plan_quality_help_gain", "1")
    after, before = since(runs("plan_quality", large), Event.HELP_LEVEL), since(runs("baseline", large), Event.HELP_LEVEL)
    assert after["value"].mean() > before["value"].mean()


def test_early_help_without_an_assumed_effect_changes_reasons_for_closure_and_nothing_else() -> None:
    def apart_from_places(replications: tuple[Replication, ...]) -> pd.DataFrame:
        rows = pd.concat([all_events(r) for r in replications], ignore_index=True)
        rows = rows[rows["event"] != Event.EARLY_HELP_STARTED].copy()
        rows["detail"] = rows["detail"].replace({int(Detail.RC9): int(Detail.RC8)})
        return rows.reset_index(drop=True)

    before, after = runs("baseline"), runs("early_help")
    pd.testing.assert_frame_equal(apart_from_places(after), apart_from_places(before))
    closures = since(after, Event.CLOSED)
    not_in_need = closures["detail"].isin((Detail.RC8, Detail.RC9))
    places = since(after, Event.EARLY_HELP_STARTED)
    assert (closures.loc[not_in_need, "detail"] == Detail.RC9).mean() == pytest.approx(0.9, abs=0.06)
    assert len(places) > 2 * len(since(before, Event.EARLY_HELP_STARTED))


def test_early_help_that_is_assumed_to_help_leaves_more_help_with_families_closed_without_a_service() -> None:
    helps = ("parameters.early_help_benefit", "0.3")
    after, before = since(runs("early_help", helps), Event.CLOSED), since(runs("baseline", helps), Event.CLOSED)
    without = (Detail.NFA, Detail.RC8, Detail.RC9)
    assert after[after["detail"].isin(without)]["value"].mean() > before[before["detail"].isin(without)]["value"].mean()


def test_family_help_means_fewer_handovers_for_each_plan_that_starts() -> None:
    def handovers(replications: tuple[Replication, ...]) -> float:
        return len(since(replications, Event.HANDED_OVER)) / len(since(replications, Event.CIN_PLAN_STARTED))

    assert handovers(runs("family_help")) < 0.8 * handovers(runs("baseline"))
    assert measured(runs("family_help"), "worker_changes_per_child") < measured(runs("baseline"), "worker_changes_per_child")


# ---- demand


def first_referrals(replications: tuple[Replication, ...]) -> pd.DataFrame:
    """Return the first referral in the record of each child first referred since the lever is in force."""
    rows = pd.concat([all_events(r).assign(start=r.start_time) for r in replications], ignore_index=True)
    first = rows[rows["event"] == Event.REFERRAL].sort_values("time").groupby(["replication", "entity"]).first()
    return first[first["time"] >= first["start"]]


def test_a_tenth_fewer_referrals_passes_over_some_and_leaves_the_others_where_they_were() -> None:
    before, after = first_referrals(runs("baseline")), first_referrals(runs("referrals_down"))
    both = before.index.intersection(after.index)
    assert (after.loc[both, "time"] >= before.loc[both, "time"]).all()
    assert len(after.index.difference(before.index)) == 0
    assert 0.03 < 1 - len(after) / len(before) < 0.2
    assert measured(runs("referrals_down"), "unmet_need_child_days") > measured(runs("baseline"), "unmet_need_child_days")


def test_more_police_referrals_adds_police_referrals_only() -> None:
    before, after = first_referrals(runs("baseline")), first_referrals(runs("referrals_police_up"))
    new = after.loc[after.index.difference(before.index)]
    assert len(new) > 0
    assert set(new["detail"]) == {Detail.POLICE}
    assert len(before.index.difference(after.index)) == 0


# ---- workforce


def full_time_years(replications: tuple[Replication, ...], *, agency: bool) -> float:
    """Return full-time-equivalent years of social workers with cases in post since the lever is in force."""
    roles = (Detail.SOCIAL_WORKER, Detail.SENIOR_PRACTITIONER, Detail.NEWLY_QUALIFIED)
    total = 0.0
    for r in replications:
        end = float(r.calendar.days)
        total += sum(
            w.fte * max(min(w.left, end) - max(w.started, r.start_time), 0.0)
            for w in r.workers
            if w.role in roles and w.team != Detail.FRONT_DOOR and w.agency == agency
        )
    return total / 253


def test_filling_vacancies_puts_more_permanent_workers_in_post() -> None:
    after, before = runs("fill_vacancies"), runs("baseline")
    assert full_time_years(after, agency=False) > full_time_years(before, agency=False)


def test_replacing_agency_workers_puts_permanent_ones_in_their_place() -> None:
    after, before = runs("replace_agency"), runs("baseline")
    assert full_time_years(after, agency=True) < full_time_years(before, agency=True)
    assert full_time_years(after, agency=False) > full_time_years(before, agency=False)


def test_a_limit_on_caseloads_makes_children_wait() -> None:
    name = "unallocated_children_mean_over_year"
    assert measured(runs("caseload_cap"), name) > measured(runs("baseline"), name)


def test_less_administration_leaves_more_hours_for_casework_and_more_visits_on_time() -> None:
    after, before = runs("cut_administration"), runs("baseline")
    assert share_on_time(since(after, Event.CIN_VISIT)) > share_on_time(since(before, Event.CIN_VISIT))
    assert measured(after, "overtime_hours") < measured(before, "overtime_hours")


def test_ten_family_support_workers_take_over_plans() -> None:
    rows = since(runs("more_family_support_workers"), Event.CIN_VISIT)
    assert 0.1 < (rows["role"] == FAMILY_SUPPORT).mean() < 0.5
    after, before = runs("more_family_support_workers"), runs("baseline")
    assert share_on_time(rows) > share_on_time(since(before, Event.CIN_VISIT))
    assert measured(after, "staff_cost") > measured(before, "staff_cost")
