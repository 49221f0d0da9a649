"""Whole runs at the ends of what a scenario may say: everybody or nobody passes a threshold, all the staff wanted or none."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
from simulated import replicate

from cinsim.outcomes.checks import checks
from cinsim.reference.areas import resolve
from cinsim.reference.events import Detail, Event
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Replication

pytestmark = pytest.mark.unit

SMALL: Final[dict[str, Any]] = {"title": "t", "years": 1, "warm_up": 1, "population_fraction": 0.03}
ROLES: Final = ("social_workers", "practice_supervisors", "conference_chairs")
NEVER_AWAY: Final = {"vacancy_rate": "0%", "turnover_rate": "0%", "sickness_rate": "0%"}
NOTHING_IN_THE_WAY: Final = {
    "leave_days_per_year": 0.0,
    "training_days_per_year": 0.0,
    "visit_not_achieved_share": 0.0,
    "hard_to_reach_share": 0.0,
    "assessment_overrun_share": 0.0,
    "assessment_slack_days": 0.0,
    "conference_postponed_share": 0.0,
    "review_postponed_share": 0.0,
    "enquiry_days": 1.0,
}
ON_DUTY = (Detail.FRONT_DOOR, Detail.CONFERENCE_TEAM)


def simulated(**keys: Any) -> Replication:
    scenario = Scenario.model_validate({**SMALL, **keys})
    replication = replicate(scenario, resolve(scenario.area)[0], checking=True)
    assert checks(replication)["holds"].all()
    return replication


def shifted(**by: float) -> Replication:
    """Return a run in which thresholds are moved from the start of the reported year on."""
    return simulated(policies={"thresholds": {"shift": by}}, parameters={"family_withdraws_per_review": 0.0})


def after_start(replication: Replication, *kinds: Event, since: float = 0.0) -> np.ndarray:
    """Return the events of some kinds in the reported year, ``since`` working days after its start."""
    rows = replication.record.rows()
    return rows[np.isin(rows["event"], kinds) & (rows["time"] >= replication.start_time + since)]


def share_of(replication: Replication, kind: Event, of: Event) -> float:
    return len(after_start(replication, kind)) / len(after_start(replication, of))


# ---- thresholds


def test_with_a_screening_threshold_beyond_reach_no_referral_goes_on_to_an_assessment() -> None:
    replication = shifted(screening=1000.0)
    assert len(after_start(replication, Event.SCREENED_IN)) == 0
    assert share_of(replication, Event.NO_FURTHER_ACTION, Event.SCREENING) == 1.0


def test_with_no_screening_threshold_every_referral_is_assessed() -> None:
    replication = shifted(screening=-1000.0)
    assert len(after_start(replication, Event.NO_FURTHER_ACTION)) == 0
    assert share_of(replication, Event.SCREENED_IN, Event.SCREENING) == 1.0


def test_with_no_threshold_of_need_nobody_is_found_not_in_need() -> None:
    assert len(after_start(shifted(in_need=-1000.0), Event.NOT_IN_NEED)) == 0


def test_with_no_threshold_for_plans_nobody_in_need_is_without_one() -> None:
    replication = shifted(plan=-1000.0, in_need=-1000.0)
    assert len(after_start(replication, Event.SHORT_HELP_STARTED, Event.NOT_IN_NEED)) == 0
    usual = len(after_start(shifted(), Event.CIN_PLAN_STARTED))
    assert len(after_start(replication, Event.CIN_PLAN_STARTED)) > 2 * usual > 40


def test_with_a_threshold_for_plans_beyond_reach_only_step_downs_get_one() -> None:
    replication = shifted(plan=1000.0)
    plans = after_start(replication, Event.CIN_PLAN_STARTED)
    before = {
        (int(row["entity"]), float(row["time"])) for row in after_start(replication, Event.CPP_ENDED, Event.LOOKED_AFTER_ENDED)
    }
    rows = replication.record.rows()
    assessed = {
        int(row["entity"]) for row in rows[(rows["event"] == Event.SECTION_47_STARTED) & (rows["time"] < replication.start_time)]
    }
    enquired = {  # assessed before the threshold moved, with an enquiry that ended after it
        (int(row["entity"]), float(row["time"]))
        for row in after_start(replication, Event.SECTION_47_ENDED)
        if int(row["entity"]) in assessed
    }
    assert {(int(row["entity"]), float(row["time"])) for row in plans} <= before | enquired


def test_with_a_section_47_threshold_beyond_reach_there_are_no_enquiries_and_no_new_protection_plans() -> None:
    replication = shifted(section_47=1000.0)
    assert len(after_start(replication, Event.SECTION_47_STARTED)) == 0
    # enquiries that had begun may still end in a conference and a plan in the first weeks
    assert len(after_start(replication, Event.ICPC, Event.CPP_STARTED, Event.LOOKED_AFTER_STARTED, since=60)) <= 2


def test_with_no_threshold_of_harm_everybody_assessed_is_protected() -> None:
    replication = shifted(section_47=-1000.0, conference=-1000.0, child_protection=-1000.0, care=1000.0)
    assert len(after_start(replication, Event.NOT_IN_NEED, Event.SHORT_HELP_STARTED, since=90)) == 0
    enquiries, conferences = (after_start(replication, kind, since=45) for kind in (Event.SECTION_47_ENDED, Event.ICPC))
    assert set(enquiries["detail"].tolist()) == {Detail.OUTCOME_ICPC}
    assert set(conferences["detail"].tolist()) == {Detail.OUTCOME_CPP}


def test_with_no_threshold_of_harm_or_care_everybody_enquired_into_comes_to_be_looked_after() -> None:
    replication = shifted(section_47=-1000.0, care=-1000.0)
    ended = after_start(replication, Event.SECTION_47_ENDED, since=45)
    assert set(ended["detail"].tolist()) == {Detail.OUTCOME_LOOKED_AFTER}
    assert len(after_start(replication, Event.ICPC, since=45)) == 0


def test_with_a_care_threshold_beyond_reach_nobody_comes_to_be_looked_after() -> None:
    # enquiries that had begun go by the thresholds of the day they began
    assert len(after_start(shifted(care=1000.0), Event.LOOKED_AFTER_STARTED, since=45)) == 0


def test_with_closing_thresholds_beyond_reach_plans_end_by_leaving_or_by_a_step_up_alone() -> None:
    replication = shifted(close_plan=-1000.0, end_protection=-1000.0)
    leaves = replication.population.leaves
    for row in after_start(replication, Event.CIN_PLAN_ENDED):
        stepped_up = row["detail"] in (Detail.OUTCOME_CPP, Detail.OUTCOME_LOOKED_AFTER)
        assert stepped_up or row["time"] >= leaves[row["entity"]]
    for row in after_start(replication, Event.CPP_ENDED):
        assert row["detail"] == Detail.OUTCOME_LOOKED_AFTER or row["time"] >= leaves[row["entity"]]


def test_with_no_closing_thresholds_plans_end_at_their_first_review() -> None:
    replication = shifted(close_plan=1000.0, end_protection=1000.0, section_47=1000.0, care=1000.0)
    reviews = after_start(replication, Event.CIN_REVIEW, since=45)  # an enquiry that had begun may go on across a review
    ends = {(int(row["entity"]), float(row["time"])) for row in after_start(replication, Event.CIN_PLAN_ENDED)}
    assert {(int(row["entity"]), float(row["time"])) for row in reviews} <= ends


# ---- staff


def test_with_all_the_staff_wanted_and_nothing_in_the_way_nothing_is_late_and_nobody_waits() -> None:
    everybody = {role: {"fte": 3000, **NEVER_AWAY} for role in (*ROLES, "senior_practitioners", "newly_qualified")}
    workforce = {**everybody, "teams": {"front_door": {"share": "20%"}}}
    # a post of a few hours a week would take days over a visit
    one_role = {"senior_practitioner_share": 0.0, "newly_qualified_share": 0.0}
    replication = simulated(workforce=workforce, parameters={**NOTHING_IN_THE_WAY, **one_role}, years=2)
    year = 253.0  # what was late when the staff came is made up for in the first year
    assert len(after_start(replication, Event.WAITING_FOR_ALLOCATION, since=year)) == 0
    for kind in (
        Event.SCREENING,
        Event.CIN_VISIT,
        Event.CPP_VISIT,
        Event.LOOKED_AFTER_VISIT,
        Event.CPP_REVIEW,
        Event.CORE_GROUP,
        Event.ICPC,
    ):
        rows = after_start(replication, kind, since=year)
        assert len(rows) > 0
        assert (rows["time"] < np.floor(rows["due"]) + 1).all(), Event(kind).name
    completed = after_start(replication, Event.ASSESSMENT_COMPLETED, since=year)
    assert (completed["time"] < np.floor(completed["due"]) + 1).all()


def test_without_turnover_vacancies_or_sickness_no_case_changes_hands_because_someone_left() -> None:
    fixed = {role: {**NEVER_AWAY} for role in (*ROLES, "senior_practitioners", "newly_qualified")}
    replication = simulated(workforce=fixed, years=2)
    assert len(after_start(replication, Event.WORKER_LEFT, since=1)) <= sum(w.agency for w in replication.workers)
    released = after_start(replication, Event.RELEASED, since=60)
    handed = after_start(replication, Event.HANDED_OVER, since=60)
    passed_on = {(int(r["entity"]), float(r["time"])) for r in released} & {(int(r["entity"]), float(r["time"])) for r in handed}
    assert passed_on == set()  # a hand-over from team to team releases nobody first


def test_without_case_holders_children_wait_and_nothing_is_lost() -> None:
    nobody = {role: {"fte": 0} for role in ("social_workers", "senior_practitioners", "newly_qualified")}
    replication = simulated(workforce=nobody)
    assert len(after_start(replication, Event.ALLOCATED, Event.HANDED_OVER, since=1)) == 0
    assert len(after_start(replication, Event.WAITING_FOR_ALLOCATION)) > 50
    worked_on = after_start(replication, Event.ASSESSMENT_SESSION, Event.CIN_REVIEW, Event.CORE_GROUP, since=1)
    assert len(worked_on) == 0
    undone = after_start(replication, Event.CIN_VISIT, Event.CPP_VISIT, since=1)
    assert set(undone["resource"].tolist()) == {-1}  # the visits that were due and never made
    assert len(undone) > 0


def test_without_supervisors_no_assessment_is_authorised() -> None:
    replication = simulated(workforce={"practice_supervisors": {"fte": 0}})
    assert len(after_start(replication, Event.APPROVAL, since=1)) == 0
    closed = {(int(r["entity"]), float(r["time"])) for r in after_start(replication, Event.CLOSED)}
    completed = {(int(r["entity"]), float(r["time"])) for r in after_start(replication, Event.ASSESSMENT_COMPLETED, since=1)}
    assert completed <= closed


def test_with_every_post_vacant_and_no_cover_staff_run_out() -> None:
    gone = {role: {"vacancy_rate": "100%", "agency_cover": "0%", "turnover_rate": "100%"} for role in ROLES}
    replication = simulated(workforce=gone, years=4)
    end = replication.calendar.days
    # those on duty (screening, supervising, chairing) are always covered
    own = [w for w in replication.workers if w.team not in ON_DUTY and w.role != Detail.PRACTICE_SUPERVISOR]
    there = [sum(w.fte for w in own if w.started <= t < w.left) for t in (replication.start_time, end - 1)]
    assert there[1] < 0.25 * there[0]


# ---- demand and the smallest runs


def test_with_no_referrals_nothing_new_begins() -> None:
    replication = simulated(demand={"referrals": "-100%"})
    assert len(after_start(replication, Event.REFERRAL, Event.SCREENED_IN, since=1)) <= len(
        after_start(replication, Event.SCREENED_IN)
    )
    assert len(after_start(replication, Event.REFERRAL)) == 0


def test_twice_the_referrals_are_about_twice_as_many_children_referred_anew() -> None:
    usual, doubled = simulated(), simulated(demand={"referrals": "+100%"})
    referred = [len(after_start(r, Event.REFERRAL)) for r in (usual, doubled)]
    assert 1.6 < referred[1] / referred[0] < 2.4


@pytest.mark.parametrize(
    "keys", [{"population_fraction": 0.0002}, {"warm_up": 0}, {"area": "Rutland", "population_fraction": 0.2}]
)
def test_the_smallest_runs_are_runs(keys: dict[str, Any]) -> None:
    replication = simulated(**keys)
    assert len(replication.population.birth) > 0


def test_a_child_population_without_need_differences_or_errors_is_treated_all_alike() -> None:
    bands = ("unborn", "under_1", "1_to_4", "5_to_9", "10_to_15", "16_and_over")
    errors = ("screening", "assessment", "enquiry", "conference", "review")
    same = dict.fromkeys(
        [
            *("need_sd_lasting", "concern_sd", "male_log_rate"),
            *(f"{judgement}_error_sd" for judgement in errors),
            *(f"deprivation_log_rate_quintile_{k}" for k in range(1, 6)),
            *(f"age_severity_{band}" for band in bands),
        ],
        0.0,
    )
    replication = simulated(
        parameters={**same, "need_sd_fluctuating": 0.2, "need_persistence": 0.98, "known_effect": 0.0}, warm_up=4
    )
    # need lies near 0, far above the screening threshold and far below the threshold of need
    assert share_of(replication, Event.SCREENED_IN, Event.SCREENING) == 1.0
    assert len(after_start(replication, Event.CIN_PLAN_STARTED, Event.CPP_STARTED)) == 0
    completed = after_start(replication, Event.ASSESSMENT_COMPLETED)
    stayed = completed["time"] < replication.population.leaves[completed["entity"]]  # the others' ended as they left
    assert stayed.sum() > 20
    assert len(after_start(replication, Event.NOT_IN_NEED)) == stayed.sum()
